"""The pictures of the page on prompts; the starter network answers, as it does where no other model was fetched."""

from __future__ import annotations

import time

from stage import RIGHT, Stage

WAIT = 60.0


def shoot(stage: Stage) -> None:
    """Write prompt-points.webp and prompt-box.webp."""
    stage.open("rocket.jpg", tool="prompt")
    stage.click(321, 260)
    answered(stage)
    stage.click(357, 400, RIGHT)
    answered(stage)
    stage.save("prompt-points")
    stage.open("rocket.jpg", tool="prompt")
    stage.drag((290, 60), (320, 200), (352, 400))
    answered(stage)
    stage.save("prompt-box")


def answered(stage: Stage) -> None:
    """Wait until a proposal shows."""
    end = time.monotonic() + WAIT
    while not stage.window.canvas.scene_state.draft.regions or "…" in stage.window.link.tools["prompt"].note:
        if time.monotonic() > end:
            raise TimeoutError("no proposal")
        stage.rest(0.2)
