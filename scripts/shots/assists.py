"""The pictures of the guide's page on assists."""

from __future__ import annotations

from stage import Stage


def shoot(stage: Stage) -> None:
    """Write scissors.png, wand.png, superpixels.png, grabcut.png, watershed.png and snap.png."""
    _scissors(stage)
    _wand(stage)
    _superpixels(stage)
    _grabcut(stage)
    _watershed(stage)
    _snap(stage)


def _bare(stage: Stage, name: str, tool: str) -> None:
    """Open a photo with its predictions hidden, so that the tool is what one sees."""
    window = stage.open(name, tool="select")
    window.session.view.set(layers=frozenset())
    window.link.use(tool)
    stage.rest(1.0)
    return


def _scissors(stage: Stage) -> None:
    _bare(stage, "coffee.jpg", "scissors")
    for x, y in ((150, 130), (230, 62), (330, 70)):
        stage.move(x - 4, y)
        stage.rest(0.4)
        stage.click(x, y)
        stage.rest(0.6)
    stage.move(395, 130)
    stage.rest(0.4)
    stage.save("scissors")


def _wand(stage: Stage) -> None:
    _bare(stage, "cat.jpg", "wand")
    stage.press(60, 60)
    stage.rest(0.8)
    stage.move(100, 60, button=_left())
    stage.rest(0.4)
    stage.save("wand")
    stage.release(100, 60)


def _left():
    from stage import LEFT

    return LEFT


def _superpixels(stage: Stage) -> None:
    _bare(stage, "cat.jpg", "superpixels")
    stage.rest(1.5)
    stage.press(200, 100)
    for x, y in ((215, 110), (230, 130), (240, 150), (250, 170)):
        stage.move(x, y, button=_left())
    stage.rest(0.4)
    stage.save("superpixels")


def _grabcut(stage: Stage) -> None:
    _bare(stage, "cat.jpg", "grabcut")
    stage.drag((90, 10), (250, 150), (430, 295))
    stage.rest(1.5)
    stage.save("grabcut")


def _watershed(stage: Stage) -> None:
    _bare(stage, "coffee.jpg", "watershed")
    stage.drag((220, 150), (330, 150))
    stage.rest(1.0)
    stage.save("watershed")


def _snap(stage: Stage) -> None:
    window = stage.open("cat.jpg")
    window.session.select([next(iter(window.session.annotations))])
    stage.act("shape.snap")
    stage.rest(2.0)
    stage.save("snap")
