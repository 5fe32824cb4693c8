"""People's own recordings for the benchmark of hands-free conversations: a WAV each, and a label track beside it.

`NAME.wav` has one turn. `NAME.txt` says where there is speech in it, as Audacity exports labels: a line for each
stretch of speech, with its begin and end in seconds and its words, separated by tabs. Between two stretches the speaker
pauses, and the last end is the end of the turn. The recording is played as it is, its noise included.
"""

import wave
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import soxr

from actors.ports.listening import RATE
from bench.echosounds import Samples
from bench.handsfreecount import PAUSED, SENTENCE
from bench.handsfreereplay import Case, Line

LONGEST: Final = 40
"""Seconds of a recording at most: a conversation has a minute."""


class _Stretch(NamedTuple):
    begins: float
    ends: float
    words: str


def read_folder(folder: Path, language: str) -> list[Case]:
    """A turn for each recording, in the order of names; raises SystemExit that names the file and what is wrong."""
    files = sorted(folder.glob("*.wav"))
    if not files:
        raise SystemExit(f"{folder} has no recordings: put NAME.wav and NAME.txt into it")
    return [_read(file, language) for file in files]


def _read(file: Path, language: str) -> Case:
    labels = file.with_suffix(".txt")
    try:
        sound = _read_sound(file)
        stretches = read_labels(labels.read_text(encoding="utf-8"), len(sound) / RATE)
    except (OSError, ValueError) as wrong:
        raise SystemExit(f"{labels if isinstance(wrong, OSError) else file}: {wrong}") from None
    lines = []
    for number, stretch in enumerate(stretches):
        last = number + 1 == len(stretches)
        rest = len(sound) if last else round(stretches[number + 1].begins * RATE)
        begin, end = round(stretch.begins * RATE), round(stretch.ends * RATE)
        gap = stretch.begins - stretches[number - 1].ends if number else 0.0
        lines.append(Line(sound[begin:end], stretch.words, gap, sound[end:rest]))
    return Case(PAUSED if len(lines) > 1 else SENTENCE, tuple(lines), language=language)


def _read_sound(file: Path) -> Samples:
    """The recording, mono at RATE; raises ValueError where it is no WAV of 16-bit samples, or too long."""
    try:
        with wave.open(str(file), "rb") as reader:
            if reader.getsampwidth() != 2:
                raise ValueError("its samples have not 16 bits")
            data, channels, rate = reader.readframes(reader.getnframes()), reader.getnchannels(), reader.getframerate()
    except (wave.Error, EOFError) as wrong:
        raise ValueError(f"it is no WAV: {wrong}") from None
    sound = np.frombuffer(data, "<i2").reshape(-1, channels).mean(axis=1) / 32_768
    if len(sound) > LONGEST * rate:
        raise ValueError(f"it is longer than {LONGEST} s; cut it")
    return np.asarray(soxr.resample(sound, rate, RATE)) if rate != RATE else sound


def read_labels(text: str, seconds: float) -> list[_Stretch]:
    """The stretches of speech of a recording that has so many seconds; raises ValueError that names the line."""
    stretches: list[_Stretch] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("\\"):  # Audacity's second line for a range of frequencies
            continue
        begins, _, rest = line.partition("\t")
        ends, _, words = rest.partition("\t")
        try:
            stretch = _Stretch(float(begins), float(ends), " ".join(words.split()))
        except ValueError:
            raise ValueError(f"line {number} is not begin, end and words, separated by tabs: {line!r}") from None
        if (
            not (stretches[-1].ends if stretches else 0.0) <= stretch.begins < stretch.ends <= seconds
            or not stretch.words
        ):
            raise ValueError(
                f"line {number} is not behind the one before it, beyond the end, or has no words: {line!r}"
            )
        stretches.append(stretch)
    if not stretches:
        raise ValueError("it has no labels")
    return stretches
