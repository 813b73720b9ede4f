"""One start of a window in a fresh process, ours or labelme's, through the program's own entry point.

python window_child.py segstudio|labelme BEGAN [PLACE]

BEGAN is the time at which the process was started. The event loop of the program is replaced by one that measures; what
it found is printed as JSON on the last line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

TURNS = 60


def finish(**found: Any) -> None:
    """Say what was found and end without a farewell."""
    found["modules"] = sorted({"torch", "cv2", "timm"} & set(sys.modules))
    print("\n" + json.dumps(found), flush=True)
    os._exit(0)


def rss_mib() -> float:
    """Return the memory that the process holds now."""
    try:
        held = int(Path("/proc/self/statm").read_text().split()[1])
        return held * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:  # no Linux: the highest so far
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def spread(times: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and maximum in milliseconds."""
    times = sorted(1e3 * t for t in times)
    return {
        "median_ms": round(times[len(times) // 2], 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
        "max_ms": round(times[-1], 2),
    }


def timed(step: Any, until: Any) -> float:
    """Return the seconds from a step until something holds and is painted."""
    from PySide6.QtWidgets import QApplication

    began = time.perf_counter()
    step()
    QApplication.processEvents()
    while not until():
        QApplication.processEvents()
    QApplication.processEvents()
    return time.perf_counter() - began


def measure_window(app: Any, began: float, place: str) -> None:
    """Measure ours: the start, and with a project the first picture, the next ones and the list."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from segstudio.app.main_window import MainWindow

    app.processEvents()
    shown = time.time() - began
    window = next(w for w in app.topLevelWidgets() if isinstance(w, MainWindow))
    assert window.isVisible()
    if not place:
        finish(shown_s=shown, rss_mib=rss_mib())
    session = window.session
    while session.picture is None:
        app.processEvents()
    app.processEvents()
    first = time.time() - began
    steps, moves, jumps = [], [], []
    for _ in range(TURNS):
        # A person looks at a picture before going on; the neighbours are decoded meanwhile.
        pause = time.perf_counter()
        while time.perf_counter() - pause < 0.2:
            app.processEvents()
        at = session.index
        steps.append(
            timed(
                lambda: QTest.keyClick(window.canvas, Qt.Key.Key_D),
                lambda at=at: session.index > at and session.picture is not None,
            )
        )
    bar, port = window.panels["files"].list.verticalScrollBar(), window.panels["files"].list.viewport()
    for i in range(4 * TURNS):
        moves.append(timed(lambda: bar.setValue(bar.value() + bar.singleStep()), lambda: True))
        # Prime to the length: all over the list.
        goal = i * 7919 * bar.pageStep() % max(bar.maximum(), 1)
        jumps.append(timed(lambda goal=goal: (bar.setValue(goal), port.update()), lambda: True))
    finish(
        shown_s=shown, first_s=first, entries=len(session.media_ids), rss_mib=rss_mib(),
        next=spread(steps), scroll=spread(moves), jump=spread(jumps),
    )  # fmt: skip


def measure_labelme(app: Any, began: float, place: str) -> None:
    """Measure labelme: the start, and with a folder the first picture."""
    app.processEvents()
    shown = time.time() - began
    window = next(w for w in app.topLevelWidgets() if type(w).__name__ == "MainWindow")
    if not place:
        finish(shown_s=shown, rss_mib=rss_mib())
    while window._image.isNull():
        app.processEvents()
    app.processEvents()
    finish(shown_s=shown, first_s=time.time() - began, rss_mib=rss_mib())


def main() -> None:
    """Start the program."""
    name, began, place = sys.argv[1], float(sys.argv[2]), (sys.argv[3] if len(sys.argv) > 3 else "")
    words = [place] if place else []
    if name == "segstudio":
        from PySide6.QtWidgets import QApplication

        QApplication.exec = lambda *_: measure_window(QApplication.instance(), began, place)  # type: ignore[assignment]
        from segstudio.cli.main import main as run

        run(["open", *words])
    else:
        from PyQt5.QtWidgets import QApplication  # type: ignore[import-not-found]

        def loop(*_: object) -> None:
            try:
                measure_labelme(QApplication.instance(), began, place)
            except Exception as error:  # labelme itself would wait in a dialog
                finish(error=f"{type(error).__name__}: {error}")

        QApplication.exec_ = loop
        sys.argv = ["labelme", *words]
        from labelme.__main__ import main as run  # type: ignore[import-not-found]

        run()
    sys.exit("The program ended before its event loop.")


if __name__ == "__main__":
    main()
