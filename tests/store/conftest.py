"""Projects to work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segstudio.core import changes
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.store import ProjectFile


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "work.segstudio"


@pytest.fixture
def project(file: Path) -> Iterator[ProjectFile]:
    """A project of two pictures and one class."""
    with ProjectFile.create(file) as made:
        fill(made)
        yield made


def fill(project: ProjectFile) -> None:
    first = project.new_ids("media", 2)
    rows = [
        Media(first, "a.jpg", width=100, height=80),
        Media(first + 1, "b.jpg"),
        Category(project.new_ids("category"), "cat"),
    ]
    project.commit(changes.insert(rows, "Begin"))
