"""What the aligner hears of a sound: the level in 20 bands, each 10 ms, as far as that does not depend on loudness.

Levels are in bels under the loudest frames so far, so that neither the gain nor what is said first matters. What is
more than 60 dB under those counts as silence: digital silence and the noise of a recording look alike.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE = 16_000
"""Samples per second."""
HOP = 160
"""Samples from one frame to the next: 10 ms."""
WINDOW = 400
"""Samples that a frame sees: 25 ms, its own 10 in the middle."""
BANDS = 20
LOWEST, HIGHEST = 80.0, 7_600.0
"""Hz between which the bands lie."""
SPACING = ((62.5, 1_000, 31.25), (1_000, 2_500, 62.5), (2_500, 7_600, 125.0))
"""Hz from, to, and between the waves whose levels are found: a few in each band. That takes a fifth of the time that
numpy's Fourier transform takes, whose 257 waves lie closest where the bands are widest."""
BEFORE = (WINDOW - HOP) // 2
"""Samples before a frame's own that it sees, and as many after them."""
FLOOR = -6.0
"""Bels under the loudest: what is quieter is silence."""
FALL = 0.002
"""Bels a frame by which the loudest is forgotten."""
_LOUDEST = np.float32(1 / 32_768)
_TINY = np.float32(1e-9)


def _mel(hertz: NDArray[Any]) -> NDArray[Any]:
    found: NDArray[Any] = 2_595 * np.log10(1 + hertz / 700)
    return found


def _filters(hertz: NDArray[Any]) -> Floats:
    """Triangles over the spectrum, each as wide as its two neighbours' distance on the mel scale."""
    low, high = _mel(np.array([LOWEST, HIGHEST])).tolist()
    edges = np.linspace(low, high, BANDS + 2)
    bins = _mel(hertz)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0, np.minimum(rising, falling))
    made: Floats = (filters / filters.sum(axis=0)).astype(np.float32)
    return made


def _waves(hertz: NDArray[Any]) -> tuple[Floats, Floats]:
    """Half of each wave and of the window around the middle of a frame: cosines are even there, and sines odd."""
    times = (np.arange(WINDOW // 2) + 0.5)[:, None]
    shape = np.hanning(WINDOW)[WINDOW // 2 :, None]
    phases = 2 * np.pi * times * hertz / RATE
    return (np.cos(phases) * shape).astype(np.float32), (np.sin(phases) * shape).astype(np.float32)


_HERTZ = np.concatenate([np.arange(at, until, step) for at, until, step in SPACING])
_COSINES, _SINES = _waves(_HERTZ)
_FILTERS = _filters(_HERTZ)


class SoundFeatures:
    """The features of one sound whose samples are still coming."""

    def __init__(self) -> None:
        self._rest = np.zeros(BEFORE, np.float32)
        self._loudest = 0.0

    def push(self, samples: bytes, *, last: bool = False) -> Floats:
        """The features (n, BANDS) of the frames that are whole by now; `samples` mono s16le, whole samples.

        With `last` the frames at the end too, as if silence followed.
        """
        new = np.frombuffer(samples, np.dtype("<i2")).astype(np.float32) * _LOUDEST
        sound = np.concatenate([self._rest, new, np.zeros(BEFORE + HOP - 1 if last else 0, np.float32)])
        count = max(0, (len(sound) - WINDOW) // HOP + 1)
        self._rest = sound[count * HOP :]
        if not count:
            return np.zeros((0, BANDS), np.float32)
        frames: Floats = np.ndarray((count, WINDOW), np.float32, sound, strides=(4 * HOP, 4))
        later, earlier = frames[:, WINDOW // 2 :], frames[:, WINDOW // 2 - 1 :: -1]
        even, odd = (later + earlier) @ _COSINES, (later - earlier) @ _SINES
        levels = np.log10((even * even + odd * odd) @ _FILTERS + _TINY)
        levels -= self._loudness(levels.max(axis=1))[:, None]
        made: Floats = np.maximum(levels, np.float32(FLOOR))
        return made

    def _loudness(self, levels: Floats) -> Floats:
        """The loudest level so far at each of the frames, which is forgotten slowly."""
        steps = np.arange(1, len(levels) + 1, dtype=np.float32) * np.float32(FALL)
        before = self._loudest if self._loudest else -1.0
        found: Floats = np.maximum(np.maximum.accumulate(levels + steps), np.float32(before)) - steps
        self._loudest = float(found[-1])
        return found
