"""Which rows are seen.

A row that a run brought is seen unless the run is gone (undone or discarded). A picture or a class of a gone run is
still seen while a seen annotation uses it, so that a person's work on it never hangs in the air. Hiding a run of a
million rows is therefore one changed row, and bringing it back is exact whatever happened in between.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from segstudio.store.schema import annotation, category, media, run

_gone = select(run.c.id).where(run.c.state == "gone").scalar_subquery()

ANNOTATION: ColumnElement[bool] = or_(annotation.c.run.is_(None), annotation.c.run.not_in(_gone))

MEDIA: ColumnElement[bool] = or_(
    media.c.run.is_(None),
    media.c.run.not_in(_gone),
    exists(select(1).select_from(annotation).where(and_(annotation.c.media == media.c.id, ANNOTATION))),
)

# Not correlated: one pass over an index for all classes, and only where a class belongs to a gone run.
CATEGORY: ColumnElement[bool] = or_(
    category.c.run.is_(None),
    category.c.run.not_in(_gone),
    category.c.id.in_(select(annotation.c.category).where(ANNOTATION)),
)
