"""Verbs, options, exit codes and what `--json` prints."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from segstudio import __version__
from segstudio.cli import outcome, parser
from segstudio.cli.main import main
from segstudio.cli.outcome import Outcome
from segstudio.cli.output import Output
from segstudio.core.errors import Cancelled, SegstudioError, WeightsError


@pytest.mark.parametrize(
    ("words", "full"),
    [
        ([], ["open"]),
        (["photos"], ["open", "photos"]),
        (["--json", "photos", "more"], ["open", "--json", "photos", "more"]),
        (["info", "p"], ["info", "p"]),
        (["--json", "info", "p"], ["--json", "info", "p"]),
        (["./demo"], ["open", "./demo"]),
        (["open", "demo"], ["open", "demo"]),
        (["--help"], ["--help"]),
        (["--", "-odd.png"], ["open", "--", "-odd.png"]),
    ],
)
def test_open_is_understood_where_no_verb_is_named(words: list[str], full: list[str]) -> None:
    assert parser.with_verb(words) == full


def test_version(call) -> None:
    assert call("--version").out == f"segstudio {__version__}\n"


def test_help_says_the_exit_codes(call) -> None:
    said = call("--help")
    assert said.code == 0
    for code, meaning in outcome.EXIT_CODES.items():
        assert f"{code}" in said.out and meaning in said.out


@pytest.mark.parametrize("verb", parser.VERBS)
def test_every_verb_has_help_and_json(verb: str, call) -> None:
    said = call(verb, "--help")
    assert said.code == 0
    assert "--json" in said.out


@pytest.mark.parametrize(
    "words",
    [
        ["new", "p.segstudio"],
        ["export", "p.segstudio"],
        ["eval", "a", "b", "--task", "colours"],
        ["predict", "x", "--model", "m", "--threshold", "2"],
        ["predict", "x", "--model", "m", "--batch", "0"],
        ["models"],
        ["info", "a", "b"],
        ["info", "--colour", "x"],
    ],
)
def test_bad_usage_is_one_message_and_code_2(words: list[str], call) -> None:
    said = call(*words)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("segstudio: ")
    assert "--help" in said.err
    assert said.err.count("\n") == 1


def test_json_may_stand_before_or_after_the_verb(call) -> None:
    for words in (["--json", "info", "nowhere"], ["info", "nowhere", "--json"]):
        said = call(*words)
        assert said.data["command"] == "info"
        assert said.data["error"]["path"] == "nowhere"
        assert said.data["error"]["remedy"]


def test_a_mistyped_verb_is_guessed(call) -> None:
    said = call("improt", "x.json")
    assert said.code == 2
    assert "'import'" in said.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SegstudioError("no"), 2),
        (WeightsError("no"), 3),
        (outcome.MissingError("no"), 3),
        (Cancelled("no"), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_codes(error: BaseException, code: int, call, monkeypatch) -> None:
    def fail(*_):
        raise error

    monkeypatch.setattr("segstudio.cli.project.run", fail)
    assert call("info", "x").code == code
    assert call("info", "x", "--json").data["error"]["message"]


def test_an_unexpected_error_writes_a_report(call, monkeypatch, home) -> None:
    monkeypatch.setattr("segstudio.cli.project.run", lambda *_: 1 / 0)
    said = call("info", "x")
    assert said.code == 4
    (report,) = (home / "state" / "segstudio" / "reports").iterdir()
    assert str(report) in said.err
    text = report.read_text(encoding="utf-8")
    assert "ZeroDivisionError" in text and "'info'" in text


def test_a_report_that_cannot_be_written_is_said_so(call, monkeypatch, home) -> None:
    (home / "state" / "segstudio").write_text("in the way")
    monkeypatch.setattr("segstudio.cli.project.run", lambda *_: 1 / 0)
    said = call("info", "x")
    assert said.code == 4
    assert "could not be written" in said.err


def test_a_reader_that_leaves_early_is_no_error() -> None:
    code = f"{sys.executable} -m segstudio.cli.main --help | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stderr == ""


def test_outcomes() -> None:
    assert Outcome().exit == 0
    assert Outcome(problems=["x"]).exit == 1
    assert Outcome(problems=["x"], code=130).exit == 130


def test_machines_get_plain_values(capsys) -> None:
    import numpy as np

    values = {"a": np.float32(1.5), "b": float("nan"), "c": {1}, "d": os.PathLike, "e": True, "f": None}
    Output("x", True).close(Outcome(values))
    out = capsys.readouterr().out
    assert '"a": 1.5' in out and '"b": null' in out and '"c": [1]' in out and '"e": true' in out and '"f": null' in out


def test_people_get_a_limited_list_of_problems(capsys) -> None:
    Output("x", False).close(Outcome(problems=[f"problem {i}" for i in range(30)]))
    err = capsys.readouterr().err
    assert "problem 19" in err and "problem 20" not in err and "10 more" in err


def test_main_uses_the_process_s_words(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["segstudio", "--version"])
    assert main() == 0
    assert __version__ in capsys.readouterr().out
