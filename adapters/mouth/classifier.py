"""The probability of each class of phonemes in each frame: a network of one hidden layer, over 150 ms around the frame.

Its weights, in phonemes.npz, are bytes with a factor for each column. What they were fitted to is in
docs/decisions/0016-alignment.md.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.mouth.soundfeatures import BANDS, FLOOR, Floats

AHEAD = 7
"""Frames after the one that is judged that have to be there, and as many before."""
SEEN = 2 * AHEAD + 1
"""Frames that are looked at."""
LEAST = -6.0
"""A class is never ruled out further than this by one frame: texts and sounds differ."""
WEIGHTS = Path(__file__).parent / "phonemes.npz"


@cache
def _weights() -> tuple[Floats, Floats, Floats, Floats]:
    """Both layers and their biases; what is common of a class is taken off the second bias, so the results compare."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        first, second = (file[f"{name}"].astype(np.float32) * file[f"{name}_factor"] for name in ("first", "second"))
        return first, file["first_bias"], second, file["second_bias"]


class PhonemeClassifier:
    """The classes of the frames of one sound, which still come."""

    def __init__(self) -> None:
        self._first, self._first_bias, self._second, self._second_bias = _weights()
        self._frames = np.full((AHEAD, BANDS), FLOOR, np.float32)
        """Those that are not judged for good, and AHEAD before them."""

    def push(self, frames: Floats, *, last: bool = False) -> tuple[Floats, int]:
        """How well the next frames fit each class, and how many of them are judged for good.

        `frames` (m, BANDS) as `SoundFeatures` gives them. The fits (n, classes) are log likelihoods, up to a number for
        each frame. The last AHEAD frames are judged as if each went on like the last of all, and again with the next.
        """
        after = np.full((AHEAD, BANDS), FLOOR, np.float32) if last else np.repeat(frames[-1:], AHEAD, axis=0)
        known = np.concatenate([self._frames, frames, after])
        count = len(known) - 2 * AHEAD
        sure = count if last else max(0, count - AHEAD)
        self._frames = known[sure : len(known) - len(after)]
        if count <= 0:
            return np.zeros((0, self._second.shape[1]), np.float32), 0
        seen = np.array(np.ndarray((count, len(self._first)), np.float32, known, strides=(4 * BANDS, 4)))
        hidden = np.maximum(seen @ self._first + self._first_bias, 0)
        found: NDArray[np.float32] = hidden @ self._second + self._second_bias
        found -= found.max(axis=1, keepdims=True)
        return np.maximum(found, np.float32(LEAST)), sure
