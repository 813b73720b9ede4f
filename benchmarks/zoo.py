"""What each model of the zoo costs on one picture, beside its bare network, and how fast it goes in batches.

On every card that can run here, each in a process of its own, with its published weights where they are in the cache or
in the reference data, else with random weights in full size (the time of layers does not depend on them; that of
decoding does, so that its work is made like that on a photo: see random_weights.py):

- a picture, scaled to the size that the card publishes: prepare, the network alone, decoding and the making of
  annotations (masks encoded), and the whole; of each the quickest of the rounds, in wall time (on a busy machine, with
  one thread, `--processor` tells the truth);
- `share`: decoding and annotations as a part of the whole, to stay below 15 % on a CPU;
- `waits`: how often a batch of two makes its device wait (counted as `syncs` does, where there is no CUDA);
- on CUDA, pictures a second: one at a time in full precision against batches in half precision and channels_last.

    python benchmarks/zoo.py [--quick] [--json] [--device cpu] [--tiny] [MODEL or TASK ...]
    python benchmarks/zoo.py --systems --out zoo.json      # one card a system; --resume goes on after an interruption
    python benchmarks/zoo.py --out zoo.json --table        # what was measured, as Markdown
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from common import arguments, finish, machine

from segstudio import zoo

SHARE = 0.15
# Of several cards of a system as large as each other, the one with more to do.
REPRESENTATIVES = set(
    "hrnet-pose-w48-384x288 simplebaseline-r50-384x288 yolact-im700 fcn8s-voc pspnet50-ade20k".split()
)


def representatives(cards: list[zoo.Card], smallest: bool) -> list[zoo.Card]:
    """Return one card a system: the one of the largest weights, or of the smallest."""
    systems: dict[tuple[str, str], list[zoo.Card]] = {}
    for card in cards:
        systems.setdefault((card.builder, card.task), []).append(card)
    chosen = []
    for members in systems.values():
        named = [card for card in members if card.name in REPRESENTATIVES]
        sized = sorted(members, key=lambda card: card.bytes)
        chosen.append(sized[0] if smallest else (named or sized[::-1])[0])
    return chosen


def child(name: str, args: Any) -> dict[str, Any]:
    """Return the figures of one card, measured in a process of its own; why not, where that fails."""
    command = [sys.executable, str(Path(__file__).with_name("zoo_measure.py")), name, "--device", args.device]
    command += ["--rounds", str(args.rounds), "--seconds", str(args.seconds), "--pictures", str(args.pictures)]
    command += [f"--{word}" for word in ("tiny", "processor") if getattr(args, word)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=args.limit)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {args.limit} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        return {"failed": last}
    return json.loads(done.stdout.splitlines()[-1])


def line(name: str, row: dict[str, Any]) -> str:
    """Return what is printed of a card."""
    if why := row.get("skipped") or row.get("failed"):
        return f"{name:30} {'skipped' if 'skipped' in row else 'FAILED'}: {why}"
    said = f"{name:30} {row['weights']:9} all {row['all_ms']:8.1f} ms"
    if "bare_ms" in row:
        said += f", network {row['bare_ms']:8.1f} ms, decoding {100 * row['share']:4.1f} %"
    said += f", {row['objects']:5.1f} objects"
    if "waits" in row:
        said += f", {row['waits']} waits a batch"
    if "batched_per_s" in row:
        said += f", {row['plain_per_s']:.1f} -> {row['batched_per_s']:.1f} pictures/s"
    return said


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Return Markdown of the rows that were measured."""
    said = ["| model | weights | picture | whole | network alone | decoding and annotations | objects |"]
    said.append("|---|---|---|---|---|---|---|")
    for name, row in sorted(rows.items()):
        if "bare_ms" in row:
            height, width = row["size"]
            figures = f"{row['all_ms']:.0f} ms | {row['bare_ms']:.0f} ms | {100 * row['share']:.1f} %"
            said.append(f"| {name} | {row['weights']} | {width} x {height} | {figures} | {row['objects']:.0f} |")
    why = {name: row.get("skipped") or row.get("failed") for name, row in sorted(rows.items()) if len(row) == 1}
    said += ["", *(f"- {name}: not measured, {text}" for name, text in why.items())] if why else []
    return "\n".join(said)


def keep(path: Path, result: dict[str, Any]) -> None:
    """Write what was measured so far, so that a kill leaves the file whole."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(result, indent=1), encoding="utf-8")
    part.replace(path)


def options() -> Any:
    """Return the parsed command line."""
    parser = arguments(__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL | TASK")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--tiny", action="store_true", help="the tiny settings, to see that it runs")
    parser.add_argument("--systems", nargs="?", const="largest", choices=("largest", "smallest"), metavar="smallest")
    parser.add_argument("--pictures", type=int, default=1, help="photos a round")
    parser.add_argument("--processor", action="store_true", help="the processor's time instead of the wall's")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20, help="no new round after so much work on a card")
    parser.add_argument("--limit", type=int, default=600, help="seconds after which a card is given up")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="written after each card")
    parser.add_argument("--resume", action="store_true", help="measure only what the file of --out has not")
    parser.add_argument("--table", action="store_true", help="measure nothing: print the file of --out as Markdown")
    args = parser.parse_args()
    if (args.resume or args.table) and args.out is None:
        parser.error("--resume and --table need --out")
    args.rounds = 1 if args.quick else args.rounds
    return args


def main() -> int:
    """Measure the cards that are named, or all."""
    args = options()
    before = json.loads(args.out.read_bytes()) if args.out and args.out.exists() and (args.resume or args.table) else {}
    rows: dict[str, dict[str, Any]] = before.get("models", {})
    if args.table:
        print(table(rows))
        return 0
    if before and before["device"] != args.device:
        raise SystemExit(f"{args.out} was measured on {before['device']}.")
    wanted = set(args.models)
    cards = [c for c in zoo.Catalog() if c.task != "prompts" and (not wanted or {c.name, c.task} & wanted)]
    if wanted and not cards:
        raise SystemExit(f"There is no model and no task of these names: {', '.join(sorted(wanted))}.")
    if args.systems:
        cards = representatives(cards, args.systems == "smallest")
    result: dict[str, Any] = {"machine": machine(), "device": args.device, "models": rows}
    for card in cards:
        if card.name in rows and "failed" not in rows[card.name]:
            continue
        row = rows[card.name] = child(card.name, args)
        if not args.json:
            print(line(card.name, row), flush=True)
        if args.out:
            keep(args.out, result)
    reached = {
        f"{name}: decoding": row["share"] < SHARE
        for name, row in rows.items()
        if "share" in row and args.device == "cpu" and not args.tiny
    }
    reached |= {f"{name}: measured": False for name, row in rows.items() if "failed" in row}
    failed = [f"{name}: not reached" for name, held in reached.items() if not held]
    return finish(result | {"reached": reached}, args.json, failed)


if __name__ == "__main__":
    sys.exit(main())
