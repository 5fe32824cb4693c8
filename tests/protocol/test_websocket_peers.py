"""The frame reader beside wsproto on the same bytes in the same reads, and the frames that are written, read by it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from protocol.engineio import Frame
from protocol.websocket import (
    NO_CODE,
    CloseFrame,
    PingFrame,
    PongFrame,
    Received,
    encode_close,
    encode_message,
    encode_ping,
    encode_pong,
)
from tests.adapters.wire.wirefaults import BINARY, CLOSE, CONT, FAULTS, FIN, MOST, PING, PONG, TEXT, closing, frame
from tests.protocol.websocketcases import fragments, played

Outcome = tuple[list[Received], int | None]
"""What was received, and the code of the fault that followed."""

CONTROL = (PingFrame, PongFrame, CloseFrame)
TAIL = bytes(2 * MOST)
"""What follows a stream that was damaged: no frame, so that a reader that waits for more comes to its verdict."""


def theirs(reads: Sequence[bytes], *, is_client: bool = False) -> Outcome:
    """What wsproto makes of it; it has no bound, so the sizes are added up here."""
    protocol, received = FrameProtocol(is_client, []), list[Received]()
    parts, size = list[Frame](), 0
    try:
        for data in reads:
            protocol.receive_bytes(data)
            for came in protocol.received_frames():
                payload = came.payload
                match came.opcode:
                    case Opcode.CLOSE:
                        assert isinstance(payload, tuple)
                        received.append(CloseFrame(int(payload[0]), payload[1]))
                        return received, None
                    case Opcode.PING | Opcode.PONG:
                        assert isinstance(payload, bytes)
                        received.append((PingFrame if came.opcode is Opcode.PING else PongFrame)(payload))
                    case _:
                        assert isinstance(payload, str | bytes)
                        parts.append(payload)
                        size += len(payload.encode() if isinstance(payload, str) else payload)
                        if size > MOST and not is_client:
                            return received, 1009
                        if came.message_finished:
                            received.append(joined(parts))
                            parts, size = [], 0
    except ParseFailed as failed:
        return received, int(failed.code)
    return received, None


def joined(parts: Sequence[Frame]) -> Frame:
    """The parts of a message as one."""
    if isinstance(parts[0], str):
        return "".join(part for part in parts if isinstance(part, str))
    return b"".join(part for part in parts if isinstance(part, bytes))


# ---- streams

SIZES = st.sampled_from((0, 1, 2, 5, 60, 124, 125, 126, 127, 128, 400, 3_200, MOST - 1, MOST))
LETTERS = st.text(st.sampled_from("aé€🎤\ufeff\r\n\0"), max_size=70)
SHORT = st.binary(max_size=125)
BYTES = st.builds(lambda size, unit: (unit * size)[:size], SIZES, st.binary(min_size=1, max_size=5))


@st.composite
def in_fragments(draw: st.DrawFn) -> bytes:
    """A message in fragments, with control frames between them."""
    opcode, payload = draw(st.tuples(st.just(TEXT), LETTERS.map(str.encode)) | st.tuples(st.just(BINARY), BYTES))
    cuts = sorted(draw(st.lists(st.integers(0, len(payload)), max_size=4)))
    pieces = [payload[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    between = draw(st.sampled_from((b"", frame(PING, b"between"), frame(PONG) + frame(PING, bytes(125)))))
    return fragments(opcode, *pieces, between=between)


WHOLE = (
    LETTERS.map(lambda text: frame(TEXT, text.encode()))
    | BYTES.map(lambda data: frame(BINARY, data))
    | SHORT.map(lambda data: frame(PING, data))
    | SHORT.map(lambda data: frame(PONG, data))
)
GOODBYES = st.builds(closing, st.sampled_from((1000, 1001, 1011, 3000, 4999)), st.sampled_from((b"", "né".encode())))
UNTOLD = {"a bad byte before the frame is whole", "a length of 63 bits", "announced above the bound"}
"""Faults that wsproto, which has no bound, does not tell before the rest of the frame has come."""
FAULTY = st.sampled_from([data for name, (data, _) in FAULTS.items() if name not in UNTOLD])
UNFINISHED = st.sampled_from((frame(TEXT, b"4", fin=False), frame(BINARY, b"4", fin=False)))
ENDS = GOODBYES | FAULTY | st.tuples(UNFINISHED, GOODBYES).map(b"".join) | st.just(b"")
STREAMS = st.builds(
    lambda frames, end, after: b"".join((*frames, end, after)),
    st.lists(WHOLE | in_fragments(), max_size=6),
    ENDS,
    WHOLE | st.just(b""),
)


def reads_of(stream: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The stream in reads of these sizes, over and over."""
    reads, at = list[bytes](), 0
    while at < len(stream):
        size = sizes[len(reads) % len(sizes)]
        reads.append(stream[at : at + size])
        at += size
    return reads


