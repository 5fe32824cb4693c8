"""One connection under any interleaving of inputs: no message is lost, no deadline missing, no foreign error raised."""

import math
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from protocol import engineio
from protocol.connection import POLLING, WEBSOCKET, Connection
from protocol.engineio import Frame
from protocol.errors import CloseReason, LocalProtocolError, RemoteProtocolError
from protocol.timing import Timing
from tests.protocol.strategies import refusal_of

TIMING = Timing(ping_interval=25.0, ping_timeout=20.0, max_payload=100, outbox_bytes=200, outbox_messages=5)
ROOMY = Timing(max_payload=20)
MOVES = st.lists(st.sampled_from(("send", "get", "take", "candidate", "2probe", "5", "lost")), max_size=60)
INPUTS = st.lists(
    st.sampled_from(
        ("3", "1", "", "6", "4x", "2probe", "5", b"x", "tick", "wait", "send", "get", "candidate", "lost", "ask")
    ),
    max_size=40,
)


def answer(machine: Connection, taken: list[str]) -> None:
    """Answer the poll that waits, if it can be, and note the messages in it."""
    if machine.polling and machine.poll_ready:
        taken += [part for part in "".join(machine.take_poll()).split("\x1e") if part[0] in "4b"]


def on_wire(frame: Frame) -> str:
    return "".join(engineio.encode_payload([engineio.decode_frame(frame)]))


@given(MOVES)
def test_no_upgrade_loses_repeats_or_reorders_a_message(moves: list[str]) -> None:
    machine = Connection("sid", ROOMY, POLLING, 0.0)
    assert machine.take() is not None, "the open packet"
    sent: list[str] = []
    taken: list[str] = []
    for number, move in enumerate(moves):
        try:
            match move:
                case "send":
                    frames: tuple[Frame, ...] = (f"4{number}", number.to_bytes())
                    machine.send(frames)
                    sent += [on_wire(frame) for frame in frames]
                case "get" if not machine.polling:
                    machine.begin_poll()
                case "take" if machine.transport == WEBSOCKET:
                    taken += [on_wire(frame) for frame in (machine.take(),) if frame is not None]
                case "candidate":
                    machine.begin_probe()
                case "lost":
                    machine.end_probe()
                case "2probe" | "5":
                    machine.receive_probe(move)
        except RemoteProtocolError:
            assert machine.closed is None
        answer(machine, taken)
    while machine.transport == WEBSOCKET and (frame := machine.take()) is not None:
        taken.append(on_wire(frame))
    while machine.transport == POLLING and len(machine.outbox):
        if not machine.polling:
            machine.begin_poll()
        answer(machine, taken)
    assert taken == sent


@given(st.sampled_from((POLLING, WEBSOCKET)), INPUTS)
def test_no_inputs_leave_an_open_connection_without_a_deadline(transport: str, inputs: list[Frame]) -> None:
    machine, now = Connection("sid", TIMING, transport, 0.0), 0.0
    for given_input in inputs:
        try:
            apply(machine, given_input, now)
        except (RemoteProtocolError, LocalProtocolError):
            pass
        now += 10.0 if given_input == "wait" else 0.0
        if machine.closed is None:
            assert machine.deadline <= now + 25.0
        machine.tick(now)
        assert machine.deadline > now
    for _ in range(2):
        machine.tick(machine.deadline)
    assert machine.closed
    assert machine.deadline == math.inf


def apply(machine: Connection, given_input: Frame, now: float) -> None:
    match given_input:
        case "tick" | "wait":
            machine.tick(now)
        case "send":
            machine.send(("4a",))
        case "get":
            machine.begin_poll()
            machine.take_poll()
        case "candidate":
            machine.begin_probe()
        case "lost":
            machine.end_probe()
        case "ask":
            machine.ping_now(now)
        case "2probe" | "5":
            machine.receive_probe(given_input)
        case _:
            machine.receive_frame(given_input, now)


@given(st.lists(st.text(max_size=12) | st.binary(max_size=8), max_size=6))
def test_no_frames_raise_anything_but_the_protocols_error(frames: list[Frame]) -> None:
    machine = Connection("sid", TIMING, WEBSOCKET, 0.0)
    for frame in frames:
        refusal = refusal_of(RemoteProtocolError, partial(machine.receive_frame, frame, 0.0))
        assert refusal is None or refusal.reason in (CloseReason.PROTOCOL_ERROR, CloseReason.BAD_TEXT)


@given(
    st.binary(max_size=40)
    | st.lists(st.sampled_from(("4a", "bAA==", "3", "1", "6", "9"))).map("\x1e".join).map(str.encode)
)
def test_no_payload_raises_anything_but_the_protocols_error(body: bytes) -> None:
    machine = Connection("sid", TIMING, POLLING, 0.0)
    refusal = refusal_of(RemoteProtocolError, lambda: list(machine.receive_payload(body, 0.0)))
    assert refusal is None or refusal.reason in (CloseReason.PROTOCOL_ERROR, CloseReason.BAD_TEXT)
