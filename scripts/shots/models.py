"""The pictures of the page on models: the panel with a search, and an opened card."""

from __future__ import annotations

from stage import Stage


def shoot(stage: Stage) -> None:
    """Write models.webp and models-search.webp."""
    window = stage.open("coffee.jpg", size=(1440, 900))
    window.panels["models"].choose("starter-instances")
    stage.save("models")
    window = stage.open("coffee.jpg", theme="light", size=(1440, 900))
    panel = window.panels["models"]
    panel.search.setText("semantic voc")
    stage.rest(0.3)
    stage.save_widget(panel, "models-search")
