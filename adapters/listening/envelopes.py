"""Envelopes of sound: the level of eight bands every 10 ms, a byte each, by which an echo is found and foretold.

A level is in half decibels above the least: 0 is -96 dB or less, 192 a sine at full scale. A frame is eight of them.
Envelopes of the microphone and of what is sent are what the judge of echo compares (`echo.py`).

The work is numpy's, 0.5 to 1 ms for a second of sound (`python -m bench echo`): it belongs into worker processes and
threads. Two thirds of it are saved by going down to a rate of about 8 kHz first.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from actors.ports.sound import BANDS, FRAMES_A_SECOND

LOWEST, HIGHEST = 100.0, 4_000.0
"""Hz. Below, rooms hum; above, telephones, codecs and small loudspeakers have nothing."""
SILENCE = -96.0
"""dB of a sine at full scale; the level 0."""
STEPS = 2.0
"""Of a level, in a decibel."""
_WINDOW = 0.032
"""Seconds: the lowest band, 58 Hz wide, is told from its neighbour."""
_LOW_RATE = 8_000
_ROLL_OFF = 6
"""Samples at the low rate that the filter before it spans."""
_BLOCK = 250
"""Frames that are transformed at once, so that a long file takes no memory."""


class EnvelopeMaker:
    """The envelope of samples, mono s16le at `rate` Hz, whose bytes are still coming; they may be cut anywhere.

    A frame is of the 32 ms that end with its 10 ms, so none waits for samples that come later.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._bank = filters(rate)
        self._rest = bytes(2 * self._bank.span)
        self._taken = -self._bank.span
        """Samples before those in `_rest`, counted from the first that came."""
        self._made = 0

    def push(self, samples: bytes) -> bytes:
        """The frames that are whole by now."""
        self._rest += samples
        have = self._taken + len(self._rest) // 2
        frames = have * FRAMES_A_SECOND // self._rate - self._made
        if frames <= 0:
            return b""
        return b"".join(self._levels(min(_BLOCK, frames - start)) for start in range(0, frames, _BLOCK))

    def finish(self) -> bytes:
        """The last frame, where more than half of its samples are there."""
        missing = self._end(self._made) - self._taken - len(self._rest) // 2
        if not 0 < missing < self._rate // FRAMES_A_SECOND // 2:
            return b""
        return self.push(bytes(2 * missing))

    def _end(self, frame: int) -> int:
        """The number of samples with which a frame is whole."""
        return -(-(frame + 1) * self._rate // FRAMES_A_SECOND)

    def _levels(self, frames: int) -> bytes:
        first, last = self._made, self._made + frames - 1
        start = self._end(first) - self._bank.span - self._taken
        hop = self._rate / FRAMES_A_SECOND
        samples = np.frombuffer(self._rest, np.dtype("<i2"), self._end(last) - self._taken - start, 2 * start)
        self._made += frames
        used = self._end(self._made) - self._bank.span - self._taken
        self._taken += used
        self._rest = self._rest[2 * used :]
        return self._bank.levels(samples, frames, hop)


class FilterBank:
    """Samples at one rate to levels; `span`: the samples that a frame is made of."""

    def __init__(self, rate: int) -> None:
        self._factor = max(1, rate // _LOW_RATE)
        low = rate / self._factor
        self._size = round(low * _WINDOW)
        taps = 2 * _ROLL_OFF // 2 * self._factor + 1 if self._factor > 1 else 1
        at = np.arange(taps) - taps // 2
        kernel = np.sinc(at / self._factor * 0.9) * np.hanning(taps + 2)[1:-1]
        self._kernel = (kernel / kernel.sum() / 32_768).astype(np.float32)
        self.span = (self._size - 1) * self._factor + taps
        self._window = np.hanning(self._size + 1)[:-1].astype(np.float32)
        frequencies = np.fft.rfftfreq(self._size, 1 / low)
        edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1)
        inside = (frequencies[:, None] >= edges[:-1]) & (frequencies[:, None] < edges[1:])
        scale = 4 / np.sum(self._window**2) / self._size
        # Twice, for the real and the imaginary part of each frequency.
        self._weights = np.repeat(inside * scale, 2, axis=0).astype(np.float32)

    def levels(self, samples: NDArray[np.int16], frames: int, hop: float) -> bytes:
        """The levels of so many frames, `hop` samples apart; the first is of the first `span` samples."""
        low = samples.astype(np.float32)
        count = (len(low) - len(self._kernel)) // self._factor + 1
        step = low.strides[0]
        low = _strided(low, (count, len(self._kernel)), (step * self._factor, step)) @ self._kernel
        if (each := hop / self._factor).is_integer():
            cut = _strided(low, (frames, self._size), (step * int(each), step))
        else:
            starts = np.minimum(np.rint(np.arange(frames) * each).astype(int), count - self._size)
            cut = low[starts[:, None] + np.arange(self._size)]
        parts = np.fft.rfft(cut * self._window, axis=1).view(np.float32)
        power = (parts * parts) @ self._weights
        levels = np.log10(power + np.float32(1e-12)) * np.float32(10 * STEPS) - np.float32(SILENCE * STEPS)
        # 0.5 is added because what follows rounds down.
        return bytes(np.minimum(np.maximum(levels + np.float32(0.5), 0), 255).astype(np.uint8).tobytes())


def _strided(
    line: NDArray[np.float32], shape: tuple[int, int], strides: tuple[int, int]
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Rows of a line that overlap; numpy's own `as_strided` takes five times as long to make it."""
    return np.ndarray(shape, np.float32, line, 0, strides)


@functools.cache
def filters(rate: int) -> FilterBank:
    """The filters for a rate, made once; there are few rates."""
    return FilterBank(rate)


def envelope(samples: bytes, rate: int) -> bytes:
    """The envelope of a whole sound: a frame for each 10 ms that began and is more than half there."""
    maker = EnvelopeMaker(rate)
    return maker.push(samples) + maker.finish()
