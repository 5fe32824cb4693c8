"""The fuzz target understands its seeds, notices a fault, and finds none in a minute."""

import platform
import re
import subprocess
import sys

import pytest

from tests.fuzz import target
from tests.real.programs import ROOT

SECONDS = 60
HAS_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 14)


@pytest.mark.parametrize("seed", target.SEEDS)
def test_a_seed_breaks_nothing(seed: bytes) -> None:
    target.play(seed)


def test_a_fault_of_this_server_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(target, "read_event", broken)
    with pytest.raises(KeyError):
        target.play(target.SEEDS[0])


@pytest.mark.real
@pytest.mark.long
@pytest.mark.skipif(not HAS_WHEEL, reason="atheris has no wheel for this machine")
def test_a_minute_of_mutations_breaks_nothing() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", str(SECONDS)]
    searched = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=3 * SECONDS)
    assert searched.returncode == 0, searched.stderr[-4_000:]
    done = re.search(r"Done (\d+) runs", searched.stderr)
    assert done is not None
    assert int(done[1]) > 10_000
