"""The end-to-end tests call the command line as its own tests do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))

from cli_fixtures import call, photos, squares, truth

__all__ = ["call", "photos", "squares", "truth"]
