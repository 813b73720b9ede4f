"""Draws the pictures of the guide from a demo's output: screenshots.py DEMO IMAGES."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from segstudio.app.capture import capture_window
from segstudio.store import ProjectFile

WIDTH = 1400


def small(path: Path) -> None:
    """Save a picture anew, no wider than a page shows, with a palette: pictures in a repository stay small."""
    with Image.open(path) as picture:
        height = round(picture.height * WIDTH / picture.width)
        picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(
            256, dither=Image.Dither.FLOYDSTEINBERG
        ).save(path, optimize=True)


def main() -> None:
    """Write window.png, light.png and welcome.png."""
    demo, images = Path(sys.argv[1]), Path(sys.argv[2])
    images.mkdir(parents=True, exist_ok=True)
    project = demo / "demo.segstudio"
    with ProjectFile.open(project) as opened:
        ids = {m.path: m.id for m in opened.media()}
    capture_window(project, images / "window.png", media=ids["astronaut.jpg"])
    capture_window(project, images / "light.png", theme="light", media=ids["motorcycle.jpg"])
    capture_window(None, images / "welcome.png")
    for path in images.glob("*.png"):
        small(path)


if __name__ == "__main__":
    main()
