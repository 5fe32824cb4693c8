"""The thread that writes: what cannot be written ends one recording, with one line in the log, and nothing else."""

import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from actors.ports.taping import Tape
from adapters.recordings import writing as module
from adapters.recordings.files import RecordingFiles
from adapters.recordings.reading import read, read_about
from adapters.recordings.writing import WritingThread
from protocol.connecting import Auth
from tests.adapters.recordings.kit import NET, SESSION, only, recorder, writing

CHUNK = bytes(10_000)
LOGGER = "adapters.recordings.writing"


def opened(folder: Path, thread: WritingThread, session_bytes: int = 1_000_000_000) -> Tape:
    tape = recorder(folder, thread, session_bytes=session_bytes).open(SESSION, "lobby", {})
    assert tape is not None
    tape.joined(1, "lobby", Auth(role="both"))
    return tape


def fill(tape: Tape, thread: WritingThread, chunks: int = 5) -> None:
    """So much sound, each chunk written before the next."""
    for _ in range(chunks):
        tape.heard(1, CHUNK, "pcm16", None)
        assert thread.settle(NET)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOGGER]


@contextmanager
def disk_of(most: int) -> Iterator[None]:
    """A block in which no file can be larger than this: what writes more gets the error of a disk that has no room."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_full_disk_ends_a_recording_with_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with writing() as thread:
        tape = opened(tmp_path, thread)
        with disk_of(35_000):
            fill(tape, thread, 10)
        assert not tape.is_recording
        tape.close("nobody was in it for its grace")
    [line] = lines(caplog)
    assert line == f"the recording {only(tmp_path).name} ends early: it cannot be written: File too large"
    recording = read(only(tmp_path))
    sound = [recording.sound(row) for row in recording.rows if row.event == "input.buffer.append"]
    assert sound == [CHUNK] * 3
    assert (recording.about.complete, recording.about.why) == (False, "it cannot be written: File too large")
    assert recording.about.ended is not None


def test_a_recording_that_is_deleted_ends_with_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with writing() as thread:
        tape = opened(tmp_path, thread)
        fill(tape, thread)
        name = only(tmp_path).name
        shutil.rmtree(tmp_path / name)
        fill(tape, thread)
        assert not tape.is_recording
        tape.close("over")
    assert lines(caplog) == [f"the recording {name} ends early: its folder is gone"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "why"), [("none", "its folder is gone"), ("file", "it cannot be written: Not a directory")]
)
def test_where_no_recording_can_be_made_it_is_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, place: str, why: str
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "file").write_text("mine")
    with writing() as thread:
        tape = opened(tmp_path / place, thread)
        fill(tape, thread)
        assert not tape.is_recording
        tape.close("over")
    [line] = lines(caplog)
    assert line.endswith(f"ends early: {why}")
    assert (tmp_path / "file").read_text() == "mine"


def test_one_that_ends_early_leaves_the_others_alone(tmp_path: Path) -> None:
    with writing() as thread:
        small = opened(tmp_path, thread, session_bytes=25_000)
        large = opened(tmp_path, thread)
        for _ in range(5):
            small.heard(1, CHUNK, "pcm16", None)
            large.heard(1, CHUNK, "pcm16", None)
        small.close("over")
        large.close("over")
    made = sorted((read(path) for path in tmp_path.iterdir()), key=lambda one: len(one.rows))
    assert [(len(one.rows), one.about.complete) for one in made] == [(3, False), (6, True)]


def test_a_fault_of_ours_ends_what_is_made_and_the_next_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with writing() as thread:
        with monkeypatch.context() as patch:
            patch.setattr(RecordingFiles, "add", lambda *_: 1 / 0)
            broken = opened(tmp_path, thread)
            broken.left(1)
            assert thread.settle(NET)
        assert not broken.is_recording
        next_one = opened(tmp_path, thread)
        fill(next_one, thread, 1)
        assert next_one.is_recording
        next_one.close("over")
    assert "recordings: a fault of this server ended those that were being made" in lines(caplog)


def test_one_session_cannot_fill_the_queue_for_others(tmp_path: Path) -> None:
    stuck = WritingThread()
    greedy, modest = opened(tmp_path, stuck), opened(tmp_path, stuck)
    large = bytes(900_000)
    for _ in range(module.MOST_OF_ONE // len(large) + 2):
        greedy.heard(1, large, "pcm16", None)
    modest.heard(1, CHUNK, "pcm16", None)
    assert (greedy.is_recording, modest.is_recording) == (False, True)
    greedy.close("over")
    modest.close("over")
    stuck.start()
    assert stuck.stop(NET)
    whys = sorted((read_about(path).complete, read_about(path).why) for path in tmp_path.iterdir())
    assert whys == [(False, "more waited to be written than may wait"), (True, "over")]


def test_what_waits_of_all_is_bounded(tmp_path: Path) -> None:
    stuck = WritingThread()
    large = bytes(900_000)
    tapes = [opened(tmp_path, stuck) for _ in range(5)]
    for tape in tapes:
        for _ in range(module.MOST_OF_ONE // len(large) - 1):
            tape.heard(1, large, "pcm16", None)
    assert [tape.is_recording for tape in tapes] == [True] * 4 + [False]
