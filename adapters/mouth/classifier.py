"""The probability of each class of phonemes in each frame: a network of one hidden layer, over 150 ms around the frame.

Its weights, in phonemes.npz, are bytes with a factor for each column. What they were fitted to is in
docs/decisions/0016-alignment.md.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.mouth.soundfeatures import BANDS, FLOOR, Floats

OFFSETS = (-7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7)
"""The frames that are looked at, from the frame that is judged."""
AHEAD = OFFSETS[-1]
"""Frames after the one that is judged that have to be there."""
LEAST = -6.0
"""A class is never ruled out further than this by one frame: texts and sounds differ."""
WEIGHTS = Path(__file__).parent / "phonemes.npz"


@cache
def _weights() -> tuple[Floats, Floats, Floats, Floats]:
    """Both layers and their biases; what is common of a class is taken off the second bias, so the results compare."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        first, second = (file[f"{name}"].astype(np.float32) * file[f"{name}_factor"] for name in ("first", "second"))
        seen = np.zeros((2 * AHEAD + 1, BANDS, first.shape[1]), np.float32)  # all frames around, in one view
        seen[np.array(OFFSETS) + AHEAD] = first.reshape(len(OFFSETS), BANDS, -1)
        return seen.reshape(-1, first.shape[1]), file["first_bias"], second, file["second_bias"]


class PhonemeClassifier:
    """The classes of the frames of one sound, which still come."""

    def __init__(self) -> None:
        self._first, self._first_bias, self._second, self._second_bias = _weights()
        self._frames = np.full((AHEAD, BANDS), FLOOR, np.float32)

    def push(self, frames: Floats, *, last: bool = False) -> Floats:
        """The log likelihoods (n, classes), up to a number for each frame, of the frames that can be judged by now.

        `frames` (m, BANDS) as `SoundFeatures` gives them.
        """
        parts = [self._frames, frames]
        if last:
            parts.append(np.full((AHEAD, BANDS), FLOOR, np.float32))
        known = np.concatenate(parts)
        count = max(0, len(known) - 2 * AHEAD)
        self._frames = known[count:]
        if not count:
            return np.zeros((0, self._second.shape[1]), np.float32)
        return self._judge(known, count)

    def look(self) -> Floats:
        """The same of the frames that cannot be judged yet, as if each went on like the last one."""
        rest = len(self._frames) - AHEAD
        if rest <= 0:
            return np.zeros((0, self._second.shape[1]), np.float32)
        return self._judge(np.concatenate([self._frames, np.repeat(self._frames[-1:], AHEAD, axis=0)]), rest)

    def _judge(self, known: Floats, count: int) -> Floats:
        seen = np.array(np.ndarray((count, len(self._first)), np.float32, known, strides=(4 * BANDS, 4)))
        hidden = np.maximum(seen @ self._first + self._first_bias, 0)
        found: NDArray[np.float32] = hidden @ self._second + self._second_bias
        found -= found.max(axis=1, keepdims=True)
        return np.maximum(found, np.float32(LEAST))
