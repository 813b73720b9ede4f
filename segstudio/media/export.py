"""Writing a video's frames as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from segstudio.core.errors import Cancelled, InputError, MediaError
from segstudio.media.video import Video


def export_frames(
    path: str | Path,
    out_dir: str | Path,
    frames: Iterable[int] | None = None,
    *,
    format: Literal["png", "jpg"] = "png",
    quality: int = 95,
    name: Callable[[int], str] | None = None,
    progress: Callable[[int, int], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[list[Path], list[MediaError]]:
    """Write frames as pictures.

    Args:
        path: The video.
        out_dir: Made where it is missing. A file that is there already is replaced.
        frames: 0-based numbers, by default all.
        format: "png" keeps every pixel, "jpg" is smaller.
        quality: Of JPEG, 1 to 95.
        name: Gives the path of a frame's picture below `out_dir`; by default `<name of the video>_<number>.<format>`,
            the number with as many digits as the last frame's.
        progress: Called with (frames done, frames in all) after each.
        cancelled: Asked before each; what is written by then stays.

    Returns:
        The files written, and an error for each frame that could not be decoded.

    Raises:
        MediaError: When the video can't be read.
        InputError: When the folder can't be written.
        Cancelled: When `cancelled` said so.
    """
    from PIL import Image

    folder = Path(out_dir)
    video = Video(path)
    try:
        wanted = list(range(video.frames) if frames is None else frames)
        digits = max(6, len(str(video.frames - 1)))
        written: list[Path] = []
        failed: list[MediaError] = []
        for done, number in enumerate(wanted):
            if cancelled is not None and cancelled():
                raise Cancelled
            target = folder / (name(number) if name else f"{Path(path).stem}_{number:0{digits}d}.{format}")
            try:
                picture = Image.fromarray(video.frame(number))
                target.parent.mkdir(parents=True, exist_ok=True)
                # Written beside and renamed, so that no half picture is left under the name.
                partial = target.with_name(f".{target.name}.part")
                options = {"quality": quality, "subsampling": 0} if format == "jpg" else {"compress_level": 3}
                picture.save(partial, "JPEG" if format == "jpg" else "PNG", **options)
                partial.replace(target)
                written.append(target)
            except MediaError as error:
                failed.append(error)
            except OSError as error:
                raise InputError(
                    f"The picture cannot be written: {error.strerror or error}.",
                    path=target,
                    remedy="Choose another folder.",
                ) from error
            if progress is not None:
                progress(done + 1, len(wanted))
        return written, failed
    finally:
        video.close()
