"""A soak of a minute finds nothing in this server; one that is told to stop says what it has found so far."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.real.programs import ROOT
from tests.soak.running import VISITS
from tests.soak.visits import KEEPING

pytestmark = pytest.mark.real
MINUTE_SEED = 20_261_128
"""The minute is the same in every run, so that a failure is one for everybody; ten minutes are drawn anew."""


@contextmanager
def soaking(*options: str) -> Iterator[subprocess.Popen[str]]:
    """A soak that runs."""
    command = [sys.executable, "-m", "tests.soak", *options]
    piped = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=piped, stderr=subprocess.STDOUT, encoding="utf-8") as soak:
        try:
            yield soak
        finally:
            if soak.poll() is None:
                soak.send_signal(signal.SIGINT)  # it ends its server


def check(told: str, code: int, least_rounds: int) -> None:
    """No rule was broken, and much was done: those who keep the rules came, and most were answered."""
    assert code == 0, told
    assert "\n0 broken rules" in told
    rows = re.findall(r"^\| ([a-z ]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", told, re.MULTILINE)
    answers = {kind: int(count) for kind, _, _, count, _ in rows}
    assert set(VISITS) == set(answers), told
    assert len([kind for kind in KEEPING if answers[kind]]) > len(KEEPING) / 2, told
    rounds = re.search(r"(\d+) rounds", told)
    assert rounds is not None
    assert int(rounds[1]) >= least_rounds


def test_a_minute_of_clients_and_faults_breaks_no_rule() -> None:
    with soaking("--minutes", "1", "--seed", str(MINUTE_SEED)) as soak:
        told, _ = soak.communicate()
    check(told, soak.returncode, 1)


@pytest.mark.long
def test_ten_minutes_of_clients_and_faults_break_no_rule() -> None:
    with soaking("--minutes", "10") as soak:
        told, _ = soak.communicate()
    check(told, soak.returncode, 15)
    print(told)  # the figures of docs/soak.md, with `pytest -s`


@pytest.mark.long
def test_an_interrupted_soak_tells_what_it_has() -> None:
    with soaking("--minutes", "1", "--seed", "1") as soak:
        assert soak.stdout is not None
        for line in soak.stdout:
            if line.startswith("port "):
                soak.send_signal(signal.SIGINT)
                break
        told = soak.stdout.read()
        assert soak.wait() == 0, told
    assert "interrupted" in told
    assert "0 broken rules, seed 1" in told
