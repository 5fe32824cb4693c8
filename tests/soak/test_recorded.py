"""A soak notices a recording that cannot be read back, or that never ends, unless the disk was full."""

from pathlib import Path

import msgspec
import pytest

from adapters.recordings.format import EVENTS_FILE, SESSION_FILE, Row, SessionFile
from tests.soak.findings import Findings
from tests.soak.recorded import FULL_DISK, RecordingsCheck

NAME = "20261128T142300Z-0f9a8b7c-k3x9q2"
ABOUT = SessionFile(session="s", subject="operator", began="2026-11-28T14:23:00Z", server="0")
ENDED = msgspec.structs.replace(ABOUT, ended="2026-11-28T14:24:00Z", complete=True, why="nobody was in it")


def record(folder: Path, about: SessionFile, *rows: Row, rest: bytes = b"") -> None:
    """A recording with these rows."""
    (folder / NAME).mkdir()
    (folder / NAME / SESSION_FILE).write_bytes(msgspec.json.encode(about))
    lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    (folder / NAME / EVENTS_FILE).write_bytes(lines + rest)


def broken(folder: Path, faults: str = "") -> list[str]:
    """The rules that are broken when the folder has been looked at twice."""
    findings = Findings()
    if faults:
        findings.faults[faults] += 1
    check = RecordingsCheck(folder, findings)
    check.look()
    check.look()
    assert check.seen == 1
    return [one.rule for one in findings.found]


def row(t: float) -> Row:
    """A row of nobody."""
    return Row(t=t, dir="out", event="session.state", payload={"state": "handshaken"})


def test_a_recording_that_is_whole_breaks_nothing(tmp_path: Path) -> None:
    record(tmp_path, ENDED, row(0.5), row(0.5), row(1.0), rest=b'{"t": 1.5, "di')
    assert broken(tmp_path) == []


@pytest.mark.parametrize(
    ("rule", "about", "rows", "rest"),
    [
        ("has an end", ABOUT, (row(1.0),), b""),
        ("can be read back", ENDED, (row(1.0),), b"no row\n"),
        ("in the order of their times", ENDED, (row(1.0), row(0.5)), b""),
        ("names each member", ENDED, (msgspec.structs.replace(row(1.0), member=(3,)),), b""),
        ("says why", msgspec.structs.replace(ENDED, why=""), (row(1.0),), b""),
    ],
)
def test_a_recording_that_is_broken_is_noticed(
    tmp_path: Path, rule: str, about: SessionFile, rows: tuple[Row, ...], rest: bytes
) -> None:
    record(tmp_path, about, *rows, rest=rest)
    (told,) = broken(tmp_path)
    assert rule in told


def test_a_recording_without_an_end_is_excused_by_a_full_disk(tmp_path: Path) -> None:
    record(tmp_path, ABOUT, row(1.0), rest=b"no row\n")
    assert broken(tmp_path, FULL_DISK) == []
