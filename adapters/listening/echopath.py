"""The echo path from a loudspeaker into a microphone: its delay, and what it makes of a sound, by envelopes.

`find` compares the envelope of the microphone with that of what was played, at each delay up to a second. `EchoPath`
foretells the level of the echo in each band. Both are arithmetic on arrays of dB; `echo.py` decides what it means.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from actors.ports.sound import BANDS

Levels = NDArray[np.float32]
"""dB: a row for each 10 ms, a column for each band."""
SEARCHED = 100
"""Frames of delay that are searched, from 0: a second."""
KEPT = 300
"""Frames of the past that are looked at: 3 s."""
_DEPTH = 30.0
"""dB below the loud parts of a band at which levels are cut, so that what noise does in pauses does not count."""
_DEAD = -75.0
"""dB; what is below is no sound."""
_SPREAD = 3
"""Frames by which the delay may be wrong at any time: clocks and networks jitter by 30 ms."""
_DECAY = 0.9
"""dB in a frame by which a room's sound dies away: a reverberation time of 0.5 s."""
_POWER = np.float32(math.log(10) / 10)
_SLOPE = (np.arange(KEPT + SEARCHED, dtype=np.float32) * np.float32(_DECAY))[:, None]
_QUANTILE = 0.8
"""Of the levels that were measured against what was played, the one that is taken for the gain.

It is a quantile, and not a mean, because a room makes deep notches that say nothing, and because a person who talks
over the avatar for less than a fifth of the time then changes little.
"""
_FEW = 15
"""Frames in which a band has to sound before it has a gain of its own."""


class EchoMatch(msgspec.Struct, frozen=True):
    """The delay in frames at which two envelopes are most alike, and their correlation there, at most 1."""

    lag: int
    correlation: float


def find(microphone: Levels, reference: Levels) -> EchoMatch:
    """The delay at which `microphone` follows `reference`, which begins SEARCHED frames earlier and ends with it."""
    heard, played = _cut(microphone), _cut(reference)
    heard -= heard.mean(axis=0)
    width, size = len(heard), len(played)
    both = np.zeros((2, BANDS, size), np.float32)
    both[0], both[1, :, :width] = played.T, heard.T
    # A transform as long as `played` is long enough: what wraps around is behind the delays that are looked at.
    of_played, of_heard = np.fft.rfft(both)
    of_played *= of_heard.conj()
    together = np.fft.irfft(of_played.sum(axis=0), size)[: SEARCHED + 1]
    totals, squares = np.zeros((size + 1, BANDS)), np.zeros(size + 1)
    np.cumsum(played, axis=0, out=totals[1:])
    np.cumsum(np.einsum("tb,tb->t", played, played), out=squares[1:])
    total = totals[width:] - totals[:-width]
    spread = squares[width:] - squares[:-width] - np.einsum("tb,tb->t", total, total) / width
    alike = together / np.sqrt(np.maximum(spread, 1.0) * max(float(np.vdot(heard, heard)), 1.0))
    best = int(alike.argmax())
    return EchoMatch(SEARCHED - best, float(alike[best]))


def _cut(levels: Levels) -> Levels:
    loud = np.partition(levels, len(levels) * 97 // 100, axis=0)[len(levels) * 97 // 100]
    return np.asarray(np.maximum(levels, np.maximum(loud - _DEPTH, _DEAD)), np.float32)


def _highest(levels: Levels, width: int) -> Levels:
    """The highest of each `width` frames in a row, in each band."""
    have = 1
    while have < width:
        step = min(have, width - have)
        levels = np.maximum(levels[:-step], levels[step:])
        have += step
    return levels


def spread_out(reference: Levels, frames: int, lag: int, wider: int = 0) -> Levels:
    """What an echo of gain 1 would be in the last `frames`: late by `lag`, uncertain in time, and dying away."""
    spread = _SPREAD + wider
    before = min(len(reference) - frames - lag - spread, 40)
    first = len(reference) - frames - lag - before
    count = frames + before
    after = min(spread, lag)
    echo = _highest(reference[first - spread : first + count + after], spread + 1 + after)
    slope = _SLOPE[:count]
    echo += slope
    np.maximum.accumulate(echo, axis=0, out=echo)
    echo -= slope
    return np.asarray(echo[before:], np.float32)


class EchoPath:
    """A path that was found: its `lag` in frames, and a gain for each band, learned from what it was seen to do."""

    def __init__(self, lag: int) -> None:
        self.lag = lag
        self.gains = np.zeros(BANDS, np.float32)
        self.frames = 0
        """How many frames it was ever learned from, at the most at once."""
        self.level = 0.0
        """dB of the microphone against what was played."""

    def learn(self, microphone: Levels, echo: Levels, floor: Levels, use: NDArray[np.bool_]) -> None:
        """Learn the gains from frames in which nobody spoke; `echo`: as `spread_out` makes it, `use`: which frames."""
        sounds = use[:, None] & (echo > _DEAD) & (microphone > floor + 3)
        counts = sounds.sum(axis=0)
        if counts.sum() < _FEW:
            return
        self.frames = max(self.frames, int(sounds.any(axis=1).sum()))
        gains = np.where(sounds, microphone - echo, np.inf)
        place = int(counts.sum() * _QUANTILE)
        everywhere = np.partition(gains, place, axis=None)[place]
        ordered = np.sort(gains, axis=0)
        own = ordered[np.minimum((counts * _QUANTILE).astype(int), len(ordered) - 1), np.arange(BANDS)]
        self.gains = np.where(counts >= _FEW, own, everywhere).astype(np.float32)
        played = np.where(sounds, np.exp(echo * _POWER), 0).sum(axis=0)
        self.level = float(10 * np.log10((played * 10 ** (self.gains / 10)).sum() / played.sum()))

    def expected(self, echo: Levels) -> Levels:
        """The level of the echo in the microphone, in dB."""
        return echo + self.gains


def likeness(echo: Levels, heard: Levels) -> float:
    """The correlation of what is heard with the echo that is expected: whether it is the echo, but louder."""
    expected, found = _cut(echo), _cut(heard)
    expected, found = expected - expected.mean(axis=0), found - found.mean(axis=0)
    energy = float((expected * expected).sum()) * float((found * found).sum())
    return float((expected * found).sum()) / math.sqrt(max(energy, 1.0))
