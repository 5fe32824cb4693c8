"""A polling client's large bodies, both ways: others get their turn in between."""

from collections.abc import Iterator, Sequence

import pytest
from trio.testing import MockClock

from actors.ports.pace import BYTES, ITEMS
from actors.running.connection import ConnectionActor
from actors.running.connectioncore import OpeningRequest
from protocol.connection import POLLING, Connection
from protocol.engineio import Frame
from protocol.errors import CloseReason, RemoteProtocolError
from protocol.messages import TextDelta, TextDone
from protocol.timing import Timing
from protocol.websocket import Received
from tests.harness import serving
from tests.lag import Stretch, stretch
from tests.scripted import Act, ScriptedEngines


class Counting:
    """An application that notes what comes."""

    deadline = float("inf")

    def __init__(self, watching: Stretch) -> None:
        self._watching = watching
        self.came: list[Frame] = []

    async def receive(self, message: Frame) -> None:
        self._watching.note()
        self.came.append(message)

    def take(self, frames: Sequence[Received]) -> int:
        raise AssertionError

    async def tick(self) -> None:
        raise AssertionError

    async def closed(self) -> None:
        raise AssertionError


class Watched(Connection):
    """A connection that notes each packet which it takes in, and each byte that it gives out."""

    watching = Stretch()

    def receive_payload(self, body: bytes, now: float) -> Iterator[Frame | None]:
        for message in super().receive_payload(body, now):
            self.watching.note()
            yield message

    def take_poll(self) -> Iterator[str]:
        for piece in super().take_poll():
            self.watching.note(len(piece))
            yield piece


def client_of(watching: Stretch) -> tuple[ConnectionActor, Counting]:
    connection = Watched("sid", Timing(), POLLING, 0.0)
    connection.watching = watching
    application = Counting(watching)
    return ConnectionActor(
        connection, lambda _: application, OpeningRequest({}, "test"), 1.0, lambda _: None
    ), application


async def test_half_a_million_tiny_packets_are_taken_in_with_turns_for_others() -> None:
    with stretch() as watching:
        client, _ = client_of(watching)
        await client.post(b"\x1e".join([b"6"] * 500_000))
    assert watching.sum == 500_000
    assert watching.most <= ITEMS


async def test_messages_leave_turns_for_others_sooner_because_each_is_more_work() -> None:
    with stretch() as watching:
        client, application = client_of(watching)
        await client.post(b"\x1e".join([b"42[]"] * 10_000))
    assert len(application.came) == 10_000
    assert watching.most <= ITEMS // 4


async def test_large_packets_leave_turns_by_their_bytes() -> None:
    with stretch() as watching:
        client, _ = client_of(Stretch())
        client._application = _ByBytes(watching)
        await client.post(b"\x1e".join([b"4" + bytes(10_000)] * 90))
    assert watching.sum == 900_000
    assert watching.most <= BYTES + 10_000


class _ByBytes(Counting):
    async def receive(self, message: Frame) -> None:
        self._watching.note(len(message))


async def test_what_is_left_for_the_last_poll_is_encoded_with_turns_for_others() -> None:
    with stretch() as watching:
        client, _ = client_of(watching)
        for _ in range(1_000):
            client.send(("4x", bytes(12_000)))
        client.begin_poll()
        client.close(CloseReason.SERVER_CLOSED)
        body = await client.poll()
    assert body.count("\x1e") == 2_001
    assert watching.sum == len(body) > 12_000_000
    assert watching.most <= BYTES + 16_001


async def test_a_body_is_left_where_it_breaks_the_protocol_and_where_the_connection_is_closed() -> None:
    with stretch() as watching:
        client, application = client_of(watching)
        with pytest.raises(RemoteProtocolError):
            await client.post(b"4a\x1e9\x1e4b")
        assert (application.came, client.engineio.closed) == (["a"], CloseReason.PROTOCOL_ERROR)
        client, application = client_of(watching)
        await client.post(b"\x1e".join([b"4a", b"1", *[b"4b"] * 1_000]))
    assert (application.came, client.engineio.closed) == (["a"], CloseReason.CLIENT_CLOSED)


async def test_an_answer_that_a_model_gives_at_once_is_many_steps_for_its_session(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.scripts["LLM"].acts.append(Act(("Good. " * 3_000,)))
    async with serving(engines) as server, server.joined() as client:
        await client.configure(LLM={"stream": True})
        await client.say()
        told = await client.until(TextDone)
    deltas = [message.text for message in told if isinstance(message, TextDelta)]
    assert "".join(deltas) == "Good. " * 3_000
    assert max(map(len, deltas)) <= 2_000
