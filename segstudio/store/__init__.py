"""The project file."""

from segstudio.store.check import Problem, check
from segstudio.store.project_file import SUFFIX, ProjectFile
from segstudio.store.runs import Run
from segstudio.store.writer import Changed

__all__ = ["SUFFIX", "Changed", "Problem", "ProjectFile", "Run", "check"]
