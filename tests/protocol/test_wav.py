"""The headers of WAV files, written and read wherever they are cut."""

import itertools
import struct
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from protocol.wav import WavReader, WavShape, wav_file, wav_header

PLACES = st.lists(st.integers(1, 6_000), max_size=30)
SAMPLES = bytes(range(240)) * 20


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """`data` in pieces that end at the places."""
    ends = sorted({0, len(data), *(place for place in places if place < len(data))})
    return [data[start:end] for start, end in itertools.pairwise(ends)]


@given(places=PLACES, before=st.integers(0, 3), size=st.sampled_from([0, 0xFFFF_FFFF, 4_800, 100_000]))
def test_the_samples_of_a_wav_are_found_wherever_it_is_cut(places: list[int], before: int, size: int) -> None:
    other = b"LIST" + struct.pack("<I", 5) + b"INFO1\0"
    shape = wav_header(24_000)[12:36]
    data = b"RIFF\0\0\0\0WAVE" + other * before + shape + other + b"data" + struct.pack("<I", size) + SAMPLES
    if size == 4_800:
        data += other
    reader = WavReader()
    assert b"".join(map(reader.take, cut(data, places))) == SAMPLES
    assert reader.shape == WavShape(1, 1, 24_000, 16)
    assert reader.shape.is_plain


@given(data=st.binary(max_size=500), places=PLACES)
def test_no_header_is_too_hostile(data: bytes, places: list[int]) -> None:
    reader = WavReader()
    data = b"RIFF\0\0\0\0WAVE" + data
    assert len(b"".join(map(reader.take, cut(data, places)))) <= len(data)


def test_the_wav_header_is_one_that_others_read() -> None:
    header = wav_file(b"\1\2" * 3, 16_000)
    assert len(header) == 44 + 6
    assert int.from_bytes(header[4:8], "little") == 36 + 6
    assert int.from_bytes(header[40:44], "little") == 6
