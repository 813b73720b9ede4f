"""What the benchmarks share: arguments, fresh processes, the machine, and one JSON object at the end."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import multiprocessing
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

# Linux counts the peak of memory in KiB, macOS in bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that every benchmark has."""
    parser = argparse.ArgumentParser(description=(description or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    return parser


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides the code."""
    return {
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def _measured(step: Callable[..., Any], args: tuple, modules: tuple[str, ...]) -> dict[str, Any]:
    for name in modules:
        importlib.import_module(name)
    began, busy = time.perf_counter(), time.process_time()
    # What a peer says about itself goes to the error stream: standard output is for the one object.
    with contextlib.redirect_stdout(sys.stderr):
        value = step(*args)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
    return {"seconds": seconds, "cpu_s": busy, "peak_gib": peak / 2**30, "value": value}


def alone(step: Callable[..., Any], *args: Any, modules: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run a function in a process of its own.

    Args:
        step: A function at the top of a module.
        args: For it.
        modules: Imported before the clock starts.

    Returns:
        "seconds": the function's wall time; "cpu_s": the processor's part of it; "peak_gib": the process's highest
        memory; "value": what it returned.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, step, args, modules).result()


def finish(result: dict[str, Any], as_json: bool, lines: list[str]) -> int:
    """Print the result and return the exit status: 0 where all of `result["reached"]` is true."""
    print(json.dumps(result) if as_json else "\n".join(lines))
    return 0 if all(result["reached"].values()) else 1
