"""What steps and jobs are called in the person's language.

A project keeps its steps' labels in English, so that it reads the same on every computer; they are put into words here
when they are shown. A label that no template fits is shown as it stands.
"""

from __future__ import annotations

from functools import lru_cache

from segstudio.app.i18n import language, later, tr
from segstudio.app.phrases import Phrases

# {objects}: "1 object", "3 objects"; {n}: a number; {step}: another label; {state}: of a review; else a name.
TEMPLATES = (
    later("Add"),
    later("Add {objects}"),
    later("Add DensePose point"),
    later("Add class {name}"),
    later("Add part"),
    later("Add vertex"),
    later("Accept {objects}"),
    later("Bring {objects} to the front"),
    later("Bring {objects} forward"),
    later("Send {objects} backward"),
    later("Send {objects} to the back"),
    later("Change DensePose point"),
    later("Change attributes of {name}"),
    later("Change class {name}"),
    later("Change skeleton of {name}"),
    later("Change supercategory: {name}"),
    later("Clear DensePose"),
    later("Clear tags"),
    later("Clear {name}"),
    later("Comment"),
    later("Convert {objects} to mask"),
    later("Convert {objects} to polygon"),
    later("Cut hole"),
    later("Cut out {name}"),
    later("Cut {objects}"),
    later("Delete DensePose point"),
    later("Delete {n} DensePose points"),
    later("Delete class {name} with {objects}"),
    later("Delete class {name}"),
    later("Delete comment"),
    later("Delete part"),
    later("Delete vertex"),
    later("Delete {n} classes with {objects}"),
    later("Delete {n} vertices"),
    later("Delete {objects}"),
    later("Discard {step}"),
    later("Draw box"),
    later("Draw polygon"),
    later("Duplicate {objects}"),
    later("Edit DensePose"),
    later("Edit shape"),
    later("Erase"),
    later("Erase body part"),
    later("Exclusion of {objects}"),
    later("Fill body part"),
    later("Fill gap"),
    later("Fill gaps"),
    later("Fill hole"),
    later("Fill holes of {objects}"),
    later("GrabCut"),
    later("Grow by {n} px of {objects}"),
    later("Import {name}"),
    later("Intersection of {objects}"),
    later("Keep the largest part of {objects}"),
    later("Lay the missing keypoints"),
    later("Magic wand"),
    later("Make all keypoints visible"),
    later("Make stuff: {name}"),
    later("Make things: {name}"),
    later("Make {name} stuff"),
    later("Make {name} things"),
    later("Mark as crowd"),
    later("Mark as one object"),
    later("Mark keypoint hidden"),
    later("Mark keypoint visible"),
    later("Mark {objects} {state}"),
    later("Mark {state}"),
    later("Merge {name} into {into} ({objects})"),
    later("Merge {objects}"),
    later("Mirror pose"),
    later("Move DensePose point"),
    later("Move border"),
    later("Move keypoint"),
    later("Move keypoints"),
    later("Move vertex"),
    later("Move {n} vertices"),
    later("Move {objects}"),
    later("Nudge keypoint"),
    later("Paint"),
    later("Paint body part"),
    later("Part {objects}"),
    later("Paste {objects}"),
    later("Place keypoints"),
    later("Predict with {name}"),
    later("Predict 1 picture with {name}"),
    later("Predict {n} pictures with {name}"),
    later("Predict {file} with {name}"),
    later("Recolour: {name}"),
    later("Refine shape"),
    later("Reject {objects}"),
    later("Relabel to {name}"),
    later("Remove keypoint"),
    later("Remove keypoints"),
    later("Remove small parts of {objects}"),
    later("Remove tag {name}"),
    later("Reorder classes"),
    later("Resize box"),
    later("Resolve overlaps"),
    later("Restore “{step}”"),
    later("Scissors"),
    later("Set {name}"),
    later("Shrink by {n} px of {objects}"),
    later("Simplify {objects}"),
    later("Smooth by {n} px of {objects}"),
    later("Snap to edges"),
    later("Split {objects}"),
    later("Subtract {objects}"),
    later("Superpixels"),
    later("Swap left and right"),
    later("Tag {name}"),
    later("Union of {objects}"),
    later("Watershed"),
    # Jobs.
    later("Check {name}"),
    later("Cut out with {name}"),
    later("Fetch {name}"),
    later("Load {name}"),
    later("Look at the picture with {name}"),
    later("Look inside {name}"),
)
STATES = {
    "todo": later("To do"),
    "to do": later("To do"),
    "predicted": later("Predicted"),
    "corrected": later("Corrected"),
    "accepted": later("Done"),
    "done": later("Done"),
    "flagged": later("Flagged"),
    "rejected": later("Rejected"),
}
_PHRASES = Phrases(TEMPLATES, {"objects": r"\d+ objects?", "n": r"\d+", "state": "|".join(STATES)})


def said(label: str) -> str:
    """Return the label of a step, or the title of a job, in the current language."""
    name = language().name
    return label if name == "en" else _said(label, name)


# The language is part of the key: a switch makes no old word stay.
@lru_cache(maxsize=4096)
def _said(label: str, _: str) -> str:
    found = _PHRASES.find(label)
    if found is None:
        return label
    template, values = found
    return tr(template, **{name: _value(name, text) for name, text in values.items()})


def _value(name: str, text: str) -> str:
    if name == "objects":
        n = int(text.split()[0])
        return tr("1 object") if n == 1 else tr("{n:,} objects", n=n)
    if name == "step":
        return said(text)
    return tr(STATES[text]) if name == "state" else text
