"""Where sound is cut: at pauses, and where it is quietest."""

import numpy as np

from adapters.vendors.embedded.recognition.pauses import RATE, pause, quietest

LOUD = np.random.default_rng(1).normal(0, 3_000, RATE * 4).astype("<i2")


def with_gap(start: float, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    sound = LOUD.copy()
    sound[int(start * RATE) : int((start + seconds) * RATE)] //= 50
    return sound


def test_the_quietest_place_is_found_within_bounds() -> None:
    assert abs(quietest(with_gap(2.0, 0.2), RATE, 3 * RATE) - int(2.1 * RATE)) < RATE // 20
    assert RATE <= quietest(with_gap(0.2, 0.2), RATE, 2 * RATE) <= 2 * RATE
    assert quietest(LOUD[:10], 0, 10) == 10


def test_the_last_pause_is_found_and_speech_without_one_has_none() -> None:
    twice = with_gap(1.0, 0.3)
    twice[int(2.5 * RATE) : int(2.7 * RATE)] //= 50
    assert abs(pause(twice, RATE // 2, len(twice) - RATE // 2) - int(2.65 * RATE)) < RATE // 10
    assert pause(LOUD, RATE // 2, len(LOUD) - RATE // 2) == 0
    assert pause(with_gap(3.8, 0.2), RATE // 2, len(LOUD) - RATE // 2) == 0
    assert pause(LOUD[:100], 0, 100) == 0
