"""The kept head of a live stream: what comes after it can be decoded, whatever the stream was cut at."""

import io

import av
import numpy
import pytest

from protocol.containers import stream_header, with_header

RATE = 48_000
SECONDS = 6


def record(container: str) -> bytes:
    """Six seconds of a tone as a recorder that is left running writes them."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options={"live": "1"} if container == "webm" else {}) as output:
        stream = output.add_stream("libopus", rate=RATE)
        tone = (numpy.sin(2 * numpy.pi * 440 * numpy.arange(RATE * SECONDS) / RATE) * 8000).astype(numpy.int16)
        for start in range(0, len(tone), 960):
            frame = av.AudioFrame.from_ndarray(tone[None, start : start + 960], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def seconds(data: bytes, container: str) -> float:
    """How much sound can be decoded from `data`."""
    with av.open(io.BytesIO(data), "r", format=container) as source:
        return sum(frame.samples for frame in source.decode(source.streams.audio[0])) / RATE


def positions(data: bytes, mark: bytes) -> list[int]:
    """Where `mark` stands in `data`."""
    return [at for at in range(len(data)) if data.startswith(mark, at)]


def first_block_after(data: bytes, cluster: int, blocks: int) -> int:
    """The position of a later block of the cluster that begins at `cluster`."""
    at = cluster + 4
    _, length = read_size(data, at)
    at += length
    for _ in range(blocks):
        size, length = read_size(data, at + 1)
        at += 1 + length + size
    return at


def read_size(data: bytes, at: int) -> tuple[int, int]:
    """An EBML size and how many bytes it takes."""
    length = next(n for n in range(1, 9) if data[at] & (0x80 >> (n - 1)))
    raw = bytes([data[at] & (0xFF >> length)]) + data[at + 1 : at + length]
    return int.from_bytes(raw, "big"), length


def test_a_webm_stream_goes_on_at_a_cluster() -> None:
    data = record("webm")
    third = positions(data, b"\x1f\x43\xb6\x75")[2]
    whole = seconds(data, "webm")
    rest = seconds(with_header(stream_header(data), data[third:]), "webm")
    assert rest == pytest.approx(whole * (len(data) - third) / len(data), abs=0.3)


def test_a_webm_stream_goes_on_in_the_middle_of_a_cluster_without_losing_its_blocks() -> None:
    data = record("webm")
    cluster = positions(data, b"\x1f\x43\xb6\x75")[2]
    early, late = (first_block_after(data, cluster, blocks) for blocks in (5, 30))
    header = stream_header(data)
    difference = seconds(with_header(header, data[early:]), "webm") - seconds(with_header(header, data[late:]), "webm")
    assert difference == pytest.approx(25 * 0.02, abs=0.03)


def test_an_ogg_stream_goes_on_at_a_page() -> None:
    data = record("ogg")
    pages = positions(data, b"OggS")
    header = stream_header(data)
    assert header == data[: pages[2]]
    assert seconds(with_header(header, data[pages[4] :]), "ogg") == pytest.approx(SECONDS - 2, abs=0.3)


@pytest.mark.parametrize("data", [b"", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"ID3\x04", b"\x00\x01" * 50])
def test_other_formats_have_no_head_to_keep(data: bytes) -> None:
    assert stream_header(data) == b""


def test_a_webm_head_without_sound_yet_is_not_kept() -> None:
    data = record("webm")
    assert stream_header(data[:300]) == b""


def test_a_truncated_ogg_head_never_points_past_the_data() -> None:
    data = record("ogg")
    assert all(data.startswith(stream_header(data[:cut])) for cut in range(200))
