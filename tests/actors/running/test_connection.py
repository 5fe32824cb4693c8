"""A connection while its application takes in a message: the heartbeat rests for that time, which has an end."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock

from actors.running.connection import RECEIVED_WITHIN
from actors.running.member import Member
from protocol.engineio import Frame
from protocol.errors import CloseReason
from protocol.timing import Timing
from tests.adapters.wire.memoryserver import SOCKET
from tests.inprocess import InProcess, running
from tests.rawclient import Closed, RawClient
from tests.scripted import ScriptedEngines

pytestmark = pytest.mark.usefixtures("streams")


@asynccontextmanager
async def slow_server(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> AsyncIterator[tuple[InProcess, RawClient, list[Frame]]]:
    """A server, a client in a session that takes so long over each message from now on, and what it has taken in."""
    received: list[Frame] = []

    async def receive(member: Member, message: Frame) -> None:
        await trio.sleep(seconds)
        received.append(message)

    async with running(ScriptedEngines(), patience=300.0) as server:
        client = RawClient(server.dial())
        assert (await client.upgrade(SOCKET)).status == 101
        await client.say("40")
        await client.until('42["session.joined"')
        monkeypatch.setattr(Member, "receive", receive)
        yield server, client, received


async def heartbeat(client: RawClient) -> float:
    """When the next ping comes."""
    while await client.hear() != "2":
        pass
    return trio.current_time()


async def test_a_message_that_is_never_taken_in_ends_its_connection_in_time(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with slow_server(monkeypatch, math.inf) as (server, client, received):
        begun = trio.current_time()
        await client.say("4one", "4two")
        with pytest.raises(Closed):
            await heartbeat(client)
        assert trio.current_time() - begun == pytest.approx(RECEIVED_WITHIN, abs=0.1)
        registry = server.supervisor.connection_registry
        assert (len(registry), registry.closed, received) == (0, {CloseReason.SERVER_CLOSED: 1}, [])


async def test_the_heartbeat_rests_while_a_message_is_taken_in_and_goes_on_then(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    timing, seconds = Timing(), 50.0
    assert timing.ping_interval + timing.ping_timeout < seconds < RECEIVED_WITHIN
    async with slow_server(monkeypatch, seconds) as (server, client, received):
        begun = trio.current_time()
        await client.say("4one")
        assert await heartbeat(client) - begun == pytest.approx(seconds, abs=0.1)
        await client.say("3")
        assert await heartbeat(client) - begun == pytest.approx(seconds + timing.ping_interval, abs=0.1)
        assert (received, len(server.supervisor.connection_registry)) == (["one"], 1)


async def test_a_client_that_does_not_read_is_closed_while_its_message_is_taken_in(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with slow_server(monkeypatch, math.inf) as (server, client, _):
        await client.say("4one")
        await trio.sleep(1)
        begun, registry = trio.current_time(), server.supervisor.connection_registry
        [connection] = registry.connections
        for _ in range(Timing().outbox_messages + 1):
            connection.send((b"sound",))
        with pytest.raises(Closed):
            await heartbeat(client)
        assert trio.current_time() - begun == pytest.approx(0, abs=0.1)
        assert registry.closed == {CloseReason.SLOW_READER: 1}
