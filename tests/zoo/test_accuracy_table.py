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


def test_what_is_documented_stands_in_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import accuracy

    pages = [page.read_text(encoding="utf-8") for page in (BENCHMARKS.parent / "docs/guide").glob("*.md")]
    missing = [
        f"{check.name}: {figure} {value:.3f}"
        for check in accuracy.collected()
        for figure, value in check.documented.items()
        if isinstance(value, float) and not any(check.card in page and f"{value:.3f}" in page for page in pages)
    ]
    assert not missing


def test_a_figure_clearly_below_the_documented_one_is_named_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import accuracy
    import checks

    def check(name: str, **figures: float) -> checks.Check:
        documented = {"AP": 0.5, "error": 0.1}
        return checks.Check(name, "yunet", "", {}, lambda _: figures, documented, errors=frozenset({"error"}))

    table = {
        "as before": (check("as before", AP=0.5, error=0.1), []),
        "better": (check("better", AP=0.6, error=0.05), []),
        "rounded otherwise": (check("rounded otherwise", AP=0.495, error=0.1015), []),
        "less found": (check("less found", AP=0.45, error=0.1), ["AP"]),
        "more wrong": (check("more wrong", AP=0.5, error=0.2), ["error"]),
    }
    for one, worse in table.values():
        assert accuracy.measured(one, checks.Bench())["worse"] == worse
        assert "worse" not in accuracy.measured(one, checks.Bench(pictures=4))
    for name, code in (("better", 0), ("less found", 1)):
        monkeypatch.setattr(accuracy, "collected", lambda name=name: iter([table[name][0]]))
        monkeypatch.setattr(sys, "argv", ["accuracy.py"])
        assert accuracy.main() == code
