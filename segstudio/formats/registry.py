"""All formats, one row each."""

from __future__ import annotations

from pathlib import Path

from segstudio.core.errors import FormatError
from segstudio.formats import coco, coco_panoptic, coco_panoptic_write, coco_results, coco_write, densepose_iuv
from segstudio.formats.base import Format
from segstudio.formats.files import head_text

# A file belongs to the first format that knows it.
FORMATS = (
    Format("coco", "COCO instances and keypoints", (".json",), coco.looks_like, coco.read, coco_write.write, 2),
    Format(
        "coco-panoptic",
        "COCO panoptic, JSON and PNG",
        (".json",),
        coco_panoptic.looks_like,
        coco_panoptic.read,
        coco_panoptic_write.write,
        2,
        coco_panoptic.probe,
    ),
    Format(
        "coco-results",
        "COCO results",
        (".json",),
        coco_results.looks_like,
        coco_results.read,
        coco_results.write,
    ),
    Format(densepose_iuv.NAME, "DensePose IUV pictures", (".zip", ".png"), lambda _: False, None, densepose_iuv.write),
)


def names() -> list[str]:
    """Return the names of all formats."""
    return [f.name for f in FORMATS]


def get(name: str) -> Format:
    """Return a format by name.

    Raises:
        FormatError: There is none of that name; the message lists those there are.
    """
    for row in FORMATS:
        if row.name == name:
            return row
    raise FormatError(f"There is no format named {name!r}.", remedy=f"Known are: {', '.join(names())}.")


def find(path: Path) -> Format:
    """Return the format of a file, by its first bytes.

    Raises:
        FormatError: It can't be read, or looks like none of them; the message lists those there are.
    """
    head = head_text(path)
    known = [row for row in FORMATS if row.read is not None]
    for row in known:
        if row.probe is not None and row.probe(path, head):
            return row
    for row in known:
        if row.sniff(head):
            return row
    raise FormatError(
        "This file looks like no format that segstudio reads.",
        path=path,
        remedy=f"Known are: {', '.join(f'{f.name} ({f.title})' for f in FORMATS if f.read is not None)}.",
    )
