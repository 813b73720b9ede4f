"""Every test runs in a home of its own, without a network and without a screen."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import tempfile
from pathlib import Path

import platformdirs
import pytest
from hypothesis import HealthCheck, settings

REPO = Path(__file__).resolve().parents[1]
# Kept in a variable: the workers of a parallel run come to be after the cache below has been replaced.
REAL_CACHE = Path(
    os.environ.setdefault(
        "SEGSTUDIO_TESTS_REAL_CACHE", os.environ.get("SEGSTUDIO_CACHE") or platformdirs.user_cache_dir("segstudio")
    )
)

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
# Package clients run as processes of their own, out of reach of the guard below.
os.environ.update(PIP_NO_INDEX="1", UV_OFFLINE="1")
for name in ("SEGSTUDIO_CONFIG", "SEGSTUDIO_OFFLINE", "SEGSTUDIO_SETTINGS", "PIP_FIND_LINKS", "UV_FIND_LINKS"):
    os.environ.pop(name, None)
# Two cores, several workers: more threads a process only take turns.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("ci")


def _home(base: Path) -> dict[str, str]:
    """Return the variables of a home of its own below `base`; the folders exist."""
    places = {
        "HOME": base / "home",
        "XDG_CONFIG_HOME": base / "config",
        "XDG_CACHE_HOME": base / "xdg-cache",
        "XDG_DATA_HOME": base / "data",
        "XDG_STATE_HOME": base / "state",
        "SEGSTUDIO_CACHE": base / "cache",
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    return {name: str(place) for name, place in places.items()}


# Libraries read these when they are imported, so the first home is set before any of them is.
_first_home = tempfile.TemporaryDirectory(prefix="segstudio-tests-")
os.environ.update(_home(Path(_first_home.name)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare where the reference outputs of published models lie."""
    parser.addoption("--oracles", metavar="DIR", help="folder of oracles for tests/parity (default: ../shared/oracles)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark that names a parity test's oracles."""
    config.addinivalue_line("markers", "oracle(*names): the reference outputs that a parity test is run for")


def pytest_unconfigure() -> None:
    """Take the first home away."""
    _first_home.cleanup()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home for each test: settings, caches and data of one never reach the next.

    Returns:
        The folder that holds `home`, `config`, `data`, `state` and `cache`.
    """
    base = tmp_path_factory.mktemp("home", numbered=True)
    for name, value in _home(base).items():
        monkeypatch.setenv(name, value)
    if "PySide6.QtCore" in sys.modules:
        from PySide6.QtCore import QSettings

        for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(form, QSettings.Scope.UserScope, str(base / "config"))
    return base


def _is_local(address: object) -> bool:
    """Return whether a socket address stays on this machine."""
    if not isinstance(address, tuple) or not address:
        return True  # a Unix socket's path
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


class NetworkForbidden(OSError):
    """A test tried to leave the machine."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every name that is not this machine's, as a computer without a network does."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(call):
        def checked(self, address, *rest):
            if not _is_local(address):
                raise NetworkForbidden(f"tests use no network; asked for {address}")
            return call(self, address, *rest)

        return checked

    def lookup(host, *rest, **named):
        if not _is_local((host or "",)):
            raise NetworkForbidden(f"tests use no network; asked for {host}")
        return getaddrinfo(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the repository; tests that need it skip where it is not."""
    folder = REPO.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference data is not here (a folder 'shared' beside the repository)")
    return folder


@pytest.fixture(scope="session")
def real_cache() -> Path:
    """The user's own weights cache, to read from: what `scripts/test` has fetched before the tests began."""
    return REAL_CACHE
