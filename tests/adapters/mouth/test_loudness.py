"""The mouth of sound whose text nobody knows: open by the level, closed in gaps and at the end, never much later."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mouth.loudness import RATE, LoudnessReader
from adapters.mouth.mouths import MouthTracks
from protocol.mouth import MouthSet
from tests.adapters.mouth.marks import keys, of
from tests.adapters.mouth.test_told import Dictionary

RANDOM = np.random.default_rng(7)


def voice(ms: int, level: float = 0.3) -> bytes:
    at = np.arange(ms * RATE // 1000) / RATE
    sound = sum(np.sin(2 * np.pi * 120 * harmonic * at) / harmonic for harmonic in range(1, 12))
    return bytes((np.asarray(sound) * level * 12_000).astype("<i2").tobytes())


def hiss(ms: int, level: float = 0.05) -> bytes:
    noise = np.diff(RANDOM.standard_normal(ms * RATE // 1000 + 1))
    return bytes((noise * level * 32_000).astype("<i2").tobytes())


def silence(ms: int) -> bytes:
    return bytes(2 * (ms * RATE // 1000))


def heard(*pieces: bytes) -> list[tuple[str, float, float]]:
    """Phonemes with begin and length; those that follow each other are told as one."""
    reader = LoudnessReader()
    found: list[tuple[str, float, float]] = []
    for mark in [*(mark for piece in pieces for mark in reader.push(piece)), *reader.hurry()]:
        if found and found[-1][0] == mark.text:
            found[-1] = (mark.text, found[-1][1], found[-1][2] + mark.ms)
        else:
            found.append((mark.text, mark.at, mark.ms))
    return found


def test_levels_hisses_gaps_and_pauses_are_told_apart() -> None:
    sound = silence(200) + voice(200) + silence(60) + voice(200) + hiss(100) + voice(200, 0.05) + silence(300)
    found = heard(sound)
    assert [symbol for symbol, _, _ in found] == ["", "a", "p", "a", "s", "ə", ""]
    assert [at for _, at, _ in found] == pytest.approx([0, 200, 400, 460, 660, 760, 960], abs=20)


def test_what_is_hardly_heard_opens_nothing() -> None:
    assert {symbol for symbol, _, _ in heard(voice(500, 0.001))} == {""}
    assert heard(b"") == []


@given(st.lists(st.integers(0, 6_000), max_size=6))
def test_it_is_the_same_wherever_the_sound_is_cut(cuts: list[int]) -> None:
    sound = voice(120) + silence(50) + voice(70, 0.1) + silence(30)
    edges = [0, *sorted(2 * cut for cut in cuts), len(sound)]
    assert heard(*(sound[start:end] for start, end in itertools.pairwise(edges))) == heard(sound)


async def test_the_mouth_follows_within_120_ms_and_ends_closed() -> None:
    sets = frozenset[MouthSet](["ovr", "arkit"])
    track = MouthTracks(Dictionary()).track("", "en", 1.0, sets, words=False, told=False)
    assert track.needs_samples
    sound = voice(300) + silence(70) + voice(300) + silence(500) + voice(400)
    made = []
    piece = 40 * RATE // 1000 * 2
    for number, start in enumerate(range(0, len(sound), piece), 1):
        made.append(await track.push(sound[start : start + piece], (), number * 40.0))
        covered = max((each.end for each in of(made, "ovr")), default=0)
        assert min(number * 40, len(sound) / 32) - covered <= 120
    made.append(await track.finish())
    shown = keys(made, "ovr")
    assert shown[-1][1:] == ("sil", 0.0)
    assert {"aa", "PP", "sil"} == {shape for _, shape, _ in shown}
    assert of(made, "ovr")[-1].source == "sound"
    assert not any(of(made, "arkit")[-1].values[-52:])
