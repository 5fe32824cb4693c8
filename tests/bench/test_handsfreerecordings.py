"""Recordings of people are read as they are labelled; what is wrong with one is said."""

import wave
from pathlib import Path

import numpy as np
import pytest

from bench.handsfreecount import PAUSED, SENTENCE
from bench.handsfreerecordings import read_folder, read_labels
from bench.handsfreereplay import Room


def record(folder: Path, name: str, labels: str, *, rate: int = 16_000, channels: int = 1, width: int = 2) -> None:
    """Four seconds of noise, and its labels."""
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        noise = np.random.default_rng(5).integers(-9_000, 9_000, 4 * rate * channels)
        file.writeframes(noise.astype("<i2" if width == 2 else "i1").tobytes())
    if labels:
        (folder / f"{name}.txt").write_text(labels, encoding="utf-8")


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (8_000, 1), (44_100, 2)])
def test_a_recording_is_played_as_it_is(tmp_path: Path, rate: int, channels: int) -> None:
    record(
        tmp_path, "b", "0.5\t1.25\tI would like\n\\\t100\t200\n1.75\t3.0\ttwo  tickets\n", rate=rate, channels=channels
    )
    record(tmp_path, "a", "0.0\t4.0\tYes\n")
    whole, paused = read_folder(tmp_path, "de-DE")
    assert (whole.kind, paused.kind, paused.language) == (SENTENCE, PAUSED, "de-DE")
    first, second = paused.said
    assert (first.words, second.words, first.gap, second.gap) == ("I would like", "two tickets", 0.0, 0.5)
    assert [len(part) for part in (first.sound, first.rest, second.sound, second.rest)] == [
        12_000,
        8_000,
        20_000,
        16_000,
    ]
    room = Room()
    ends = room.put(first, 0.8).ends
    label = room.put(second, ends + second.gap)
    assert (ends, label.begins, label.ends) == pytest.approx((1.55, 2.05, 3.3))
    heard = np.concatenate([first.sound, first.rest, second.sound, second.rest])
    played = np.frombuffer(b"".join(room.frame(at) for at in range(25, 135)), "<i2") / 32_768
    assert np.abs(played[: len(heard)] - heard[: len(played)]).max() < 0.01


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ("", "No such file"),
        ("\n\n", "no labels"),
        ("0.5 1.0 Yes", "line 1 is not begin, end and words"),
        ("0.5\t1.0\tYes\n0.9\t1.5\tNo", "line 2 is not behind"),
        ("1.0\t0.5\tYes", "line 1"),
        ("0.5\t1.0\t ", "has no words"),
        ("0.5\t4.5\tYes", "beyond the end"),
        ("nan\t1.0\tYes", "line 1"),
    ],
)
def test_labels_that_cannot_be_are_refused_with_their_line(tmp_path: Path, labels: str, why: str) -> None:
    record(tmp_path, "one", labels)
    with pytest.raises(SystemExit, match=why):
        read_folder(tmp_path, "en-US")


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="has no recordings"):
        read_folder(tmp_path, "en-US")
    record(tmp_path, "one", "0\t1\tYes", width=1)
    with pytest.raises(SystemExit, match="16 bits"):
        read_folder(tmp_path, "en-US")
    (tmp_path / "one.wav").write_bytes(b"RIFF")
    with pytest.raises(SystemExit, match="it is no WAV"):
        read_folder(tmp_path, "en-US")


def test_windows_line_ends_are_no_fault() -> None:
    assert [stretch.words for stretch in read_labels("0\t1\tYes\r\n2\t3\tNo\r\n", 4.0)] == ["Yes", "No"]
