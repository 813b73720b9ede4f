"""The pictures of the page on panoptic mode."""

from __future__ import annotations

from stage import LEFT, Stage

from segstudio.core import edits, panoptic_edits


def shoot(stage: Stage) -> None:
    """Write panoptic_overlaps.webp, panoptic_gap.webp and border.webp."""
    window = stage.open("coffee.jpg")
    session = window.session
    by_name = {c.name: c for c in session.categories.values()}
    session.commit(panoptic_edits.set_thing(by_name["dining table"], False))
    session.set_category(by_name["dining table"].id)
    stage.act("view.panoptic")
    stage.rest(1.0)
    stage.save("panoptic_overlaps")
    # The bowl is the cup once more.
    session.commit(edits.delete([a for a in session.annotations.values() if a.category == by_name["bowl"].id]))
    stage.act("gap.resolve")
    stage.rest(1.0)
    stage.act("gap.fill_class")
    table = next(a for a in session.annotations.values() if a.category == by_name["dining table"].id)
    session.select([table.id])
    window.link.use("eraser")
    stage.drag((470, 250), (500, 290), (530, 300))
    stage.rest(1.0)
    session.select([])
    stage.act("gap.next")
    stage.save("panoptic_gap")
    stage.act("gap.fill_class")
    window.link.use("border")
    cup = next(a for a in session.annotations.values() if a.category == by_name["cup"].id)
    window.canvas.show_box(cup.bounds)
    x, y = cup.bounds.x + 70, cup.bounds.bottom - 24
    stage.press(x, y)
    for step in range(1, 30):
        stage.move(x + 3 * step, y + min(step, 12), button=LEFT)
    stage.save("border")
    stage.release(x + 87, y + 12)
