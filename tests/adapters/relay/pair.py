"""Two servers in this process that are one service: a directory of sessions, and a relay between them."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from trio.testing import memory_stream_pair

from actors.deciding.limits import Limits
from actors.ports.directory import OwnedElsewhere
from adapters.multiprocess.directory import OwnerTable
from adapters.relay.hub import RelayHub
from protocol.timing import Timing
from tests.harness import Server, serving
from tests.scripted import ScriptedEngines


class SharedDirectory:
    """A process's view of a table of owners."""

    def __init__(self, table: OwnerTable, name: str) -> None:
        self._table = table
        self._name = name
        self._claims: Counter[str] = Counter()

    async def claim(self, session_id: str) -> None:
        """Claim, as the first or once more."""
        await trio.lowlevel.checkpoint()
        owner = self._table.claim(session_id, self._name, 0.0)
        if owner != self._name:
            raise OwnedElsewhere(owner)
        self._claims[session_id] += 1

    def hold(self, session_id: str) -> None:
        """Claim once more."""
        self._claims[session_id] += 1

    def release(self, session_id: str, bound: float = 0.0) -> None:
        """Give a claim back."""
        self._claims[session_id] -= 1
        if not self._claims[session_id]:
            self._table.release(session_id, self._name, bound, 0.0)


class ServerPair:
    """Two servers; `hubs` and the two ends of their relay `streams` are in the same order."""

    def __init__(self, servers: tuple[Server, Server], hubs: tuple[RelayHub, RelayHub]) -> None:
        self.one, self.two = servers
        self.hubs = hubs
        self.streams: tuple[Any, Any] = memory_stream_pair()
        self.asked: list[str] = []

    def link(self) -> None:
        """Bring the stream between them."""
        for hub, peer, stream in zip(self.hubs, ("two", "one"), self.streams, strict=True):
            hub.attach(peer, stream)

    def ask(self, peer: str) -> None:
        """One of them asks for the stream."""
        self.asked.append(peer)
        if len(self.asked) == 1:
            self.link()

    async def check_nothing_is_left(self) -> None:
        """No session, no connection and no relayed socket."""
        await self.one.check_nothing_is_left()
        await self.two.check_nothing_is_left()
        assert [hub.sockets for hub in self.hubs] == [(0, 0), (0, 0)]


@asynccontextmanager
async def paired(
    *,
    token: str = "",
    limits: Limits | None = None,
    timing: Timing | None = None,
    engines: ScriptedEngines | None = None,
) -> AsyncIterator[ServerPair]:
    """Two servers of one service, until the end of the block; `engines` are those of the first."""
    table = OwnerTable()
    async with (
        serving(token=token, timing=timing) as one,
        serving(token=token, timing=timing) as two,
        trio.open_nursery() as nursery,
    ):
        found: list[ServerPair] = []

        def ask(peer: str) -> None:
            found[0].ask(peer)

        hubs = (
            RelayHub(one.supervisor, timing or Timing(), ask),
            RelayHub(two.supervisor, timing or Timing(), ask),
        )
        found.append(ServerPair((one, two), hubs))
        for server, hub, name in zip((one, two), hubs, ("one", "two"), strict=True):
            await nursery.start(hub.run)
            table.add(name)
            registry = server.session_registry
            registry.shared = registry.shared._replace(directory=SharedDirectory(table, name))
            server.supervisor.relays = hub
        yield found[0]
        nursery.cancel_scope.cancel()
