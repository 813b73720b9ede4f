"""The project file."""

from segstudio.store.project_file import SUFFIX, Changed, ProjectFile
from segstudio.store.runs import Run

__all__ = ["SUFFIX", "Changed", "ProjectFile", "Run"]
