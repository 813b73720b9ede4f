"""Draws the pictures of the guide: screenshots.py DEMO IMAGES [PAGE ...]; the pages are the modules of `shots`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from stage import Stage


def main() -> None:
    """Draw the pictures of the pages that are named, or of all."""
    here = Path(__file__).parent
    pages = sys.argv[3:] or sorted(p.stem for p in (here / "shots").glob("*.py"))
    stage = Stage(Path(sys.argv[1]), Path(sys.argv[2]))
    try:
        for page in pages:
            import_module(f"shots.{page}").shoot(stage)
    finally:
        stage.close()


if __name__ == "__main__":
    main()
