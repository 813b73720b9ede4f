"""The table of accuracy checks, without measuring."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from segstudio.zoo import Catalog

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def run(*words: str, **named) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "accuracy.py"), *words], capture_output=True, text=True, timeout=120, **named
    )


def test_every_check_names_a_card_and_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import accuracy

    checks = list(accuracy.collected())
    names = [check.name for check in checks]
    assert names and len(set(names)) == len(names)
    assert {check.card for check in checks} <= set(Catalog().names())
    said = run("--list")
    assert said.returncode == 0
    assert [line.split(" ")[0] for line in said.stdout.splitlines()] == names


def test_what_is_not_here_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import accuracy
    import checks

    monkeypatch.setattr(checks, "SHARED", tmp_path)
    bench = checks.Bench()
    for check in accuracy.collected():
        assert "reference data" in accuracy.measured(check, bench)["skipped"]


def test_an_unknown_check_is_refused() -> None:
    said = run("nothing")
    assert said.returncode != 0
    assert "There is no check 'nothing'" in said.stderr and "starter-boxes" in said.stderr
