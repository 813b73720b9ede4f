"""What is said of a model file in the person's language: `zoo.newcards` says it in English, to the terminal too."""

from __future__ import annotations

from segstudio.app.i18n import later, tr
from segstudio.app.phrases import Phrases

REMARKS = (
    later("The input is {size} pixels, as the file says."),
    later("The input is {size} pixels, a guess: the file takes others."),
    later("The outputs are {shapes}."),
    later("They are read by the adapter '{adapter}', as asked."),
    later("They are read by the adapter '{adapter}', guessed from these shapes."),
    later("The classes are those of '{labels}', as asked."),
    later("The {n} classes are as asked."),
    later("The names of {n} classes were read from the file."),
    later("It finds faces."),
    later("The keypoints are COCO's 17, a guess."),
    later("What stands out is called 'object'."),
    later("The class numbers are COCO's, a guess: the outputs don't tell."),
    later("{n} classes: those of '{labels}', a guess."),
    later("{n} classes without names; name them by --classes or in the card."),
    later("One class without names; name them by --classes or in the card."),
    later(
        "Pictures are {fitted}, as {channels} up to {most}, mean {mean}, std {std}: a guess. Compare it with what the "
        "model's authors say; a wrong one still gives results, only poorer."
    ),
)
FITTED = (later("stretched to that size"), later("fitted into that size"), later("scaled to that shorter side"))
OWN = later("A model of your own, from {file}.")  # the description of a card that was made of a file
_PHRASES = Phrases((*REMARKS, OWN), {"n": r"\d+", "fitted": "|".join(FITTED)})


def said(text: str) -> str:
    """Return a remark on a model file, or the description of a card, in the current language."""
    found = _PHRASES.find(text)
    if found is None:
        return tr(text)
    phrase, values = found
    if "fitted" in values:
        values["fitted"] = tr(values["fitted"])
    return tr(phrase, **values)
