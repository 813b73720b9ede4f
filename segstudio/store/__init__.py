"""The project file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segstudio.core.lazy import names

if TYPE_CHECKING:
    from segstudio.store.checking import Problem as Problem
    from segstudio.store.checking import check as check
    from segstudio.store.project_file import ProjectFile as ProjectFile
    from segstudio.store.runs import Run as Run
    from segstudio.store.versions import Version as Version
    from segstudio.store.writer import Changed as Changed

SUFFIX = ".segstudio"  # of a project file

__getattr__, __dir__ = names(
    __name__,
    {
        "checking": "Problem check",
        "project_file": "ProjectFile",
        "runs": "Run",
        "versions": "Version",
        "writer": "Changed",
    },
)