READS = st.lists(st.sampled_from((1, 2, 3, 7, 50, 1_000, 100_000)), min_size=1, max_size=5)
LIMITS = st.sampled_from((1, 2, 128))


@given(STREAMS, READS, LIMITS)
def test_streams_are_read_as_by_wsproto(stream: bytes, sizes: list[int], limit: int) -> None:
    reads = reads_of(stream, sizes)
    assert played(reads, MOST, limit) == theirs(reads)


@given(st.lists(WHOLE | in_fragments(), min_size=1, max_size=3), st.data(), READS, LIMITS)
def test_damaged_streams_are_read_as_by_wsproto(
    frames: list[bytes], data: st.DataObject, sizes: list[int], limit: int
) -> None:
    damaged = bytearray(b"".join(frames))
    for _ in range(data.draw(st.integers(1, 2))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    reads = reads_of(bytes(damaged) + TAIL, sizes)
    (received, code), (expected, their_code) = played(reads, MOST, limit), theirs(reads)
    if code in (1007, 1009):
        # Ours knows by the head that a message is too large, and by its second byte that there is a surrogate.
        assert their_code is not None
        assert received == expected[: len(received)]
        assert all(isinstance(one, CONTROL) for one in expected[len(received) :])
    else:
        assert (received, code) == (expected, their_code)


@given(st.binary(max_size=40), st.lists(st.sampled_from((FIN | TEXT, FIN | BINARY, CONT, FIN | CLOSE)), max_size=3))
def test_no_bytes_at_all_make_the_reader_fail_otherwise(noise: bytes, heads: list[int]) -> None:
    stream = b"".join(bytes((head, 0x80)) + bytes(4) for head in heads) + noise
    received, code = played([stream], MOST)
    assert played(reads_of(stream, [1]), MOST, 1) == (received, code)


# ---- what goes out


@given(LETTERS | BYTES | st.sampled_from((bytes(65_535), "a" * 65_536)))
def test_a_message_that_is_written_is_read_by_wsproto(message: Frame) -> None:
    assert theirs([encode_message(message)], is_client=True) == ([message], None)


@given(SHORT)
def test_pings_and_pongs_that_are_written_are_read_by_wsproto(payload: bytes) -> None:
    sent = encode_ping(payload) + encode_pong(payload)
    assert theirs([sent], is_client=True) == ([PingFrame(payload), PongFrame(payload)], None)


@given(st.sampled_from((NO_CODE, 1000, 1001, 1002, 1007, 1009, 1011, 3000, 4999)), st.text(max_size=150))
def test_close_frames_that_are_written_are_read_by_wsproto(code: int, reason: str) -> None:
    (received,), fault = theirs([encode_close(code, reason)], is_client=True)
    assert fault is None
    assert isinstance(received, CloseFrame)
    assert received.code == code
    assert reason.startswith(received.reason)
    assert code == NO_CODE or len(reason.encode()) > 119 or received.reason == reason
