"""The names of groups of views in the interface's language: models give them in English."""

from __future__ import annotations

import re

from segstudio.app.i18n import later, tr

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
_PATTERNS = tuple(
    (re.compile("".join(f"(?P<{part[1:-1]}>.+)" if part[0] == "{" else re.escape(part) for part in parts)), text)
    for text in GROUPS
    if len(parts := [part for part in re.split(r"(\{\w+\})", text) if part]) > 1
)


def known(group: str) -> bool:
    """Return whether a group's name is one of the table."""
    return group in GROUPS or any(pattern.fullmatch(group) for pattern, _ in _PATTERNS)


def group_name(group: str) -> str:
    """Return a group's name in the interface's language; one that is not in the table stays as it is."""
    if group in GROUPS:
        return tr(group)
    for pattern, text in _PATTERNS:
        found = pattern.fullmatch(group)
        if found is not None:
            return tr(text, **found.groupdict())
    return group
