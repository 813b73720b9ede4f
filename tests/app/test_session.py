"""The session: going from picture to picture, committing, following the project."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from msgspec.structs import replace

from segstudio.core import changes, edits
from segstudio.core.annotation import CORRECTED, Annotation
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.store import ProjectFile


def box(session, x: float = 5.0) -> Annotation:
    return Annotation(session.new_id(), session.media.id, 1, geometry=Box(x, 5, 20, 20))


def test_a_picture_arrives_and_its_size_is_noted(shown):
    assert shown.picture.rgb.shape == (120, 160, 3)
    assert (shown.media.width, shown.media.height, shown.media.status) == (160, 120, "ok")
    assert shown.project.media([shown.media.id])[0].width == 160
    assert [step.label for step in shown.steps()] == ["Classes"]


def test_steps_stop_at_the_ends(shown):
    shown.step(-1)
    assert shown.index == 0
    shown.step(100)
    assert shown.index == 3


def test_scrubbing_shows_only_the_last_picture(shown, qtbot):
    seen = []
    shown.picture_changed.connect(lambda: shown.picture is not None and seen.append(shown.media.path))
    for _ in range(3):
        shown.step(1)
    qtbot.waitUntil(lambda: shown.picture is not None)
    assert seen[-1] == "p4.png"
    assert shown.picture.rgb.shape == (120, 160, 3)


def test_a_broken_file_says_why_and_the_others_go_on(session, folder: Path, qtbot):
    from segstudio.app import opening

    (folder / "p2.png").write_bytes(b"")
    project, _ = opening.open_paths([folder])
    session.attach(project)
    session.step(1)
    qtbot.waitUntil(lambda: session.problem is not None)
    assert session.problem.status == "empty"
    assert session.media.status == "empty"
    session.step(1)
    qtbot.waitUntil(lambda: session.picture is not None)


def test_commit_undo_redo_tell_the_listeners(shown, qtbot):
    a = box(shown)
    with qtbot.waitSignals([shown.annotations_changed, shown.history_changed]):
        assert shown.commit(edits.add([a]))
    assert shown.annotations == {a.id: replace(a, review=CORRECTED)}
    shown.undo()
    assert shown.annotations == {}
    shown.redo()
    assert shown.annotations == {a.id: replace(a, review=CORRECTED)}


def test_what_is_followed_is_what_is_stored(shown):
    rows = [box(shown, x) for x in (1.0, 2.0, 3.0)]
    shown.commit(edits.add(rows))
    shown.commit(changes.replace([(rows[0], replace(rows[0], z=5))], "Raise"))
    shown.commit(edits.delete([rows[1]]))
    stored = shown.project.annotations(shown.media.id, 0)
    assert [(a.id, a.z, a.geometry) for a in shown.annotations.values()] == [(a.id, a.z, a.geometry) for a in stored]
    assert list(shown.annotations) == [rows[2].id, rows[0].id]


def test_an_edit_puts_the_picture_in_work_in_the_same_step(shown):
    shown.commit(edits.add([box(shown)]))
    assert shown.media.review == "corrected"
    shown.undo()
    assert shown.media.review == "todo"


def test_undo_goes_to_the_picture_that_it_changes(shown):
    first = shown.media.id
    shown.commit(edits.add([box(shown)]))
    shown.step(2)
    shown.undo()
    assert shown.media.id == first


def test_walking_the_history(shown):
    for x in (1.0, 2.0, 3.0):
        shown.commit(edits.add([box(shown, x)]))
    shown.walk_to(2)
    assert len(shown.annotations) == 1
    shown.walk_to(4)
    assert len(shown.annotations) == 3


def test_selection_holds_only_what_is_there(shown):
    a = box(shown)
    shown.commit(edits.add([a]))
    shown.select([a.id, 999])
    assert shown.selection == {a.id}
    shown.undo()
    assert shown.selection == frozenset()


def test_a_refused_commit_is_told_and_changes_nothing(shown, qtbot, monkeypatch):
    from segstudio.core.errors import ProjectError

    def full(*_, **__):
        raise ProjectError("The disk is full.")

    monkeypatch.setattr(shown.project, "commit", full)
    with qtbot.waitSignal(shown.failed) as told:
        assert not shown.commit(edits.add([box(shown)]))
    assert "full" in told.args[0].message
    assert shown.annotations == {}


def test_what_a_thread_commits_arrives(shown, qtbot):
    a = box(shown)
    with qtbot.waitSignal(shown.annotations_changed):
        worker = threading.Thread(target=lambda: shown.project.commit(edits.add([a])))
        worker.start()
        worker.join()
    assert a.id in shown.annotations


def test_what_another_process_commits_arrives(shown, qtbot):
    code = (
        "import sys; from segstudio.store import ProjectFile; from segstudio.core import changes;"
        "from segstudio.core.labels import Category;"
        "p = ProjectFile.open(sys.argv[1]); p.commit(changes.insert([Category(77, 'bird')], 'From outside')); p.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(shown.project.path)], check=True, timeout=60)
    qtbot.waitUntil(lambda: 77 in shown.categories, timeout=10000)
    assert shown.steps()[-1].label == "From outside"


def test_the_project_opens_where_it_was_left_with_its_history(shown, project, qtbot):
    a = box(shown)
    shown.commit(edits.add([a]))
    shown.step(2)
    path, media = project.path, shown.media.id
    shown.detach()
    assert shown.project is None and shown.picture is None
    shown.attach(ProjectFile.open(path))
    assert shown.media.id == media
    shown.undo()
    assert shown.media.path == "p1.png" and shown.annotations == {}


def test_removing_the_current_picture_goes_to_another(shown):
    shown.project.commit(changes.delete([shown.media], "Remove"))
    assert shown.media.path == "p2.png"
    assert len(shown.media_ids) == 3


def test_a_new_class_becomes_known(shown):
    shown.commit(edits.add_category(Category(9, "tree", position=2)))
    assert list(shown.categories) == [1, 2, 9]
    shown.set_category(9)
    shown.undo()
    assert shown.category == 1


def test_a_project_opens_on_the_first_picture_that_is_not_known_to_be_broken(session, project):
    first, second, *_ = project.media()
    project.commit_to_run(changes.replace([(first, replace(first, status="broken", reason="Cut off."))]))
    session.attach(project)
    assert session.media.id == second.id


def test_a_workers_change_that_arrives_late_does_not_bring_an_old_row_back(shown, qtbot):
    project, media = shown.project, shown.media
    first, second = replace(media, comment="first"), replace(media, comment="second")
    worker = threading.Thread(target=lambda: project.commit_to_run(changes.replace([(media, first)])))
    worker.start()
    worker.join()
    project.commit_to_run(changes.replace([(first, second)]))
    assert shown.media.comment == "second"
    qtbot.wait(20)
    assert shown.media.comment == "second"
