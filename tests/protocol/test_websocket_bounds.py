"""What the frame reader holds and how long it works: no more than by the bytes it was given, however they are cut."""

import sys
import tracemalloc
from collections.abc import Callable

import pytest

from protocol.websocket import FrameReader, Received
from tests.adapters.wire.wirefaults import BINARY, CONT, PING, TEXT, frame
from tests.lag import MOST_GROWTH, growth

MOST = 1_000_000


def read_all(data: bytes, *, size: int = 65_536, limit: int = 128) -> list[Received]:
    """Read all of it, in reads of `size` bytes and `limit` frames at a time."""
    reader, received = FrameReader(MOST), list[Received]()
    for at in range(0, len(data), size):
        received += reader.receive(data[at : at + size], limit)
        while reader.has_more:
            received += reader.receive(limit=limit)
    return received


def in_fragments(opcode: int, piece: bytes, count: int) -> bytes:
    """A message in so many fragments."""
    return frame(opcode, fin=False) + frame(CONT, piece, fin=False) * count + frame(CONT)


SHAPES: dict[str, tuple[Callable[[int], object], int]] = {
    "frames of a byte": (lambda count: read_all(frame(BINARY, b"a") * count, size=sys.maxsize), 5_000),
    "frames of a byte, one at a time": (lambda count: read_all(frame(TEXT, b"a") * count, limit=1), 5_000),
    "pings": (lambda count: read_all(frame(PING) * count, size=sys.maxsize), 2_000),
    "fragments of a byte": (lambda count: read_all(in_fragments(TEXT, b"a", count), size=sys.maxsize), 2_000),
    "empty fragments": (lambda count: read_all(in_fragments(BINARY, b"", count), size=sys.maxsize), 2_000),
    "text byte by byte": (lambda count: read_all(frame(TEXT, b"a" * count), size=1), 3_000),
    "binary byte by byte": (lambda count: read_all(frame(BINARY, b"a" * count), size=1), 3_000),
    "pings byte by byte": (lambda count: read_all(frame(PING, bytes(125)) * count, size=1), 40),
    "a head that is cut": (lambda count: read_all(frame(BINARY, bytes(3_200)) * count, size=3_207), 500),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_bytes_and_no_faster(shape: str) -> None:
    work, size = SHAPES[shape]
    assert growth(work, size) <= MOST_GROWTH


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize(("piece", "count"), [(b"", 20_000), (b"a", 20_000), (b"ab", 10_000)])
def test_an_unfinished_message_takes_the_memory_of_its_bytes(opcode: int, piece: bytes, count: int) -> None:
    reader = FrameReader(MOST)
    reader.receive(frame(opcode, fin=False))
    few = frame(CONT, piece, fin=False) * 100
    tracemalloc.start()
    for _ in range(count // 100):
        assert reader.receive(few) == []
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2 * len(piece) * count + 5_000
    whole = piece * count
    assert reader.receive(frame(CONT)) == [whole if opcode == BINARY else whole.decode()]


def test_what_is_announced_takes_no_memory_before_it_comes() -> None:
    reader = FrameReader(100_000_000)
    begun = frame(BINARY, bytes(70_000)).replace((70_000).to_bytes(8), (99_000_000).to_bytes(8), 1)
    tracemalloc.start()
    reader.receive(begun)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 150_000


def test_a_call_returns_no_more_than_it_was_asked_for() -> None:
    reader, data, calls = FrameReader(MOST), frame(PING) * 10_922, 0
    while data or reader.has_more:
        assert len(reader.receive(data)) <= 128
        data, calls = b"", calls + 1
    assert calls == 86


def test_a_reader_that_waits_takes_little_and_keeps_no_read() -> None:
    data = frame(TEXT, b"a") + frame(BINARY, bytes(200))
    before = sys.getrefcount(data)
    tracemalloc.start()
    readers = [FrameReader(MOST) for _ in range(1_000)]
    for reader in readers:
        reader.receive(data)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / len(readers) < 250
    assert sys.getrefcount(data) == before
