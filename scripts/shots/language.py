"""The picture of the window in Korean."""

from __future__ import annotations

from stage import Stage


def shoot(stage: Stage) -> None:
    """Write korean.webp; the letters need a font that has them (fonts-nanum)."""
    stage.open("astronaut.jpg", tool="brush")
    stage.act("view.lang_ko")
    stage.save("korean")
    stage.act("view.lang_en")
