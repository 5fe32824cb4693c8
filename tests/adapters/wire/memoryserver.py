"""A server on memory streams of whose connections nothing may be left, and its clients, which are nothing but bytes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import trio
from trio.testing import wait_all_tasks_blocked

from actors.deciding.limits import Limits
from actors.running.sizes import ConnectionLimits
from actors.running.supervisor import ServerPlan
from adapters.access.door import Door
from adapters.lifecycle.ending import take_leave
from adapters.virtual.server import door_of
from adapters.wire.listener import ListenerOptions
from adapters.wire.routes import Routes
from protocol.messages import Names
from protocol.timing import Timing, Waits
from tests.inprocess import InProcess, running
from tests.rawclient import Answer, RawClient, request
from tests.scripted import ScriptedEngines

POLLED, SOCKET = "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket"
HEADER = '451-["input.buffer.append",{"_placeholder":true,"num":0}]'
UPDATE = '42["session.update",{"STT":{"mediaFormat":"pcm16"}}]'
NET = 3_000.0
"""How long a test may take on its own clock."""
LONG_GONE = 300.0
"""Seconds after which a session without sockets is over, too."""


class MemoryServer:
    """A server whose connections a test opens and loses."""

    def __init__(self, server: InProcess) -> None:
        self.connection_registry = server.supervisor.connection_registry
        self.keep = server.supervisor.keep
        self.take_leave = partial(take_leave, server.supervisor, server.listener)
        self.lose_everybody = server.hang_up
        self._server = server

    def dial(self, *, lockstep: bool = False) -> RawClient:
        """A new stream; with `lockstep` the server can send nothing that is not being received."""
        return RawClient(self._server.dial(lockstep=lockstep))

    async def websocket(self, *said: str, query: str = "", lockstep: bool = False) -> RawClient:
        """A WebSocket that has said this much."""
        client = self.dial(lockstep=lockstep)
        assert (await client.upgrade(SOCKET + query)).status == 101
        await client.say(*said)
        return client

    async def polling(self, *said: str) -> "Polled":
        """A polling client that has POSTed this much."""
        client = Polled(self)
        await client.open()
        for body in said:
            assert (await client.post(body.encode())).status == 200
        return client

    async def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A request on a stream of its own."""
        return await self.dial().ask(method, target, body, headers)


class Polled:
    """A polling client, each of whose requests has a stream of its own."""

    def __init__(self, server: MemoryServer) -> None:
        self._server = server
        self._target = POLLED

    async def open(self) -> None:
        """Get a sid."""
        self._target += f"&sid={(await self.get()).json['sid']}"

    async def get(self) -> Answer:
        """One poll."""
        return await self._server.ask("GET", self._target)

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """One POST."""
        return await self._server.ask("POST", self._target, body, headers)

    async def live(self) -> Answer:
        """Poll and answer pings, until a poll brings something else than pings and messages."""
        while (answer := await self.get()).status == 200 and answer.body != b"1":
            if answer.body == b"2":
                await self.post(b"3")
        return answer

    async def wait(self) -> RawClient:
        """The stream on which a poll waits."""
        client = self._server.dial()
        await client.send(request("GET", self._target))
        await wait_all_tasks_blocked()
        return client


class NoConnections:
    """A reception that no request here may reach."""

    @property
    def connection_registry(self) -> None:
        """Never asked for."""
        raise AssertionError("a page has nothing to do with connections")


@asynccontextmanager
async def standing(
    *,
    timing: Timing | None = None,
    waits: Waits | None = None,
    connection_limits: ConnectionLimits | None = None,
    options: ListenerOptions | None = None,
    pages: Routes | None = None,
    engines: ScriptedEngines | None = None,
    sessions: int = 1_000,
    names: Names | None = None,
    token: str = "",
    door: Door | None = None,
) -> AsyncIterator[MemoryServer]:
    """A server, of whose connections nothing is left once the clients are gone."""
    plan = ServerPlan(
        limits=Limits(sessions=sessions),
        timing=timing or Timing(),
        waits=waits or Waits(),
        connection_limits=connection_limits or ConnectionLimits(),
    )
    async with running(
        engines or ScriptedEngines(), plan, options, names, pages, door=door or door_of(token), patience=NET
    ) as server:
        yield MemoryServer(server)
        await server.hang_up()
        await trio.sleep(LONG_GONE)
        server.check_nothing_is_left()
