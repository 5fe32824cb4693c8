"""A whole server in the test's process, on memory streams or on a port: what every kit of the tests stands on.

    async with running(ScriptedEngines()) as server:
        stream = server.dial()              # a connection in memory
        address = await server.open_port()  # or real ones

The clients are the kits' own: `harness` speaks to it as a VoiceClient, `memoryserver` in bytes.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import trio
from trio.testing import lockstep_stream_pair

from actors.ports.access import Doorkeeper
from actors.ports.engines import Engines
from actors.ports.taping import Recorder
from actors.ports.watching import Watcher, unwatched
from actors.running.supervisor import ServerPlan, Supervisor
from adapters.virtual.server import VirtualServer, door_of, serving_supervisor
from adapters.wire.listener import ListenerOptions
from adapters.wire.routes import Routes
from protocol.messages import Names
from tests.playbook import accept

WAY = "VIVAVOCE_SERVER_SHORT_WAY"
"""The variable by which tests choose the way of plain WebSockets, here as in a server of its own process."""
SOCKETS = "VIVAVOCE_TEST_SOCKETS"
"""The variable by which tests choose pairs of sockets instead of memory. A pair is as quick: the clock jumps none."""
WAYS = {"short": "true", "ordinary": "false"}


def choose_way(options: ListenerOptions) -> ListenerOptions:
    """The options with the way that the variable says."""
    return msgspec.structs.replace(options, short_way=os.environ.get(WAY, "true") == "true")


def over_sockets() -> bool:
    """Whether connections in this process are pairs of sockets instead of memory, for tests of the short way."""
    return SOCKETS in os.environ


class Nobody(trio.abc.Listener[trio.SocketStream]):
    """A listener to which nobody comes: the connections are dialled in this process."""

    async def accept(self) -> trio.SocketStream:
        """Wait. Cancelling has no effect but to end that."""
        await trio.sleep_forever()
        raise AssertionError

    async def aclose(self) -> None:
        """Nothing is to be closed."""


class InProcess(VirtualServer):
    """A running server; `nursery` is that of its connections in memory and of the tests' clients."""

    def __init__(self, server: VirtualServer, ports: trio.Nursery) -> None:
        super().__init__(server.supervisor, server.listener, server.nursery)
        self._ports = ports

    def dial(
        self, pair: tuple[trio.abc.Stream, trio.abc.Stream] | None = None, *, lockstep: bool = False
    ) -> trio.abc.Stream:
        """The client's end of a new connection; with `lockstep` nothing is sent that is not being received."""
        if lockstep:
            return super().dial(lockstep_stream_pair())
        if not over_sockets():
            return super().dial(pair)
        near, far = trio.socket.socketpair()
        return super().dial((trio.SocketStream(near), trio.SocketStream(far)))

    async def open_port(self) -> tuple[str, int]:
        """Listen on a free port of this machine, too; the address and the port."""
        [listening] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        await self._ports.start(self.listener.run, [listening])
        host, port = listening.socket.getsockname()[:2]
        return host, port

    async def dial_port(self, address: tuple[str, int]) -> trio.SocketStream:
        """A new connection to a port, closed at the latest when the server ends."""
        stream = await trio.open_tcp_stream(*address)
        self.note(stream)
        return stream

    def check_nothing_is_left(self) -> None:
        """No session, connection, count, task or byte that is held for one."""
        supervisor = self.supervisor
        registry = supervisor.connection_registry
        assert len(supervisor.session_registry) == 0
        assert (len(registry), len(registry._unconnected), registry._by_address) == (0, 0, {})
        assert (supervisor.account.used, supervisor.account.spare) == (0, 0)
        assert len(supervisor.session_registry._attendance.tickets) == 0
        for nursery in (supervisor._connections, supervisor._sessions):
            assert nursery is not None
            assert not nursery.child_tasks


@asynccontextmanager
async def running(
    engines: Engines,
    plan: ServerPlan | None = None,
    options: ListenerOptions | None = None,
    names: Names | None = None,
    pages: Routes | None = None,
    *,
    door: Doorkeeper | None = None,
    watch: Watcher = unwatched,
    recorder: Recorder | None = None,
    patience: float = 30.0,
) -> AsyncIterator[InProcess]:
    """A server until the end of the block, which may take so many seconds of the test's clock.

    At the end all clients go, and what served those in memory has to end by itself.
    """
    supervisor = Supervisor(
        plan or ServerPlan(), engines, names or Names(), accept, door or door_of(""), watch, recorder
    )
    with trio.fail_after(patience):
        async with trio.open_nursery() as ports:
            async with serving_supervisor(supervisor, choose_way(options or ListenerOptions()), pages) as inner:
                server = InProcess(inner, ports)
                if over_sockets():
                    await ports.start(server.listener.run, [Nobody()])
                try:
                    yield server
                finally:
                    await server.hang_up()
            ports.cancel_scope.cancel()
