"""What the tests of the command line share."""

from cli_fixtures import call, photos, squares, truth

__all__ = ["call", "photos", "squares", "truth"]
