"""The pictures of the guide's page on assists."""

from __future__ import annotations

from stage import LEFT, RIGHT, Stage

from segstudio.app.main_window import MainWindow


def shoot(stage: Stage) -> None:
    """Write scissors.webp, wand.webp, superpixels.webp, grabcut.webp, watershed.webp and snap.webp."""
    _scissors(stage)
    _wand(stage)
    _superpixels(stage)
    _grabcut(stage)
    _watershed(stage)
    _snap(stage)


def _bare(stage: Stage, name: str, tool: str) -> MainWindow:
    """Open a photo without its predictions, so that the tool is what one sees."""
    window = stage.open(name, tool=tool)
    window.session.view.set(layers=frozenset())
    _wait(stage, window)
    return window


def _wait(stage: Stage, window: MainWindow) -> None:
    """Wait for what the tool computes."""
    stage.rest(0.2)
    for _ in range(200):
        if not window.link.background.busy:
            break
        stage.rest(0.1)
    stage.rest(0.2)


def _scissors(stage: Stage) -> None:
    window = _bare(stage, "coffee.jpg", "scissors")
    for x, y in ((176, 112), (205, 50), (290, 18), (375, 50), (407, 110)):
        stage.click(x, y)
        _wait(stage, window)
    stage.move(390, 160)
    stage.move(386, 165)
    stage.save("scissors")


def _wand(stage: Stage) -> None:
    window = _bare(stage, "coffee.jpg", "wand")
    stage.press(160, 280)
    stage.move(176, 280, button=LEFT)
    _wait(stage, window)
    stage.save("wand")
    stage.release(176, 280)


def _superpixels(stage: Stage) -> None:
    window = _bare(stage, "coffee.jpg", "superpixels")
    stage.press(215, 70)
    for x, y in ((290, 45), (370, 70), (350, 110), (230, 110), (240, 90), (340, 90), (290, 70), (290, 160)):
        stage.move(x, y, button=LEFT)
    _wait(stage, window)
    stage.save("superpixels")
    stage.key("Esc")


def _grabcut(stage: Stage) -> None:
    window = _bare(stage, "astronaut.jpg", "grabcut")
    stage.drag((20, 5), (250, 150), (470, 510))
    _wait(stage, window)
    stage.drag((320, 40), (340, 120), (380, 200), (400, 60), (420, 20), button=RIGHT)
    _wait(stage, window)
    stage.drag((400, 180), (400, 260), (380, 300), button=RIGHT)
    _wait(stage, window)
    stage.drag((30, 20), (60, 120), (75, 220), button=RIGHT)
    _wait(stage, window)
    stage.save("grabcut")
    stage.key("Esc")


def _watershed(stage: Stage) -> None:
    window = _bare(stage, "coffee.jpg", "watershed")
    stage.drag((210, 60), (235, 150), (280, 190), (330, 170), (365, 100))
    stage.key("N")
    stage.drag((375, 255), (395, 285))
    stage.drag((140, 190), (150, 300), (300, 370), (450, 300), button=RIGHT)
    stage.drag((60, 60), (130, 130), button=RIGHT)
    stage.drag((480, 60), (540, 200), button=RIGHT)
    _wait(stage, window)
    stage.save("watershed")
    stage.key("Esc")


def _snap(stage: Stage) -> None:
    window = stage.open("cat.jpg")
    window.session.select([next(iter(window.session.annotations))])
    stage.act("shape.snap")
    _wait(stage, window)
    stage.save("snap")
    stage.key("Esc")
