"""Where a voiceless stop of espeak-ng's begins: with the silence before its burst."""

import numpy as np

from adapters.voices.espeakmarks import LONGEST_CLOSURE, QUIET, closes_after, silent_from


def test_after_a_phoneme_a_stop_may_be_closed_for_long_and_after_a_pause_for_half_of_that() -> None:
    assert closes_after(9_000, 0, "a") == 9_000 - LONGEST_CLOSURE
    assert closes_after(9_000, 0, "") == 9_000 - LONGEST_CLOSURE // 2


def test_a_stop_does_not_begin_before_what_was_told_already() -> None:
    assert closes_after(9_000, 8_900, "a") == 8_900


def test_it_is_closed_behind_the_last_sample_that_sounds() -> None:
    for loud in (QUIET, -QUIET, 32_767, -32_768):
        assert silent_from(500, np.array([loud, 0, loud, QUIET - 1, 0, 0], "<i2").tobytes()) == 503


def test_silence_alone_is_closed_from_its_start() -> None:
    assert silent_from(500, bytes(200)) == 500
    assert silent_from(500, b"") == 500
