"""The process that tidies the folder: what it makes, deletes and leaves out, and that only one is at it."""

import fcntl
import os
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.recordings.format import UNFINISHED, WAV_FILE, Row
from adapters.recordings.store import names_in
from adapters.recordings.tidying import tidy_now
from adapters.recordings.tidying_child import tidy
from adapters.recordings.tidyplan import TidyPlan
from tests.adapters.recordings.test_store import NOW, begun, made


def hours_since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment) / timedelta(hours=1)


def test_it_finishes_makes_sound_and_deletes(tmp_path: Path) -> None:
    kept = made(tmp_path, 1)
    crashed = begun(tmp_path, 0.5)
    crashed.close()
    old = made(tmp_path, 24 * 30)
    days = hours_since(NOW) / 24 + 1
    tidy(TidyPlan(str(tmp_path), days, 100_000_000))
    assert names_in(tmp_path) == [kept, crashed.folder.name]
    for name in names_in(tmp_path):
        with wave.open(str(tmp_path / name / WAV_FILE)) as file:
            assert file.getnframes() == round(2.5 * 16_000)
    assert old not in names_in(tmp_path)


def test_without_bounds_nothing_is_deleted(tmp_path: Path) -> None:
    old = made(tmp_path, 24 * 300)
    tidy(TidyPlan(str(tmp_path)))
    assert names_in(tmp_path) == [old]


def test_what_cannot_be_made_is_left_out_and_tried_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken, whole = made(tmp_path, 2), made(tmp_path, 1)
    (tmp_path / broken / "events.jsonl").write_text("{}\n")
    for _ in range(2):
        tidy(TidyPlan(str(tmp_path)))
    assert (tmp_path / whole / WAV_FILE).exists()
    assert not (tmp_path / broken / WAV_FILE).exists()
    assert (tmp_path / broken / UNFINISHED).exists()
    assert capsys.readouterr().err == f"{broken}: sound.wav cannot be made: UnreadableRecording\n"


def test_while_another_one_tidies_it_does_nothing_or_waits(tmp_path: Path) -> None:
    name = made(tmp_path, 1)
    descriptor = os.open(tmp_path / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    tidy(TidyPlan(str(tmp_path)))
    assert not (tmp_path / name / WAV_FILE).exists()
    os.close(descriptor)
    tidy(TidyPlan(str(tmp_path), waits=True))
    assert (tmp_path / name / WAV_FILE).exists()


@pytest.mark.real
def test_a_sound_that_takes_too_long_is_left_out_and_the_others_are_made(tmp_path: Path) -> None:
    files = begun(tmp_path, 2)
    files.add(Row(t=0.0, dir="in", event="session.update", member=1, payload={"STT": {"mediaFormat": "pcm16"}}))
    for second in range(60):
        files.add(Row(t=float(second), dir="in", event="input.buffer.append", member=1), os.urandom(1_000_000))
    files.flush()
    files.close()
    slow, quick = files.folder.name, made(tmp_path, 1)
    assert tidy_now(TidyPlan(str(tmp_path), wav_seconds=0.05))
    assert not (tmp_path / slow / WAV_FILE).exists()
    assert (tmp_path / quick / WAV_FILE).exists()
