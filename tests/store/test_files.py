"""Files that are no projects, damaged, unwritable, moved, full or from another version: a clear error, nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from segstudio.core import changes, edits
from segstudio.core.annotation import Annotation, Origin
from segstudio.core.errors import ProjectError
from segstudio.core.geometry import Box
from segstudio.core.labels import AttributeSpec
from segstudio.core.media import Media
from segstudio.store import ProjectFile, check, migrations, schema


def draw(project: ProjectFile, n: int = 1) -> list[Annotation]:
    first = project.new_ids("annotation", n)
    rows = [Annotation(first + i, 1, 1, geometry=Box(float(i), 0.0, 5.0, 5.0)) for i in range(n)]
    project.commit(edits.add(rows))
    return rows


def boxes(path: Path) -> int:
    with ProjectFile.open(path) as project:
        return len(list(project.all_annotations()))


def test_a_closed_project_is_one_file(project: ProjectFile, file: Path) -> None:
    draw(project)
    project.close()
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_a_closed_project_refuses_and_says_so(project: ProjectFile) -> None:
    project.close()
    with pytest.raises(ProjectError, match="closed"):
        project.media()
    with pytest.raises(ProjectError, match="closed"):
        draw(project)


def test_creating_never_overwrites(project: ProjectFile, file: Path) -> None:
    with pytest.raises(ProjectError, match="exists already"):
        ProjectFile.create(file)
    draw(project)
    project.close()
    assert boxes(file) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing", None, "no such project"),
        ("empty", b"", "empty"),
        ("text", b"annotations: []\n" * 100, "not a sound"),
        ("short", b"SQLite format 3\x00", "not a sound"),
    ],
)
def test_what_is_no_project_is_refused(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProjectError, match=words) as caught:
        ProjectFile.open(path)
    assert caught.value.path == str(path)
    assert [p.severity for p in check(path)] == ["error"]
    if content is not None:
        assert path.read_bytes() == content


def test_a_folder_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="folder"):
        ProjectFile.open(tmp_path)
    with pytest.raises(ProjectError, match="does not exist"):
        ProjectFile.create(tmp_path / "nowhere" / "a.segstudio")


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE book (title)")
        other.commit()
    before = path.read_bytes()
    with pytest.raises(ProjectError, match="not a segstudio project"):
        ProjectFile.open(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_newer_version_is_not_touched(project: ProjectFile, file: Path) -> None:
    draw(project)
    project.close()
    with closing(sqlite3.connect(file)) as raw:
        raw.execute(f"PRAGMA user_version = {schema.VERSION + 41}")
    before = file.read_bytes()
    with pytest.raises(ProjectError, match="newer segstudio"):
        ProjectFile.open(file)
    assert file.read_bytes() == before


def test_an_older_version_is_migrated_in_one_transaction(
    project: ProjectFile, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(project)
    project.close()
    now = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", now + 2)
    calls = []

    def first(connection) -> None:
        connection.exec_driver_sql("ALTER TABLE meta ADD COLUMN note TEXT")
        calls.append("first")

    def second(connection) -> None:
        calls.append("second")
        if calls.count("second") == 1:
            raise RuntimeError("the power goes")

    monkeypatch.setitem(migrations.MIGRATIONS, now, first)
    monkeypatch.setitem(migrations.MIGRATIONS, now + 1, second)
    with pytest.raises(RuntimeError):
        ProjectFile.open(file)
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone()[0] == now
        assert "note" not in [row[1] for row in raw.execute("PRAGMA table_info(meta)")]
    assert boxes(file) == 1
    assert calls == ["first", "second"] * 2
    assert boxes(file) == 1
    assert len(calls) == 4, "once is enough"


@pytest.mark.parametrize("where", [0, 100, 1, 2, 3, 5])
def test_damage_is_an_error_and_never_a_traceback(project: ProjectFile, file: Path, where: int) -> None:
    for _ in range(60):
        draw(project, 5)
    project.close()
    data = bytearray(file.read_bytes())
    start = where if where in (0, 100) else where * 4096
    data[start : start + 3000] = os.urandom(8) * 375
    file.write_bytes(data)
    found = check(file)
    assert found
    assert found[0].severity == "error"
    try:
        with ProjectFile.open(file) as opened:
            list(opened.all_annotations())
            opened.history()
            while opened.undo() is not None:
                pass
    except ProjectError as error:
        assert error.message


def test_a_truncated_file_is_damaged(project: ProjectFile, file: Path) -> None:
    for _ in range(60):
        draw(project, 5)
    project.close()
    os.truncate(file, file.stat().st_size // 2)
    assert check(file)[0].severity == "error"
    with pytest.raises(ProjectError), ProjectFile.open(file) as opened:
        list(opened.all_annotations())
        opened.history()


def test_a_full_disk_takes_nothing_half_and_works_again(project: ProjectFile, file: Path) -> None:
    draw(project)
    raw = project._db._writer.raw_connection()
    pages = raw.driver_connection.execute("PRAGMA page_count").fetchone()[0]
    raw.driver_connection.execute(f"PRAGMA max_page_count = {pages}")
    raw.close()
    before = len(list(project.all_annotations())), len(project.history())
    with pytest.raises(ProjectError, match="disk"):
        draw(project, 5000)
    assert (len(list(project.all_annotations())), len(project.history())) == before
    raw = project._db._writer.raw_connection()
    raw.driver_connection.execute("PRAGMA max_page_count = 1000000")
    raw.close()
    draw(project, 5000)
    project.close()
    assert check(file) == []
    assert boxes(file) == 5001


def test_a_full_disk_takes_the_whole_transaction_back_even_where_its_error_is_caught(project: ProjectFile) -> None:
    raw = project._db._writer.raw_connection()
    pages = raw.driver_connection.execute("PRAGMA page_count").fetchone()[0]
    raw.driver_connection.execute(f"PRAGMA max_page_count = {pages}")
    raw.close()
    told = []
    project.changed.subscribe(told.append)
    with pytest.raises(ProjectError, match="as it was before"), project.transaction():
        with pytest.raises(ProjectError, match="disk"):
            draw(project, 5000)
        project.set_meta("note", "kept")
    assert project.meta("note") == ""
    assert told == []
    assert list(project.all_annotations()) == []
    assert len(project.history()) == 1


def test_what_fails_within_a_transaction_fails_alone(project: ProjectFile) -> None:
    told = []
    project.changed.subscribe(told.append)
    with project.transaction():
        with pytest.raises(ProjectError, match="picture"):
            project.commit(edits.add([Annotation(project.new_ids("annotation"), 77, 1)]))
        draw(project)
        assert told == [], "nobody hears of what is not on disk yet"
    assert len(told) == 1
    assert len(list(project.all_annotations())) == 1


def test_a_transaction_that_fails_leaves_nothing_and_its_ids_are_not_given_again(project: ProjectFile) -> None:
    told = []
    project.changed.subscribe(told.append)
    ids = []
    with pytest.raises(RuntimeError), project.transaction():
        ids = [a.id for a in draw(project, 100)]
        assert len(project.annotations(1)) == 100, "a transaction sees what it wrote"
        raise RuntimeError
    assert (told, project.annotations(1), len(project.history())) == ([], [], 1)
    assert not set(ids) & {a.id for a in draw(project, 100)}


def test_a_file_that_was_moved_away_takes_no_edit_that_nobody_would_find(project: ProjectFile, file: Path) -> None:
    draw(project)
    away = file.with_name("away.segstudio")
    file.rename(away)
    with pytest.raises(ProjectError, match="moved, deleted or replaced"):
        draw(project)
    copy = file.with_name("copy.segstudio")
    project.save_copy(copy)
    assert boxes(copy) == 1
    away.rename(file)
    draw(project)
    project.close()
    assert boxes(file) == 2


def test_a_copy_is_whole_and_finds_its_media(project: ProjectFile, file: Path, tmp_path: Path) -> None:
    draw(project, 3)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    copy = tmp_path / "deep" / "er" / "copy.segstudio"
    project.save_copy(copy)
    with pytest.raises(ProjectError, match="exists already"):
        project.save_copy(copy)
    with ProjectFile.open(copy) as other:
        assert other.media_root.resolve() == project.media_root.resolve()
        assert list(other.all_annotations()) == list(project.all_annotations())
        assert other.history() == project.history()
        assert other.undo() is not None
    assert len(list(project.all_annotations())) == 3
    assert sorted(p.name for p in copy.parent.iterdir()) == [copy.name]
    assert check(copy) == []


def test_a_copy_of_a_failing_disk_leaves_nothing(project: ProjectFile, tmp_path: Path) -> None:
    with pytest.raises(ProjectError):
        project.save_copy(tmp_path / "nowhere" / "copy.segstudio")
    assert not (tmp_path / "nowhere").exists()


UNWRITABLE = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    from segstudio.core.errors import ProjectError
    from segstudio.core.media import Media
    from segstudio.core import changes
    from segstudio.store import ProjectFile, check
    path = Path(sys.argv[1])
    try:
        with ProjectFile.open(path) as project:
            print("readonly", project.readonly, len(list(project.all_annotations())), check(path))
            try:
                project.commit(changes.insert([Media(99, "x.jpg")]))
            except ProjectError as error:
                print("refused", error.message)
            project.save_copy(Path(sys.argv[2]))
    except ProjectError as error:
        print("error", error)
    """
)


