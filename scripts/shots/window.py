"""The pictures of the README and of the guide's first pages."""

from __future__ import annotations

from stage import Stage


def shoot(stage: Stage) -> None:
    """Write window.webp, light.webp and welcome.webp."""
    stage.open("astronaut.jpg")
    stage.save("window")
    stage.open("motorcycle.jpg", theme="light")
    stage.save("light")
    stage.open(None)
    stage.save("welcome")
