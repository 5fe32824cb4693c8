"""Pauses: where sound may be cut without cutting a word."""

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
STEP = RATE // 50
"""Samples between two places that are looked at."""
SPAN = 5
"""Steps of a pause at least: 100 ms."""
QUIET = 0.15
"""The level of a pause at most, of the level of what is loud."""

Sound = NDArray[np.int16]


def levels(sound: Sound) -> NDArray[np.float32]:
    """The root mean square of each step, over SPAN steps that begin there; empty for less sound than that."""
    count = len(sound) // STEP
    if count < SPAN:
        return np.zeros(0, np.float32)
    powers = np.square(sound[: count * STEP].astype(np.float32)).reshape(count, STEP).mean(axis=1)
    return np.sqrt(np.convolve(powers, np.full(SPAN, 1 / SPAN, np.float32), "valid")).astype(np.float32)


def quietest(sound: Sound, first: int, last: int) -> int:
    """The sample between `first` and `last` around which it is quietest; `last` where there is too little sound."""
    found = levels(sound[first:last])
    return first + (int(found.argmin()) * STEP + SPAN * STEP // 2) if len(found) else last


def pause(sound: Sound, first: int, last: int) -> int:
    """The middle of the last pause between the samples `first` and `last`, 0 where there is none."""
    found = levels(sound)
    if not len(found):
        return 0
    bound = QUIET * float(np.quantile(found, 0.9))
    places = np.flatnonzero(found[first // STEP : max(last // STEP - SPAN, 0)] <= bound)
    return (first // STEP + int(places[-1])) * STEP + SPAN * STEP // 2 if len(places) else 0
