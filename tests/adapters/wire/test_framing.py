"""Frames of WebSocket clients as messages, cut in every way, and what is wrong about others."""

import tracemalloc

import pytest

from adapters.wire import framing
from adapters.wire.framing import NO_CODE, PARTIAL, Came, ClosingFrame, MessageReader, Ping
from adapters.wire.websocket import close_code
from protocol.errors import RemoteProtocolError
from tests.adapters.wire.wirefaults import BINARY, CONT, FAULTS, MOST, PING, PONG, TEXT, closing, frame

GOOD = frame(TEXT, b"40")


def taken(data: bytes, step: int, most: int = MOST) -> list[Came]:
    """What `data` means, fed in pieces of `step` bytes; parts of messages are left out."""
    incoming = MessageReader(most)
    came: list[Came] = []
    for start in range(0, len(data), step):
        incoming.feed(data[start : start + step])
        while (item := incoming.take()) is not None:
            if item is not PARTIAL:
                came.append(item)
    assert incoming.is_empty
    return came


MESSAGES: dict[str, tuple[bytes, list[Came]]] = {
    "text": (frame(TEXT, b"4hello"), ["4hello"]),
    "no text": (frame(TEXT), [""]),
    "no bytes": (frame(BINARY), [b""]),
    "as long as may be": (frame(BINARY, bytes(MOST)), [bytes(MOST)]),
    "text in fragments": (frame(TEXT, b"4he", fin=False) + frame(CONT, b"llo"), ["4hello"]),
    "bytes in fragments": (frame(BINARY, b"he", fin=False) + frame(CONT, b"l", fin=False) + frame(CONT), [b"hel"]),
    "a letter across fragments": (
        frame(TEXT, b"4\xe2", fin=False) + frame(CONT, b"\x82", fin=False) + frame(CONT, b"\xac"),
        ["4\u20ac"],
    ),
    "a line end stays as it is": (frame(TEXT, b"4\r\n", fin=False) + frame(CONT, b"\r\n"), ["4\r\n\r\n"]),
    "a ping within a message": (
        frame(TEXT, b"4", fin=False) + frame(PING, b"now") + frame(PONG, b"?") + frame(CONT, b"2"),
        [Ping(b"now"), "42"],
    ),
    "two messages": (frame(TEXT, b"4") + frame(BINARY, b"a"), ["4", b"a"]),
    "a ping of 125 bytes": (frame(PING, b"p" * 125), [Ping(b"p" * 125)]),
    "a long length": (frame(TEXT, b"4" * 300), ["4" * 300]),
    "a close": (closing(1000, b"bye"), [ClosingFrame(1000)]),
    "a close without a code": (frame(8), [ClosingFrame(NO_CODE)]),
    **{
        f"a close with {code}": (closing(code), [ClosingFrame(code)])
        for code in (1001, 1002, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 4999)
    },
}


@pytest.mark.parametrize("case", MESSAGES)
@pytest.mark.parametrize("step", [1, 2, 3, 7, 100_000])
def test_messages_are_whole_however_they_are_cut(case: str, step: int) -> None:
    data, expected = MESSAGES[case]
    assert taken(GOOD + data, step) == ["40", *expected]


@pytest.mark.parametrize("case", FAULTS)
@pytest.mark.parametrize("step", [1, 3, 100_000])
def test_a_fault_has_its_code_however_it_is_cut(case: str, step: int) -> None:
    data, code = FAULTS[case]
    with pytest.raises(RemoteProtocolError) as raised:
        taken(GOOD + data, step)
    assert close_code(raised.value.reason, going_down=False) == code
    assert len(str(raised.value)) > 10


@pytest.mark.parametrize(
    "bad", [b"\xff", b"\xc0", b"\xc1", b"\xe2\x28", b"\xed\xa0", b"\xed\xbf", b"\xf4\x90", b"\xf5", b"\xe2\x82\x28"]
)
def test_a_bad_letter_is_found_with_its_first_bad_byte(bad: bytes) -> None:
    incoming = MessageReader(MOST)
    before = len(frame(TEXT, b"4\xe2\x82\xac")) + len(bad) - 1
    data = frame(TEXT, b"4\xe2\x82\xac" + bad + bytes(50))
    incoming.feed(data[:before])
    assert incoming.take() is PARTIAL
    incoming.feed(data[before : before + 1])
    with pytest.raises(RemoteProtocolError, match="WebSocket: "):
        incoming.take()


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize(("piece", "count"), [(b"", 6_000), (b"a", 6_000), (b"ab", 3_000)])
def test_a_message_in_very_many_frames_costs_no_more_than_its_bytes(opcode: int, piece: bytes, count: int) -> None:
    incoming = MessageReader(1_000_000)
    incoming.feed(frame(opcode, b"", fin=False))
    incoming.take()
    few = frame(CONT, piece, fin=False) * 100
    tracemalloc.start()
    for _ in range(count // 100):
        incoming.feed(few)
        while incoming.take() is not None:
            pass
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 5 * len(piece) * count + 20_000
    incoming.feed(frame(CONT))
    whole = incoming.take()
    assert whole == (piece * count if opcode == BINARY else (piece * count).decode())


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_what_is_sent_is_one_frame_with_the_shortest_length(size: int) -> None:
    for sent in ("a" * size, b"a" * size):
        data = framing.message(sent)
        assert len(data) == size + (2 if size < 126 else 4 if size < 65_536 else 10)
        assert data.endswith(b"a" * size)
        assert data[0] == (0x81 if isinstance(sent, str) else 0x82)


def test_the_words_of_a_close_frame_are_cut_at_a_letter() -> None:
    data = framing.close(1002, "x" + "\u20ac" * 60)
    assert data[1] == len(data) - 2 <= 125
    assert data[4:].decode() == "x" + "\u20ac" * 40
    assert framing.close(NO_CODE) == b"\x88\x00"
