"""A chunk that is recognised is the chunk that reading it as JSON would give, and nothing else is recognised."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.chunks import ChunkReader, SoundChunk
from protocol.engineio import Frame
from protocol.errors import BadMessage, RemoteProtocolError
from protocol.incoming import read_event
from protocol.messages import BufferAppend, Names
from protocol.multiplex import Came, EventCame, EventLost, Multiplex
from protocol.timing import Waits
from protocol.websocket import PingFrame, Received

NAMES = Names()
CHUNKS = ChunkReader(NAMES)
APPEND = '"input.buffer.append"'
PLACEHOLDER = '{"_placeholder":true,"num":0}'
HEADER = f"51-[{APPEND},{PLACEHOLDER}]"
SOUND = base64.b64encode(b"a chunk of sound").decode()
MOST = 200
NOT_RECOGNISED = [
    "", "2", "2[]", f"2[{APPEND}]", f'2[{APPEND},""', f"2[{APPEND},{PLACEHOLDER}]", f'2[{APPEND}, "{SOUND}"]',
    f'2 [{APPEND},"{SOUND}"]', f'2[{APPEND},"{SOUND}"] ', f'2[{APPEND},"{SOUND}","more"]',
    f'2[{APPEND},"data:;base64,{SOUND}"]', f'2[{APPEND},"{SOUND}\n"]', f'2[{APPEND},"{SOUND[:-1]}"]',
    f'2[{APPEND},"a-_b"]', f'2[{APPEND},"a\\u002bbc"]', f'2[{APPEND},"\u00e9aaa"]', '2["input.text","aaaa"]',
    f'2/admin,[{APPEND},"{SOUND}"]', f'21234567890123456[{APPEND},"{SOUND}"]',
    f'2["input.buffer.appen\\u0064","{SOUND}"]', f"52-[{APPEND},{PLACEHOLDER}]", f"61-[{APPEND},{PLACEHOLDER}]",
    f'51-[{APPEND},{{"num":0,"_placeholder":true}}]', f'51-[{APPEND},{{"_placeholder":true,"num":1}}]',
    f"51-[{APPEND},{PLACEHOLDER},1]", f"51-/x,[{APPEND},{PLACEHOLDER}]", f"51-[{APPEND},{PLACEHOLDER}]\n",
]  # fmt: skip


@pytest.mark.parametrize("ack", [None, 0, 7, 123456789012345])
def test_a_chunk_is_recognised_with_its_ack(ack: int | None) -> None:
    digits = "" if ack is None else str(ack)
    assert CHUNKS.read_text(f'42{digits}[{APPEND},"{SOUND}"]') == SoundChunk(b"a chunk of sound", ack)
    header = CHUNKS.read_header(f"451-{digits}[{APPEND},{PLACEHOLDER}]")
    assert header is not None
    assert (header.packet.ack, header.packet.namespace, header.attachments) == (ack, "/", 1)


@pytest.mark.parametrize("text", NOT_RECOGNISED)
def test_what_is_written_in_another_way_is_not(text: str) -> None:
    assert CHUNKS.read_text(f"4{text}") is None
    assert CHUNKS.read_header(f"4{text}") is None


def test_a_chunk_is_recognised_by_the_name_that_its_event_has_here() -> None:
    chunks = ChunkReader(Names({"input.buffer.append": 'say "é".'}))
    assert chunks.read_text(f'42["say \\"é\\".","{SOUND}"]') == SoundChunk(b"a chunk of sound", None)
    assert chunks.read_text(f'42[{APPEND},"{SOUND}"]') is None


# ---- in a connection


def open_multiplex() -> Multiplex:
    """A machine whose client is in."""
    machine = Multiplex(Waits(), 0.0, MOST)
    machine.receive("0", 0.0)
    machine.accept("/", "sid")
    return machine


def heard(came: Came) -> Any:
    """What the session would be told."""
    if not isinstance(came, EventCame):
        return came
    try:
        return read_event(came.name, came.arguments, NAMES), came.ack
    except BadMessage as bad:
        return bad.error_id


def framed(message: Frame) -> Frame:
    """The message as the frame of a WebSocket."""
    return message if isinstance(message, bytes) else f"4{message}"


def play(messages: list[tuple[Frame, float]], takes: list[bool], *, is_short: bool) -> list[Any]:
    """What is heard of all, and what is left in the machine; where `is_short`, the frames of each read are offered."""
    machine, now = open_multiplex(), 0.0
    told: list[Any] = []
    offered = iter(takes)

    def take(audio: bytes, ack: int | None, at: float) -> bool:
        assert at == now
        if not next(offered, True):
            return False
        told.append((BufferAppend(audio), ack))
        return True

    reads: list[tuple[list[Frame], float]] = []
    for message, pause in messages:
        if pause or not reads:
            reads.append(([], pause))
        reads[-1][0].append(message)
    try:
        for read, pause in reads:
            now += pause
            told += [heard(came) for came in machine.tick(now)] if now >= machine.deadline else []
            taken = machine.take_chunks(list(map(framed, read)), now, CHUNKS, take) if is_short else 0
            for message in read[taken:]:
                told += map(heard, machine.receive(message, now))
    except RemoteProtocolError as error:
        told.append(str(error))
        return told
    told.append(
        (machine.deadline, machine._owed, machine._frames, machine._ahead, machine._held * bool(machine._header))
    )
    return told


SHAPES = st.one_of(
    st.sampled_from([HEADER, HEADER, HEADER.replace("-", "-12"), f"52-[{APPEND},{PLACEHOLDER},1]"]),
    st.sampled_from([f'2[{APPEND},"{SOUND}"]', f'27[{APPEND},"{SOUND}"]', f'2[{APPEND},""]', *NOT_RECOGNISED]),
    st.sampled_from(['2["input.text","Hello"]', '51-["input.text",{"_placeholder":true,"num":0}]', "1"]),
    st.sampled_from([b"", b"sound", b"sound", bytes(MOST - len(HEADER)), bytes(MOST - len(HEADER) + 1)]),
    st.binary(max_size=40).map(lambda data: f"2[{APPEND},{json.dumps(base64.b64encode(data).decode())}]"),
    st.text(max_size=8).map(lambda text: f"2[{APPEND},{json.dumps(text)}]"),
)


@given(
    st.lists(st.tuples(SHAPES, st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.1, 11.0])), max_size=10),
    st.lists(st.booleans(), max_size=6),
)
def test_whatever_comes_the_short_way_tells_the_session_what_the_long_way_does(
    messages: list[tuple[Frame, float]], takes: list[bool]
) -> None:
    assert play(messages, takes, is_short=True) == play(messages, takes, is_short=False)


def test_the_short_way_is_gone_where_it_can_be() -> None:
    machine = open_multiplex()
    taken: list[tuple[bytes, int | None]] = []

    def take(audio: bytes, ack: int | None, at: float) -> bool:
        taken.append((audio, ack))
        return True

    text = f'42[{APPEND},"{SOUND}"]'
    read: list[Received] = [f"4{HEADER}", b"one", f"4{HEADER.replace('-', '-3')}", b"two", text, f"4{HEADER}"]
    assert machine.take_chunks(read, 1.0, CHUNKS, take) == len(read)
    assert machine.take_chunks([b"three", PingFrame(b""), text], 1.0, CHUNKS, take) == 1
    assert taken == [(b"one", None), (b"two", 3), (b"a chunk of sound", None), (b"three", None)]
    assert machine.take_chunks([f"4{HEADER}", text], 1.0, CHUNKS, take) == 0  # the text cuts the header's event short
    assert machine.take_chunks([f"4{HEADER}"], 1.0, CHUNKS, take) == 1
    assert machine.take_chunks([text], 1.0, CHUNKS, take) == 0
    assert [type(came) for came in machine.receive(text[1:], 1.0)] == [EventLost, EventCame]


def test_a_chunk_that_the_session_does_not_take_is_left_whole() -> None:
    machine = open_multiplex()
    read: list[Received] = [f"4{HEADER}", b"one", f'42[{APPEND},"{SOUND}"]']
    assert machine.take_chunks(read, 1.0, CHUNKS, lambda audio, ack, at: False) == 0
    assert [type(came) for message in (HEADER, b"one") for came in machine.receive(message, 1.0)] == [EventCame]


def test_nothing_is_taken_before_the_client_is_in() -> None:
    machine = Multiplex(Waits(), 0.0, MOST)
    read: list[Received] = [f"4{HEADER}", b"one", f'42[{APPEND},"{SOUND}"]']
    assert machine.take_chunks(read, 1.0, CHUNKS, lambda audio, ack, at: True) == 0
