"""Sound without a head is known by its frames, and raw samples of every kind have none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.frames import Framing, framing

MP3 = b"\xff\xfb\x90\x64"
AAC = b"\xff\xf1\x50\x80\x0f\x1f\xfc"
AC3 = b"\x0b\x77\x00\x00\x14\x40\x00"
EAC3 = b"\x0b\x77\x00\xff\x34\x80\x00"
LAYER_2 = b"\xff\xfd\x84\x04"
LAYER_1 = b"\xff\xff\x84\x04"
STREAMS = {
    "mp3": [(MP3, 417), (b"\xff\xfb\x92\x00", 418), (MP3, 417)],
    "mp3 of a varying bit rate": [(MP3, 417), (b"\xff\xfb\x50\x64", 208), (b"\xff\xfb\xe0\x64", 1_044)],
    "mp3 of MPEG-2": [(b"\xff\xf3\x84\xc4", 192)] * 3,
    "layer II": [(LAYER_2, 384)] * 3,
    "layer I": [(LAYER_1, 256)] * 3,
    "aac": [(AAC, 120)] * 3,
    "ac3": [(AC3, 768)] * 3,
    "e-ac3": [(EAC3, 512)] * 3,
    "a transport stream": [(b"G@\x11\x10\0\x42\xf0", 188), (b"G@\0\x10\0\0\xb0", 188), (b"GA\0\x30\7\x50\0", 188)],
}
KINDS = {"aac": "aac", "ac3": "other", "e-ac3": "other", "a transport stream": "other"}


def stream(name: str, count: int = 3) -> bytes:
    payload = np.random.default_rng(3).integers(0, 250, 2_000, np.uint8).tobytes()
    return b"".join(header + payload[len(header) : size] for header, size in STREAMS[name][:count])


@pytest.mark.parametrize("name", STREAMS)
def test_three_frames_in_a_row_are_a_stream(name: str) -> None:
    data = stream(name)
    expected = Framing(KINDS.get(name, "mp3"))
    assert framing(data, is_whole=False) == framing(data + b"more", is_whole=True) == expected
    last = len(data) - STREAMS[name][-1][1]
    assert framing(data[: last + 7], is_whole=False) == expected


@pytest.mark.parametrize("name", STREAMS)
def test_of_fewer_it_is_told_how_much_it_takes_to_know(name: str) -> None:
    data, first = stream(name), STREAMS[name][0][1]
    assert framing(data[:20], is_whole=False) == Framing("", first + 7)
    assert framing(data[: first + 7], is_whole=False) == Framing("", first + STREAMS[name][1][1] + 7)
    assert framing(data[:20], is_whole=True) == Framing()
    assert framing(stream(name, 2), is_whole=True) == Framing(KINDS.get(name, "mp3"))
    assert framing(stream(name, 2)[:-1], is_whole=True) == framing(stream(name, 1), is_whole=True) == Framing()


def test_frames_of_different_kinds_or_in_other_places_are_none() -> None:
    gap, payload = stream("mp3"), bytes(range(1, 230)) * 4
    for data in (
        MP3 + payload[:413] + b"\xff\xf3\x94\x64" + payload,
        MP3 + payload[:413] + b"\xff\xfb\x94\x64" + payload,
        gap[:417] + b"\0" + gap[417:],
        gap[:835] + b"\0" + gap[835:],
        b"\0" + gap,
    ):
        assert framing(data, is_whole=False) == framing(data, is_whole=True) == Framing()


@given(st.binary(max_size=8), st.integers(0, 3))
def test_no_more_is_asked_for_than_three_frames_can_have(data: bytes, sign: int) -> None:
    head = (b"", b"\xff\xf1", b"\xff\xfb", b"\x0b\x77")[sign] + data
    known = framing(head, is_whole=False)
    assert known.format == ""
    assert known.need == 0 or len(head) < known.need < 8_200
    assert framing(head, is_whole=True) == Framing()


# ---- raw samples


def test_no_sample_that_stays_the_same_is_a_frame() -> None:
    for value in range(0x10000):
        data = value.to_bytes(2, "little") * 5_000
        assert framing(data, is_whole=False) == framing(data, is_whole=True) == Framing()


@pytest.mark.parametrize("first", [0xFBFF, 0xFAFF, 0xF3FF, 0xF2FF, 0xFDFF, 0xFFFF, 0xF1FF, 0xF9FF, 0x770B])
def test_a_wave_that_repeats_itself_is_none(first: int) -> None:
    rng = np.random.default_rng(first)
    for period in range(1, 65):
        for _ in range(10):
            wave = rng.integers(0, 0x10000, period, np.uint16)
            wave[0] = first
            data = np.tile(wave, 30_000 // period).astype("<u2").tobytes()
            if framing(data[:7], is_whole=False).need != 2 * period + 7:  # as long as a frame: three equal frames
                assert not framing(data, is_whole=False).format


@pytest.mark.parametrize("level", [0.5, 2.0, 20.0, 500.0, 5_000.0, 60_000.0])
def test_noise_of_any_level_is_none_wherever_it_begins(level: float) -> None:
    noise = np.random.default_rng(int(level)).normal(0, level, 80_000).clip(-32_768, 32_767).astype("<i2").tobytes()
    places = [at for at in range(len(noise) - 20_000) if noise[at] in (0xFF, 0x0B)]
    assert places or level < 1
    assert not any(framing(noise[at : at + 20_000], is_whole=False).format for at in places[:20_000])


@pytest.mark.parametrize("level", [3, 300, 1_100, 3_300, 30_000])
def test_tones_are_none_at_any_phase(level: int) -> None:
    for hertz in (50, 83.333333, 100, 125, 250, 440, 1_000, 4_000, 7_999):
        times = np.arange(40_000) / 16_000
        data = (np.sin(2 * np.pi * hertz * times) * level).astype("<i2").tobytes()
        for at in range(0, 640, 2):
            assert not framing(data[at : at + 20_000], is_whole=False).format
