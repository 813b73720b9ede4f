"""Parity with published implementations: `pytest tests/parity --oracles DIR`.

A test names its oracles by `@pytest.mark.oracle("name", ...)` and takes the fixture `oracle`: it runs once for each.
"""

from __future__ import annotations

from pathlib import Path

import oracles
import pytest

_DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "oracles"


def _folder(config: pytest.Config) -> Path:
    given = config.getoption("oracles")
    return Path(given).resolve() if given else _DEFAULT


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each oracle that it names."""
    if "oracle" in metafunc.fixturenames:
        names = [name for mark in metafunc.definition.iter_markers("oracle") for name in mark.args]
        metafunc.parametrize("oracle", names, indirect=True, scope="module")


@pytest.fixture(scope="session")
def oracle_folder(pytestconfig: pytest.Config) -> Path:
    """Where the oracles lie, or would lie."""
    return _folder(pytestconfig)


@pytest.fixture(scope="module")
def oracle(request: pytest.FixtureRequest, oracle_folder: Path) -> oracles.Oracle:
    """The oracle of the test's mark; the test is skipped where it is not there."""
    folder = oracle_folder / request.param
    if not (folder / "manifest.json").is_file():
        pytest.skip(f"the oracle '{request.param}' is not in {folder.parent} (name its folder by --oracles)")
    return oracles.load(folder)