def _as_nobody(path: Path, copy: Path) -> list[str]:
    # Modules are imported with the rights of the one who may read them.
    code = "import segstudio.store, segstudio.store.checking, segstudio.core.edits\n" + UNWRITABLE
    result = subprocess.run(
        [sys.executable, "-c", code, str(path), str(copy)], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.fixture
def open_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that others may enter and write to; pytest's own are closed to them."""
    with tempfile.TemporaryDirectory(prefix="segstudio-") as name:
        place = Path(name)
        place.chmod(0o777)
        yield place


@contextmanager
def closed(folder: Path) -> Iterator[Path]:
    """Let nobody but root write to a folder and its files."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        yield folder
    finally:
        folder.chmod(0o755)


posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


@posix
def test_a_read_only_folder_opens_to_read(project: ProjectFile, file: Path, open_way: Path) -> None:
    draw(project, 4)
    project.close()
    (open_way / "fixed").mkdir()
    shutil.copy(file, open_way / "fixed")
    with closed(open_way / "fixed") as folder:
        lines = _as_nobody(folder / file.name, open_way / "copy.segstudio")
        assert lines[0] == "readonly True 4 []"
        assert lines[1].startswith("refused This project can only be read")
        assert [p.name for p in folder.iterdir()] == [file.name]
    assert boxes(open_way / "copy.segstudio") == 4


@posix
@pytest.mark.parametrize("ends", [("", "-wal", "-shm"), ("", "-wal")])
def test_a_read_only_folder_with_a_log_left_behind(
    project: ProjectFile, file: Path, open_way: Path, ends: tuple[str, ...]
) -> None:
    draw(project, 4)
    (open_way / "killed").mkdir()
    for end in ends:
        shutil.copy(file.with_name(file.name + end), open_way / "killed")
    with closed(open_way / "killed") as folder:
        lines = _as_nobody(folder / file.name, open_way / "copy.segstudio")
    if "-shm" in ends:
        assert lines[0] == "readonly True 4 []", "what the log holds is seen"
    else:
        assert lines[0].startswith("error")
        assert f"{file.name}-wal" in lines[0], "it says which file holds the rest"


@posix
def test_a_folder_that_may_not_be_entered(project: ProjectFile, file: Path, open_way: Path) -> None:
    project.close()
    (open_way / "shut").mkdir()
    shutil.copy(file, open_way / "shut")
    (open_way / "shut").chmod(0o700)
    lines = _as_nobody(open_way / "shut" / file.name, open_way / "copy.segstudio")
    assert lines[0].startswith("error") or os.getuid() != 0


def test_media_root(tmp_path: Path) -> None:
    with ProjectFile.create(tmp_path / "a.segstudio", "pictures") as project:
        assert project.media_root == tmp_path / "pictures"
        project.set_meta("media_root", str(tmp_path / "elsewhere"))
        assert project.media_root == tmp_path / "elsewhere"


def test_names_that_no_file_can_hold_are_refused(project: ProjectFile) -> None:
    with pytest.raises(ProjectError, match="characters"):
        project.commit(changes.insert([Media(project.new_ids("media"), "bad\udcff.jpg")]))
    assert len(project.media()) == 2


def test_what_a_class_does_not_know_is_a_note_and_no_error(project: ProjectFile, file: Path) -> None:
    (old,) = project.categories()
    spec = AttributeSpec("age", "number")
    project.commit(changes.replace([(old, replace(old, attributes=(spec,)))]))
    rows = [Annotation(i, 1, 1, attributes=a) for i, a in enumerate(({"age": 3}, {"age": "old"}, {"odd": 1}), start=1)]
    project.new_ids("annotation", 3)
    project.commit(edits.add([*rows, Annotation(4, 1, 1, review="perhaps", origin=Origin("import"))]))
    assert [(p.severity, p.place) for p in check(file)] == [
        ("warning", "object 4"), ("note", "object 2"), ("note", "object 3"),
    ]  # fmt: skip
