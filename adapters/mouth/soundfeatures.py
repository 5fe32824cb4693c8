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
FFT = 512
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


def _filters() -> Floats:
    """Triangles over the spectrum, each as wide as its two neighbours' distance on the mel scale."""
    low, high = _mel(np.array([LOWEST, HIGHEST])).tolist()
    edges = np.linspace(low, high, BANDS + 2)
    bins = _mel(np.arange(FFT // 2 + 1, dtype=np.float64) * (RATE / FFT))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0, np.minimum(rising, falling))
    made: Floats = (filters / filters.sum(axis=0)).astype(np.float32)
    return made


_FILTERS = _filters()
_SHAPE = np.hanning(WINDOW).astype(np.float32)


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
        frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP][:count] * _SHAPE
        spectrum = np.fft.rfft(frames, FFT)
        power = spectrum.real**2 + spectrum.imag**2
        levels = np.log10(power @ _FILTERS + _TINY)
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
