"""Finding the pictures and classes of a file among those that a project has."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from segstudio.core.label_edits import clean_tags
from segstudio.core.labels import Category
from segstudio.core.media import Media
from segstudio.formats.base import Entry, Incoming, Key


def guess_root(path: Path, names: list[str], usual: Path) -> Path | None:
    """Return the first likely folder that has one of the first pictures, None for the usual one or where none has."""
    here = path.absolute().parent
    split = path.stem.split("_")[-1]
    likely = [usual, here, here / "images", here.parent, here.parent / "images", here.parent / split, here / split]
    likely += [here.parent / "images" / split]
    for folder in likely:
        if any(_is_file(folder / name) for name in names[:3]):
            return None if folder == usual else folder
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def join_categories(
    incoming: Incoming, had: list[Category], first: int
) -> tuple[list[Category], dict[Key, int], list[tuple[Category, Category]]]:
    """Return (classes to add, file id -> class id, classes that learn something from the file)."""
    by_name = {c.name: c for c in reversed(had)}
    position = max((c.position for c in had), default=-1) + 1
    added: list[Category] = []
    pairs: list[tuple[Category, Category]] = []
    numbers: dict[Key, int] = {}
    for index, key, category in incoming.categories:
        old = by_name.pop(category.name, None)
        if old is None:
            new = replace(category, id=first + index, position=position + index)
            added.append(new)
        else:
            new = old
            if old.skeleton is None and category.skeleton is not None:
                new = replace(new, skeleton=category.skeleton)
            if not old.attributes:
                new = replace(new, attributes=category.attributes)
            if old.source is None:
                new = replace(
                    new,
                    source=category.source,
                    supercategory=old.supercategory or category.supercategory,
                    thing=old.thing and category.thing,
                )
            if new != old:
                pairs.append((old, new))
        if key is not None:
            numbers.setdefault(key, new.id)
    return added, numbers, pairs


def join_media(
    entries: list[Entry], had: list[Media], first: int, prefix: str
) -> tuple[list[Media], dict[Key, tuple[int, int]], list[tuple[Media, Media]]]:
    """Return (media to add, file id -> (media id, frame), media that learn their object from the file)."""
    finder = _Finder(had)
    added: list[Media] = []
    pairs: list[tuple[Media, Media]] = []
    places: dict[Key, tuple[int, int]] = {}
    for entry in entries:
        video = finder.video(entry.video) if entry.video else None
        if video is not None:
            place = (video.id, entry.frame)
        else:
            path = entry.media.path
            path = f"{prefix}/{path}" if prefix and not path.startswith("/") else path
            old = finder.take(path)
            if old is None:
                old = replace(entry.media, id=first + entry.index, path=path)
                added.append(old)
            elif old.source is None:
                width, height = old.width or entry.media.width, old.height or entry.media.height
                new = replace(old, source=entry.media.source, width=width, height=height)
                new = replace(new, tags=clean_tags((*old.tags, *entry.media.tags)))
                new = replace(new, comment=old.comment or entry.media.comment)
                pairs.append((old, new))
            place = (old.id, 0)
        if entry.key is not None:
            places.setdefault(entry.key, place)
    return added, places, pairs


class _Finder:
    """Finds the project's media by the paths that a file says; each is found once."""

    def __init__(self, had: list[Media]) -> None:
        self.videos = {m.path: m for m in had if m.kind == "video"}
        pictures = [m for m in had if m.kind != "video"]
        self.exact: dict[str, list[Media]] = {}
        for m in reversed(pictures):
            self.exact.setdefault(m.path, []).append(m)
        self.ends: dict[str, list[Media]] = {}
        for m in pictures:
            self.ends.setdefault(m.path.rsplit("/", 1)[-1], []).append(m)

    def video(self, path: str) -> Media | None:
        """Return the video of that path."""
        return self.videos.get(path)

    def take(self, path: str) -> Media | None:
        """Return the picture of that path, or the only one whose path ends with it at a "/"."""
        found = self.exact.get(path)
        if found:
            return found.pop()
        if found is not None:
            return None
        ending = [m for m in self.ends.get(path.rsplit("/", 1)[-1], ()) if m.path.endswith(f"/{path}")]
        if len(ending) == 1 and self.exact.get(ending[0].path):
            return self.exact[ending[0].path].pop()
        return None
