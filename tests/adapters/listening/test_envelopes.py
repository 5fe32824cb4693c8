"""Envelopes: bands, levels, the same from any rate, and the same wherever the samples are cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from actors.ports.sound import BANDS
from adapters.listening.envelopes import EnvelopeMaker, envelope


def tone(hertz: float, rate: int, seconds: float = 0.5, level: float = 1.0) -> bytes:
    at = np.arange(round(rate * seconds)) / rate
    return (np.sin(2 * np.pi * hertz * at) * 32_767 * level).astype("<i2").tobytes()


def frames(made: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(made, np.uint8).reshape(-1, BANDS)


@pytest.mark.parametrize(
    ("hertz", "band"), [(130, 0), (205, 1), (320, 2), (510, 3), (810, 4), (1_280, 5), (2_000, 6), (3_000, 7)]
)
def test_a_tone_is_loud_in_its_band_alone(hertz: float, band: int) -> None:
    frame = frames(envelope(tone(hertz, 16_000), 16_000))[25]
    assert frame.argmax() == band
    assert frame[band] >= 180  # 6 dB below full scale at most: the filter before the lower rate falls from 3 kHz on
    assert np.delete(frame, band).max() < frame[band] - 35


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_frame_is_10_ms_and_a_level_half_a_decibel_at_any_rate(rate: int) -> None:
    loud, quiet = (frames(envelope(tone(810, rate, level=level), rate)) for level in (1.0, 0.1))
    assert len(loud) == 50
    assert abs(int(loud[25, 4]) - 192) <= 2
    assert abs(int(loud[25, 4]) - int(quiet[25, 4]) - 40) <= 1


def test_silence_has_the_level_0() -> None:
    assert envelope(bytes(3_200), 16_000) == bytes(10 * BANDS)
    assert envelope(b"", 16_000) == b""


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=30), st.sampled_from([16_000, 24_000]))
def test_the_samples_may_be_cut_anywhere(cuts: list[int], rate: int) -> None:
    data = np.random.default_rng(len(cuts)).integers(-9_000, 9_000, 4_321).astype("<i2").tobytes()
    maker, at, made = EnvelopeMaker(rate), 0, b""
    for cut in cuts:
        made += maker.push(data[at : at + cut])
        at += cut
    made += maker.push(data[at:]) + maker.finish()
    assert made == envelope(data, rate)
