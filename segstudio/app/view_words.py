"""The names of groups of views in the interface's language: models give them in English."""

from __future__ import annotations

from segstudio.app.i18n import later, tr
from segstudio.app.phrases import Phrases

# A number or a name stands where these have braces; it stays as it is.
GROUPS = (
    later("Anchors"),
    later("Body"),
    later("Bottom-right corners"),
    later("Boxes"),
    later("Branches, mean over the channels"),
    later("Candidates"),
    later("Cells"),
    later("Centres"),
    later("Charts"),
    later("Class scores, {cells} × {rows} cells"),
    later("Classes"),
    later("Coarse and fine"),
    later("Coarse to fine"),
    later("Coefficients"),
    later("Confidence"),
    later("Corner embeddings"),
    later("Crops"),
    later("Cross-class fast NMS"),
    later("Decoder"),
    later("Deconvolved"),
    later("Default boxes"),
    later("Dense map"),
    later("Depthwise branches"),
    later("Dilation rates"),
    later("Encoder"),
    later("Fast NMS"),
    later("From below"),
    later("From the encoder"),
    later("Heat maps"),
    later("Information blocking"),
    later("Input"),
    later("Joints"),
    later("Keypoint heat maps"),
    later("Landmarks"),
    later("Levels"),
    later("Maps"),
    later("Mask logits"),
    later("Mask scores"),
    later("Object context"),
    later("Object regions"),
    later("Objects"),
    later("Output {name}"),
    later("Pairs"),
    later("Panoptic"),
    later("People"),
    later("Person {n}"),
    later("Points"),
    later("Pooling indices"),
    later("Probabilities"),
    later("Proposals"),
    later("Prototypes"),
    later("Pyramid"),
    later("Queries"),
    later("Regression against heat maps"),
    later("RoIAlign and RoIPool"),
    later("RoIAlign crops"),
    later("Saliency"),
    later("Scores at stride {n}"),
    later("Scores"),
    later("Side outputs"),
    later("Skip connections"),
    later("Soft scores"),
    later("Spatial squeeze"),
    later("Stack {n}"),
    later("Stages"),
    later("Streams"),
    later("Sums before cropping"),
    later("The heat of person 1, read"),
    later("Top-left corners"),
    later("Traditional NMS"),
    later("U"),
    later("Uncertainty"),
    later("Unknown"),
    later("Unpooled"),
    later("V"),
    later("What the skips add"),
)
_PHRASES = Phrases(GROUPS)


def known(group: str) -> bool:
    """Return whether a group's name is one of the table."""
    return _PHRASES.find(group) is not None


def group_name(group: str) -> str:
    """Return a group's name in the interface's language; one that is not in the table stays as it is."""
    found = _PHRASES.find(group)
    return group if found is None else tr(found[0], **found[1])
