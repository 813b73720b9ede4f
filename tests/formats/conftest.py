"""Small COCO files, and the way from one through a project into the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from segstudio.engine.exchange import export_file, import_file
from segstudio.engine.reports import ImportReport
from segstudio.store import ProjectFile


@pytest.fixture
def project() -> Iterator[ProjectFile]:
    with ProjectFile.create(":memory:") as made:
        yield made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write an object as JSON, a text or bytes as they are."""

    def call(content: Any, name: str = "in.json") -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return call


@pytest.fixture
def read(project: ProjectFile, write: Callable[..., Path]) -> Callable[..., ImportReport]:
    """Import an object, a text or bytes into the project."""

    def call(content: Any, **options: Any) -> ImportReport:
        return import_file(project, write(content), **options)

    return call


@pytest.fixture
def exported(project: ProjectFile, tmp_path: Path) -> Callable[..., Any]:
    """Export the project and return the file's object."""

    def call(format: str = "coco", **options: Any) -> Any:
        export_file(project, tmp_path / "out.json", format, **options)
        return json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))

    return call
