"""DensePose IUV pictures: one PNG a photo, named like it with "_IUV", in a ZIP file; or one PNG file for one photo."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path

from segstudio.core import document
from segstudio.core.annotation import Annotation
from segstudio.core.errors import FormatError, InputError
from segstudio.core.media import Media
from segstudio.formats import coco_objects as objects
from segstudio.formats.base import Outgoing
from segstudio.formats.coco_write import frame_name, wanted
from segstudio.formats.densepose_results import iuv_png, picture_of
from segstudio.formats.files import replacing

NAME = "densepose-iuv"
Place = tuple[int, int]


def write(path: Path, out: Outgoing) -> None:
    """Write the pictures; `out.written` and `out.notes` say what came of it.

    Raises:
        FormatError: There is no dense pose, several photos for one PNG file, or the file can't be written.
    """
    media = {m.id: m for m in out.media}
    found = _poses(out, media)
    if not found:
        raise FormatError(
            "No object has a dense pose.", path=path, remedy="Place DensePose points and paint parts first."
        )
    single = path.suffix.lower() == ".png"
    if single and len(found) > 1:
        raise FormatError(
            f"{len(found)} pictures have dense poses, and a PNG file holds one.",
            path=path,
            remedy="Name a file that ends in .zip.",
        )
    count = 0
    with replacing(path) as file:
        if single:
            (place, rows) = next(iter(found.items()))
            count += 1
            file.write(_picture(rows, media[place[0]]))
        else:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for place, rows in found.items():
                    try:
                        content = _picture(rows, media[place[0]])
                    except InputError as error:
                        out.notes.add("skipped", error.message, media[place[0]].path)
                        continue
                    count += 1
                    # A fixed date: the same project gives the same bytes.
                    archive.writestr(zipfile.ZipInfo(_name(media[place[0]], place[1])), content)
    out.written["images"] = count


def _poses(out: Outgoing, media: dict[int, Media]) -> dict[Place, list[Annotation]]:
    """Return the annotations with a dense pose by picture, the lowest first."""
    found: dict[Place, list[Annotation]] = {}
    for row in out.annotations():
        if b'"dp_' not in bytes(row.doc) or row.media not in media or not wanted(row, out.predictions):
            continue
        a = document.parse(row.doc, id=row.id, media=row.media, category=row.category, frame=row.frame, z=row.z)
        if a.dense is None:
            continue
        found.setdefault((row.media, row.frame), []).append(a)
        out.written["annotations"] = out.written.get("annotations", 0) + 1
        out.written["predictions"] = out.written.get("predictions", 0) + (row.origin.kind == "model")
    return {place: sorted(rows, key=lambda a: (a.z, a.id)) for place, rows in sorted(found.items())}


def _picture(rows: list[Annotation], m: Media) -> bytes:
    return iuv_png(picture_of(rows, *objects.declared_size(m)))


def _name(m: Media, frame: int) -> str:
    name = frame_name(m.path, frame) if m.kind == "video" else m.path
    return f"{posixpath.splitext(name)[0].lstrip('/')}_IUV.png"
