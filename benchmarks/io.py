"""A COCO file of the size of train2017 in and out, beside pycocotools and json in the same run.

The file is generated: 118,287 pictures and 860,001 objects with polygons of 30 to 70 points. Each step runs in a
process of its own with its modules imported, twice where --twice is given (the faster one counts). The project's first
picture is timed from opening the file to having the list of all pictures and the first one's objects; the next ones are
200 pictures all over the project.

    python benchmarks/io.py [--quick] [--json] [--twice] [--folder DIR]
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import alone, arguments, finish, machine

FULL = (118_287, 860_001)
QUICK = (5_914, 43_000)
MODULES = ("pycocotools.coco", "segstudio.engine.exchange")
TO_REACH = {
    "import_ratio": 2.0,  # to pycocotools.coco.COCO(file)
    "export_ratio": 2.0,  # to json.dump of the same
    "first_picture_s": 1.0,
    "next_picture_ms": 50.0,
    "import_peak_gib": 6.0,
    "export_peak_gib": 6.0,
}


def generate(path: Path, images: int, annotations: int) -> int:
    """Write the file and return its size in bytes; the same numbers each time."""
    rng = random.Random(2017)
    pool = [", ".join(f"{rng.random() * 600:.2f}" for _ in range(2 * rng.randint(30, 70))) for _ in range(4000)]
    with path.open("w") as file:
        file.write('{"info": {"description": "generated"}, "licenses": [{"id": 3, "name": "none"}], "images": [')
        for i in range(1, images + 1):
            name = f'"file_name": "{i:012d}.jpg", "coco_url": "http://images.example/train2017/{i:012d}.jpg"'
            size = '"height": 480, "width": 640, "date_captured": "2013-11-14 11:18:45"'
            file.write(f'{"" if i == 1 else ", "}{{"license": 3, {name}, {size}, "id": {i}}}')
        file.write('], "annotations": [')
        for i in range(1, annotations + 1):
            shape = f'"segmentation": [[{pool[rng.randrange(4000)]}]], "area": {rng.random() * 9000:.4f}, "iscrowd": 0'
            box = f"[{rng.random() * 300:.2f}, {rng.random() * 200:.2f}, {rng.random() * 300:.2f}, 99.5]"
            refs = f'"image_id": {rng.randrange(images) + 1}, "bbox": {box}, "category_id": {rng.randrange(80) + 1}'
            file.write(f'{"" if i == 1 else ", "}{{{shape}, {refs}, "id": {i}}}')
        classes = ", ".join(f'{{"supercategory": "s", "id": {i}, "name": "class {i}"}}' for i in range(1, 81))
        file.write(f'], "categories": [{classes}]}}')
    return path.stat().st_size


def load_with_pycocotools(source: Path) -> None:
    """The peer of importing."""
    from pycocotools.coco import COCO

    COCO(str(source))


def dump_with_json(source: Path, target: Path) -> float:
    """The peer of exporting: seconds of json.dump alone."""
    data = json.loads(source.read_bytes())
    began = time.perf_counter()
    with target.open("w") as file:
        json.dump(data, file)
    return time.perf_counter() - began


def import_into(source: Path, project: Path) -> int:
    """Import into a new project and return the number of annotations."""
    from segstudio.engine.exchange import import_file
    from segstudio.store import ProjectFile

    with ProjectFile.create(project) as opened:
        return import_file(opened, source).annotations


def export_from(project: Path, target: Path) -> int:
    """Export and return the number of annotations."""
    from segstudio.engine.exchange import export_file
    from segstudio.store import ProjectFile

    with ProjectFile.open(project) as opened:
        return export_file(opened, target).annotations


def open_and_look(project: Path) -> dict[str, float]:
    """Return the seconds to the first picture, and the median and the longest milliseconds of the next ones."""
    from segstudio.store import ProjectFile

    began = time.perf_counter()
    with ProjectFile.open(project) as opened:
        media = opened.media()
        opened.categories()
        opened.annotations(media[0].id)
        first = time.perf_counter() - began
        times = []
        for m in random.Random(1).sample(media, 200):
            began = time.perf_counter()
            opened.annotations(m.id)
            times.append(1e3 * (time.perf_counter() - began))
    return {"first_s": first, "next_ms": sorted(times)[100], "next_max_ms": max(times)}


def measure(folder: Path, images: int, annotations: int, rounds: int) -> dict[str, Any]:
    """Return all figures."""
    source, project, target = folder / "in.json", folder / "p.segstudio", folder / "out.json"
    size = generate(source, images, annotations)

    def best(step: Any, *args: Any) -> dict[str, Any]:
        found = []
        for _ in range(rounds):
            for old in folder.glob("p.segstudio*") if step is import_into else ():
                old.unlink()
            found.append(alone(step, *args, modules=MODULES))
        return min(found, key=lambda r: r["seconds"])

    peer_in = best(load_with_pycocotools, source)
    mine_in = best(import_into, source, project)
    look = alone(open_and_look, project, modules=MODULES)["value"]
    mine_out = best(export_from, project, target)
    assert mine_in["value"] == mine_out["value"] == annotations
    identical = _same(source, target)
    peer_out = min(alone(dump_with_json, source, target)["value"] for _ in range(rounds))
    return {
        "images": images,
        "annotations": annotations,
        "file_mb": size / 1e6,
        "project_mb": project.stat().st_size / 1e6,
        "import_s": mine_in["seconds"],
        "pycocotools_s": peer_in["seconds"],
        "import_cpu_s": mine_in["cpu_s"],
        "pycocotools_cpu_s": peer_in["cpu_s"],
        "export_cpu_s": mine_out["cpu_s"],
        "import_ratio": mine_in["seconds"] / peer_in["seconds"],
        "export_s": mine_out["seconds"],
        "json_dump_s": peer_out,
        "export_ratio": mine_out["seconds"] / peer_out,
        "import_peak_gib": mine_in["peak_gib"],
        "export_peak_gib": mine_out["peak_gib"],
        "pycocotools_peak_gib": peer_in["peak_gib"],
        "first_picture_s": look["first_s"],
        "next_picture_ms": look["next_ms"],
        "next_picture_max_ms": look["next_max_ms"],
        "export_equals_import": identical,
    }


def _same(a: Path, b: Path) -> bool:
    """Whether two files are equal but for white space between items."""

    def plain(path: Path) -> bytes:
        return path.read_bytes().translate(None, b" \n")

    return plain(a) == plain(b)


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--twice", action="store_true", help="run each step twice and take the faster")
    parser.add_argument("--folder", type=Path, help="where to work (5 GB); by default the system's temporary folder")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        found = measure(Path(folder), *(QUICK if args.quick else FULL), 2 if args.twice else 1)
    reached = {name: found[name] < limit for name, limit in TO_REACH.items()}
    reached["export_equals_import"] = found["export_equals_import"]
    result = {"benchmark": "io", "machine": machine(), **found, "to_reach": TO_REACH, "reached": reached}
    lines = [
        f"{found['images']:,} pictures, {found['annotations']:,} objects, {found['file_mb']:.0f} MB",
        f"import {found['import_s']:.1f} s, pycocotools {found['pycocotools_s']:.1f} s: {found['import_ratio']:.2f}",
        f"export {found['export_s']:.1f} s, json.dump {found['json_dump_s']:.1f} s: {found['export_ratio']:.2f}",
        f"peak {found['import_peak_gib']:.2f} and {found['export_peak_gib']:.2f} GiB,"
        f" pycocotools {found['pycocotools_peak_gib']:.2f} GiB",
        f"first picture {found['first_picture_s']:.2f} s, next {found['next_picture_ms']:.1f} ms"
        f" (longest {found['next_picture_max_ms']:.1f} ms)",
        *(f"not reached: {name}" for name, ok in reached.items() if not ok),
    ]
    return finish(result, args.json, lines)


if __name__ == "__main__":
    sys.exit(main())
