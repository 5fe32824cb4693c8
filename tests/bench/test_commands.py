"""Tests that the commands of the bench are those that its README tells of, and that each of them runs."""

import re
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from bench.__main__ import make_parser

ROOT = Path(__file__).parents[2]
TINY: dict[str, str] = {
    "compare": "--sessions 6 --conversations 2 --ordinary --plot {plot}",
    "growth": "--sessions 5 10 --speakers 5 --seconds 0.5 --plot {plot}",
    "connections": "--idle 20 --comers 20",
    "sessions": "--sessions 20",
    "memory": "--sessions 20",
    "rounds": "--sessions 2 --megabytes 1 --times 2",
    "providers": "--chunks 50",
    "audio": "",
    "echo": "--rooms 1",
    "mouth": "--repeat 1",
    "hands-free": "--turns 2 --policy server_vad:500 0.7@0.3/2",
    "voice-activity": "--sessions 2 --seconds 1",
    "onset": "--sessions 3 --speakers 1 --seconds 4",
    "first-sound": "--sessions 2 --seconds 6 --turns 6",
    "lag": "--shapes input.text nested\\ JSON",
    "frames": "--chunks 120",
    "recognition": "--folder {recordings}",
    "voices": "",
    "recordings": "--sessions 6",
}
MINUTES = ("fit-mouth",)
"""What takes too long to be run by a test."""


def commands() -> list[str]:
    """The commands that there are."""
    return re.findall(r"^    ([\w-]+) ", make_parser().format_help(), re.MULTILINE)


def test_the_readme_tells_of_every_command_and_of_no_other() -> None:
    text = (ROOT / "bench/README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"python -m bench(?: --rounds \d+)? ([a-z-]+)", text))
    assert told == set(commands()) == {*TINY, *MINUTES}


@pytest.mark.parametrize("command", [*TINY, *MINUTES])
def test_a_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        make_parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m bench {command}" in capsys.readouterr().out


@pytest.mark.real
@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks read /proc and choose cores")
@pytest.mark.parametrize("command", TINY)
def test_a_command_runs(command: str, tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    (tmp_path / "one.txt").write_text("yes")
    with wave.open(str(tmp_path / "one.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    written = TINY[command].format(plot=plot, recordings=tmp_path)
    options = [option.replace("\\", "") for option in re.split(r"(?<!\\) ", written) if option]
    run = [sys.executable, "-m", "bench", "--rounds", "1", command, *options]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert "FAILED" not in ended.stdout
    if "{plot}" in TINY[command]:
        assert plot.read_text().startswith("<svg")
