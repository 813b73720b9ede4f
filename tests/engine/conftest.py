"""What the engine's tests share: models that need no weights, an engine with them, a project of ten pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_fakes import FakeCatalog, Loader, make_project

from segstudio.engine import Engine


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def engine(loader: Loader):
    made = Engine(FakeCatalog(), load=loader)
    yield made
    assert made.close()


@pytest.fixture
def project(tmp_path: Path):
    with make_project(tmp_path, 10) as made:
        yield made
