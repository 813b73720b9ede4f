"""How accurate the models are on real pictures, beside what is reported of the same weights.

Every `benchmarks/accuracy_*.py` brings checks of its own. Weights are taken from the user's cache or from the reference
data, pictures from the reference data; what is not there is skipped, with the reason. Fails where a figure is clearly
worse than the guide says. With `--quick` a few pictures of each data set are looked at, and nothing is compared.

    python benchmarks/accuracy.py [--list] [--quick] [--json] [--device cpu] [CHECK or MODEL ...]
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks import Bench, Check, Skip
from common import arguments, finish, machine

QUICK = 4  # pictures of a data set


def collected() -> Iterator[Check]:
    """Yield the checks of all families, by file name."""
    for file in sorted(Path(__file__).parent.glob("accuracy_*.py")):
        yield from importlib.import_module(file.stem).checks()


def chosen(names: list[str]) -> list[Check]:
    """Return the checks that are named, by their own name, their model's or their family's; all where none is.

    Raises:
        SystemExit: A name says nothing.
    """
    checks = list(collected())
    known = {name for check in checks for name in (check.name, check.card)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"There is no check '{unknown[0]}'; known are {', '.join(sorted(known))}.")
    return [check for check in checks if not names or {check.name, check.card} & set(names)]


def measured(check: Check, bench: Bench) -> dict[str, Any]:
    """Return a check's figures and which of them are worse than documented, or why it was skipped."""
    row: dict[str, Any] = {"check": check.name, "model": check.card, "what": check.what}
    began = time.perf_counter()
    try:
        found = dict(check.measure(bench))
    except Skip as why:
        return {**row, "skipped": str(why)}
    row |= {"measured": found, "reported": dict(check.reported), "seconds": time.perf_counter() - began}
    if bench.pictures:
        return row
    worse = [name for name in check.documented if not check.holds(name, found[name])]
    return {**row, "documented": dict(check.documented), "worse": worse}


def lines(row: dict[str, Any]) -> Iterator[str]:
    """Yield what is printed of a check."""
    yield f"{row['check']}: {row['what']}"
    if "skipped" in row:
        yield f"    skipped: {row['skipped']}"
    for name, value in row.get("measured", {}).items():
        said = f"    {name:24} {value:.3f}" if isinstance(value, float) else f"    {name:24} {value}"
        for kind in ("documented", "reported"):
            said += f"   {kind} {row[kind][name]:g}" if name in row.get(kind, {}) else ""
        yield said + ("   WORSE" if name in row.get("worse", ()) else "")


def main() -> int:
    """Run the checks that are chosen."""
    parser = arguments(__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK | MODEL")
    parser.add_argument("--list", action="store_true", help="say which checks there are")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    checks = chosen(args.checks)
    if args.list:
        print("\n".join(f"{check.name} ({check.card}): {check.what}" for check in checks))
        return 0
    bench = Bench(args.device, pictures=QUICK if args.quick else 0)
    rows = []
    for check in checks:
        rows.append(measured(check, bench))
        if not args.json:
            print("\n".join(lines(rows[-1])), flush=True)
    reached = {row["check"]: not row.get("worse") for row in rows}
    return finish({"machine": machine(), "checks": rows, "reached": reached}, args.json, [])


if __name__ == "__main__":
    sys.exit(main())
