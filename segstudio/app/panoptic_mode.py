"""Panoptic mode: a live map of the current picture, and edits that leave no overlap on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from segstudio.app.background import Background
from segstudio.app.i18n import tr
from segstudio.app.session import Session
from segstudio.app.settings import Settings
from segstudio.core import masks, panoptic, panoptic_edits
from segstudio.core.annotation import Annotation
from segstudio.core.changes import ChangeSet
from segstudio.core.errors import SegstudioError
from segstudio.core.geometry import Box
from segstudio.core.labels import Category
from segstudio.core.panoptic import Finding, Gap, Rule, SegmentMap
from segstudio.core.panoptic_edits import Way

LARGEST = 150_000_000  # pixels of a picture: a map takes four bytes of each
SETTLED_MS = 150  # after the last edit


@dataclass(frozen=True)
class Survey:
    """What is wrong with a map, looked for beside the person's work.

    Args:
        gaps: Unlabelled regions, the largest first.
        twice: Pixels that several objects claim.
        findings: What a data set must not hold.
    """

    gaps: list[Gap]
    twice: int
    findings: list[Finding]


def _survey(
    rows: list[Annotation], size: tuple[int, int], categories: dict[int, Category], rule: Rule, found: SegmentMap
) -> Survey:
    findings = panoptic.findings(rows, size, categories, rule, found)
    # Who loses nothing overlaps nobody.
    lost = any(f.kind in ("overlap", "empty") for f in findings)
    twice = int(np.count_nonzero(panoptic.claimed_twice(rows, size))) if lost else 0
    return Survey(panoptic.gaps(found.values), twice, findings)


class PanopticMode(QObject):
    """The map of the current picture while the view is in this mode.

    Attributes:
        rule: Who gets a pixel where objects overlap already.
        way: What an edit does with pixels that others have.
        found: The map; None in other modes, and while it is not there yet.
        void: The number of its pixels that nobody has.
        survey: What is wrong with it; None until somebody has looked.
        gap: The gap that is pointed at, or None.

    Signals:
        changed: Any of these is another one.
        pointed: (Gap or None) another gap is pointed at.
    """

    changed = Signal()
    pointed = Signal(object)

    def __init__(self, session: Session, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._work = Background(self, self._on_failed)
        self.rule: Rule = _known(settings.text("panoptic/rule"), panoptic.RULES, "top")
        self.way: Way = _known(settings.text("panoptic/way"), panoptic_edits.WAYS, "take")
        self.found: SegmentMap | None = None
        self.void = 0
        self.survey: Survey | None = None
        self.gap: Gap | None = None
        self._slots: dict[int, int] = {}
        self._shown: tuple = ()
        self._later = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._later.timeout.connect(self._look)
        session.amends.append(self._amend)
        session.view.changed.connect(self._on_view)
        session.picture_changed.connect(self._on_view)
        session.annotations_changed.connect(self._on_annotations)
        session.categories_changed.connect(self._on_categories)

    # What there is

    @property
    def active(self) -> bool:
        """Whether the view is in this mode and shows a picture."""
        return self._session.view.mode == "panoptic" and self.size[0] > 0

    @property
    def too_large(self) -> bool:
        """Whether the picture has too many pixels for a live map."""
        return self.size[0] * self.size[1] > LARGEST

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the current picture, (0, 0) while it is not known."""
        picture, media = self._session.picture, self._session.media
        if picture is not None:
            return picture.width, picture.height
        return (media.width, media.height) if media is not None else (0, 0)

    @property
    def labelled(self) -> float:
        """The part of the picture that has a segment, 0 to 1."""
        total = self.size[0] * self.size[1]
        return 1 - self.void / total if total else 0.0

    def rows(self) -> list[Annotation]:
        """Return the annotations that take part: those above the threshold, hidden ones too."""
        return [a for a in self._session.annotations.values() if self._session.view.passes(a)]

    def close(self) -> None:
        """End the threads."""
        self._later.stop()
        self._work.close()

    # What the person chooses

    def set_rule(self, rule: Rule) -> None:
        """Choose who gets a pixel where objects overlap."""
        if rule != self.rule:
            self.rule = rule
            self._settings.set_text("panoptic/rule", rule)
            self._rebuild()

    def set_way(self, way: Way) -> None:
        """Choose what edits do with pixels that others have."""
        self.way = way
        self._settings.set_text("panoptic/way", way)
        self.changed.emit()

    def next_gap(self, step: int = 1) -> None:
        """Point at the largest gap, and from there at the next or the last one; around the end again."""
        gaps = self._gaps()
        if not gaps:
            self._point(None)
            if self.found is not None:
                self._session.said.emit(tr("Every pixel has a segment."))
            return
        at = next((i for i, gap in enumerate(gaps) if gap == self.gap), None)
        self._point(gaps[0 if at is None else (at + step) % len(gaps)])

    def resolve(self) -> bool:
        """Give each pixel that several objects claim to one of them, by the rule."""
        change = panoptic_edits.resolve_all(self.rows(), self.size, self.rule, self._session.categories)
        return self._session.commit(change)

    def fill(self, how: str) -> bool:
        """Fill the gap that is pointed at, else the largest one.

        Args:
            how: "class" gives it to the current class, "border" to the segment with the longest common border,
                "nearest" each pixel to the nearest segment, "all" likewise in all gaps.
        """
        gaps = self._gaps()
        if self.found is None or not gaps:
            self._session.said.emit(tr("There is no gap to fill."))
            return False
        gap = self.gap if self.gap in gaps else gaps[0]
        assert gap is not None
        change = self._filled(how, gap, self.found)
        if change is None or not self._session.commit(change):
            return False
        self._point(None)
        return True

    def _filled(self, how: str, gap: Gap, found: SegmentMap) -> ChangeSet | None:
        session, size, rows = self._session, self.size, self.rows()
        if how == "class":
            category = session.categories.get(session.category or 0)
            if category is None or session.media is None:
                session.said.emit(tr("Add a class first: a new object needs one."))
                return None
            new = Annotation(session.new_id(), session.media.id, category.id, session.frame)
            top = max((a.z for a in session.annotations.values()), default=0)
            return panoptic_edits.fill_class(rows, gap.mask, size, category, new, top)
        if not np.any(found.values):
            session.said.emit(tr("There is no segment yet that could take it. Fill it with the current class instead."))
            return None
        if how == "border":
            by_id = {a.id: a for a in rows}
            return panoptic_edits.fill_into(by_id[panoptic.neighbours(found, gap.mask)[0][0]], gap.mask, size)
        mask = masks.from_bitmap(found.values == 0) if how == "all" else gap.mask
        change = panoptic_edits.fill_nearest(rows, found, mask, size)
        return replace_label(change, "Fill gaps") if how == "all" else change

    # How it follows

    def _amend(self, change: ChangeSet) -> ChangeSet:
        """Return an edit that leaves no overlap behind on the current picture."""
        session = self._session
        if not self.active or self.too_large or session.media is None:
            return change
        place = (session.media.id, session.frame)
        here = ((c.before or c.after) for c in change.of("annotation"))
        if not any(isinstance(a, Annotation) and (a.media, a.frame) == place for a in here):
            return change
        amended = panoptic_edits.resolve(
            change,
            self.rows(),
            self.size,
            self.rule,
            way=self.way,
            locked=self._spared(),
            categories=session.categories,
            place=place,
        )
        if not amended:
            session.said.emit(tr("Nothing changed: all of it belongs to segments that are protected or hidden."))
        return amended

    def _spared(self) -> set[int]:
        """Return what an edit takes nothing from: what is locked, and what can't be seen (unless all is hidden)."""
        view = self._session.view
        unseen = {a.id for a in self.rows() if not view.visible(a)} if view.shown else view.hidden
        return {*view.locked, *unseen}

    def _on_view(self) -> None:
        view, media = self._session.view, self._session.media
        place = (media.id, self._session.frame) if media is not None else None
        shown = (self.active, place, self.size, view.threshold)
        if shown != self._shown:
            self._shown = shown
            self._rebuild()

    def _on_annotations(self, change: ChangeSet | None) -> None:
        if not self.active or self._session.media is None:
            return
        if change is None or self.found is None:
            self._rebuild()
            return
        place = (self._session.media.id, self._session.frame)
        box = panoptic.changed_box(change, place, self.size, self.rule)
        if box is not None:
            self._recompose(box)

    def _on_categories(self) -> None:
        if self.active and self.rule == "things":
            self._rebuild()
        elif self.active:
            self._later.start()
            self.changed.emit()

    def _rebuild(self) -> None:
        """Forget the map and make it anew in a thread."""
        self._work.drop_all()
        self._later.stop()
        self.found, self.survey, self._slots, self.void = None, None, {}, 0
        self._point(None)
        if self.active and not self.too_large:
            rows, size, rule, categories = self.rows(), self.size, self.rule, dict(self._session.categories)
            self._work.run(lambda: panoptic.compose(rows, size, rule, categories), self._take, "map")
        self.changed.emit()

    def _take(self, found: SegmentMap) -> None:
        self.found = found
        self._slots = {id: k for k, id in enumerate(found.ids, 1)}
        self.void = found.void
        self._later.start(0)
        self.changed.emit()

    def _recompose(self, box: Box) -> None:
        """Make a part of the map anew; the values of the others stay what they are."""
        assert self.found is not None
        part = panoptic.compose(self.rows(), self.size, self.rule, self._session.categories, box)
        for id in part.ids:
            self._slots.setdefault(id, len(self._slots) + 1)
        height, width = part.values.shape
        old = self.found.values[part.y : part.y + height, part.x : part.x + width]
        new = np.array([0, *(self._slots[id] for id in part.ids)], np.int32)[part.values]
        self.void += int(np.count_nonzero(old)) - int(np.count_nonzero(new))
        old[...] = new
        self.found = replace(self.found, ids=tuple(self._slots))
        self.survey = None
        self._later.start()
        self.changed.emit()

    def _look(self) -> None:
        """Look for what is wrong, in a thread."""
        if self.found is None:
            return
        rows, size, rule, categories = self.rows(), self.size, self.rule, dict(self._session.categories)
        # The person goes on painting meanwhile.
        found = replace(self.found, values=self.found.values.copy(order="F"))
        self._work.run(lambda: _survey(rows, size, categories, rule, found), self._surveyed, "survey")

    def _surveyed(self, survey: Survey) -> None:
        self.survey = survey
        if self.gap is not None and self.gap not in survey.gaps:
            self._point(None)
        self.changed.emit()

    def _gaps(self) -> list[Gap]:
        if self.found is None:
            return []
        return self.survey.gaps if self.survey is not None else panoptic.gaps(self.found.values)

    def _point(self, gap: Gap | None) -> None:
        if gap != self.gap:
            self.gap = gap
            self.pointed.emit(gap)
            self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        from segstudio.engine.runner import explain

        known = error if isinstance(error, SegstudioError) else explain(error, tr("The panoptic map"))
        self._session.failed.emit(known)


def replace_label(change: ChangeSet, label: str) -> ChangeSet:
    """Return a change under another label."""
    return ChangeSet(change.changes, label, change.merge)


def _known(value: str, choices: dict, default):
    return value if value in choices else default
