"""`vivavoce eval`: what it prints, its reports and its exit code."""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from adapters.cli import main
from adapters.scenarios.latency import StageTimes, latency_table, percentile

QUESTION = """\
title = "A question <typed>"
deadline_s = 30

[[caller]]
text = "How late is it?"

[[answer]]
text = "It is noon."

[[expect]]
says = "noon"
within_ms = 500
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.toml").write_text(QUESTION, encoding="utf-8")
    (tmp_path / "wrong.toml").write_text(
        QUESTION.replace('"noon"', '"midnight"').replace("<typed>", "<script>alert(1)</script> \\u0001"),
        encoding="utf-8",
    )
    return tmp_path


def evaluate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["eval", *map(str, arguments)])


def test_a_line_a_scenario_and_what_failed_below_it(folder: Path) -> None:
    told = evaluate(folder)
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert re.fullmatch(r"passed       good: A question <typed>  \(\d\.\d s in \d+\.\d s\)", lines[0])
    assert lines[1].startswith("failed       wrong: A question ")
    assert lines[2] == (
        "             step 1 (text “How late is it?”): says “midnight” within 500 ms of its end: it says “It is noon.”"
    )
    assert lines[4].split() == ["ms", "turns", "p50", "p95"]
    assert lines[-1] == "1 passed, 1 failed"


def test_all_passed(folder: Path) -> None:
    told = evaluate(folder / "good.toml", "--seeds", "3", "--seed", "7")
    assert told.exit_code == 0
    assert ", 3 seeds)" in told.stdout
    assert told.stdout.endswith("\n3 passed, 0 failed\n")


def test_what_cannot_be_used_ends_it_before_anything_runs(folder: Path) -> None:
    (folder / "bad.toml").write_text(QUESTION.replace("says", "sais"), encoding="utf-8")
    (folder / "worse.toml").write_text("title =", encoding="utf-8")
    told = evaluate(folder)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.splitlines() == [
        f"vivavoce: {folder / 'bad.toml'} line 11: [[expect]] 1 sais: unknown key (did you mean says?)",
        f"vivavoce: {folder / 'worse.toml'} line 1: Invalid value",
    ]


def test_a_folder_without_scenarios_and_no_server(tmp_path: Path) -> None:
    assert evaluate(tmp_path).stderr == f"vivavoce: {tmp_path}: no file in it ends in .toml\n"
    (tmp_path / "good.toml").write_text(QUESTION, encoding="utf-8")
    told = evaluate(tmp_path, "--url", "http://127.0.0.1:9")
    assert told.exit_code == 2
    assert told.stderr.startswith("vivavoce: cannot connect to http://127.0.0.1:9")
    assert evaluate(tmp_path, "--url", "http://127.0.0.1:9", "--seeds", "2").exit_code == 2
    told = evaluate(tmp_path, "--page", tmp_path / "none" / "page.html")
    assert (told.exit_code, told.stderr.startswith("vivavoce: ")) == (2, True)


def test_a_scenario_that_never_ends_is_ended(folder: Path) -> None:
    waits = QUESTION.replace('text = "How', 'after_ms = 1\ntext = "How').replace("after_ms = 1\n", "", 1)
    stuck = waits + '[[caller]]\nname = "late"\nafter = "response.held"\ntext = "And now?"\n'
    (folder / "good.toml").write_text(stuck, encoding="utf-8")
    told = evaluate(folder / "good.toml")
    assert told.exit_code == 1
    assert (
        "the scenario comes to its end: it did not end within 30 s: the session is handshaken, and the step "
        "“text “And now?”” waits for response.held (at 30.00 s)" in told.stdout
    )


# ---- the reports


def test_the_junit_report_is_valid(folder: Path) -> None:
    evaluate(folder, "--junit", folder / "report.xml", "--seeds", "2")
    root = ElementTree.parse(folder / "report.xml").getroot()
    [suite] = root
    for counted in (root, suite):
        counts = [counted.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert counts == ["4", "2", "0", "0"]
        assert float(counted.get("time", "")) > 0
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases[:2]] == [f"good [seed {seed}]: A question <typed>" for seed in (0, 1)]
    assert all(case.get("classname") == "scenarios" and float(case.get("time", "")) >= 0 for case in cases)
    assert [[child.tag for child in case] for case in cases] == [[], [], ["failure"], ["failure"]]
    failure = cases[2][0]
    assert failure.get("type") == "expectation"
    assert (
        failure.get("message")
        == failure.text
        == ("step 1 (text “How late is it?”): says “midnight” within 500 ms of its end: it says “It is noon.”")
    )
    assert "<script>alert(1)</script> \ufffd" in str(cases[2].get("name"))


def test_the_page_has_failures_first_and_needs_nothing_else(folder: Path) -> None:
    evaluate(folder, "--page", folder / "page.html")
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|src=|url\(|https?:", page)
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == ["Latency of all turns", "Failed", "Passed"]
    [failed, passed] = re.findall(r"<details( open)? id=", page)
    assert (failed, passed) == (" open", "")
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    assert "<script>alert(1)</script>" in text
    words = " ".join(text.split())
    assert words.startswith("Scenarios: 1 passed, 1 failed Scenarios 1 passed, 1 failed; vivavoce ")
    for told in (
        "says “midnight” within 500 ms of its end : it says “It is noon.”",
        "0.00 caller text: How late is it?",
        "0.34 server answer: It is noon.",
        "0.44 server first sound",
        "first_sound from the end of speech (or the commit, or the typed text) to the first sound 2 440 440",
    ):
        assert told in words
    assert re.search(r'class="bar server" style="left:\d+\.\d+%;width:\d+\.\d+%"\s+title="0\.44 s to', page)


def test_a_table_of_latencies() -> None:
    turns = [StageTimes(stt=ms, first_sound=10 * ms) for ms in range(1, 101)] + [StageTimes(endpoint=500)]
    assert [tuple(row) for row in latency_table(turns)] == [
        ("endpoint", 1, 500, 500), ("stt", 100, 50, 95), ("first_sound", 100, 500, 950),
    ]  # fmt: skip
    assert latency_table([]) == ()
    values: Sequence[int] = [1, 2, 3]
    assert (percentile(values, 50), percentile(values, 95), percentile(values, 1)) == (2, 3, 1)
