"""The connection registry: every connection by its sid, and the bounds on how many there are."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping

import trio

from actors.deciding.account import Account
from actors.running.addresses import EvictionOrder, RateByNetwork, network_of
from actors.running.connection import ConnectionActor
from actors.running.connectioncore import OpeningRequest
from actors.running.sizes import ConnectionLimits
from actors.running.transport import Application
from protocol.connection import Connection
from protocol.errors import CloseReason
from protocol.timing import Timing

log = logging.getLogger(__name__)


RETRY_CONNECTION = 10
"""Seconds after which an address that has all its connections may try again: nobody knows when one of them ends."""


class Full(Exception):
    """There are too many connections already, or the server is going down; the message says which.

    `retry_after`: seconds, where it is the address alone that has too many.
    """

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConnectionRegistry:
    """Every connection of a server by its sid, which begins with `prefix`; `serve` makes the application of each."""

    def __init__(
        self,
        serve: Callable[[ConnectionActor], Application],
        timing: Timing,
        limits: ConnectionLimits,
        account: Account | None = None,
        prefix: str = "",
    ) -> None:
        self.timing = timing
        self._prefix = prefix
        self._account = account or Account()
        self.closed: Counter[CloseReason] = Counter()
        self._serve = serve
        self._limits = limits
        self._connections: dict[str, ConnectionActor] = {}
        self._unconnected: EvictionOrder[ConnectionActor] = EvictionOrder()
        self._by_address: Counter[str] = Counter()
        self._joins = RateByNetwork(limits.max_joins_per_minute_per_address)
        self._emptied = trio.Event()
        self.is_closed = False
        """Whether no connection is opened any more; those there are go on."""

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def connections(self) -> tuple[ConnectionActor, ...]:
        """The connections there are, the oldest first."""
        return tuple(self._connections.values())

    def get(self, sid: str) -> ConnectionActor | None:
        """The connection with this sid, None where there is none. One whose time is over is closed here."""
        connection = self._connections.get(sid)
        if connection is not None:
            connection.keep_time()
        return connection

    def open(
        self, transport: str, query: Mapping[str, str], address: str, bearer: str = "", traceparent: str = ""
    ) -> ConnectionActor:
        """Open a connection on `transport`, asked for with this `query`, Bearer token and `traceparent`. Raises Full.

        Past the limit on connections that have not joined a namespace, one of them is closed: the oldest one of the
        address that has most of them. A client that means to join does so at once, so it is hardly ever the one.
        """
        if self.is_closed:
            raise Full("the server is going down; connect again in a moment")
        limits = self._limits
        if len(self._connections) >= limits.max_connections:
            raise Full(f"there are {limits.max_connections} connections already")
        most = limits.max_connections_per_address
        if most and self._by_address[network_of(address)] >= most:
            raise Full(f"there are {most} connections from your address already", RETRY_CONNECTION)
        sid = self._prefix + secrets.token_urlsafe(15)
        engineio = Connection(sid, self.timing, transport, trio.current_time())
        charge = self._account.open()
        opening = OpeningRequest(query, address, bearer, traceparent)
        connection = ConnectionActor(engineio, self._serve, opening, self.timing.ping_timeout, self._forget, charge)
        self._connections[sid] = connection
        self._by_address[network_of(address)] += 1
        self._unconnected.add(connection, address)
        if len(self._unconnected) > self._limits.max_unconnected:
            self._evict()
        return connection

    def _evict(self) -> None:
        evicted = self._unconnected.oldest_of_most()
        assert evicted is not None
        # Taken out at once: the next to come may not find the same one again before its task has ended.
        self._unconnected.discard(evicted)
        evicted.close(CloseReason.EVICTED)

    def ask_to_join(self, connection: ConnectionActor) -> float:
        """Count that the connection asks to join a namespace; seconds after which its address may, 0 for now."""
        return self._joins.count(connection.address, trio.current_time())

    def note_joined(self, connection: ConnectionActor) -> None:
        """The connection has joined a namespace."""
        self._unconnected.discard(connection)

    def note_left(self, connection: ConnectionActor) -> None:
        """The connection is in no namespace any more."""
        if connection.engineio.sid in self._connections:
            self._unconnected.add(connection, connection.address)

    def close_all(self) -> None:
        """Open no connection any more, and close each that there is; what is queued for it still leaves."""
        self.is_closed = True
        for connection in list(self._connections.values()):
            connection.close(CloseReason.SERVER_CLOSED)

    async def wait_until_empty(self) -> None:
        """Wait until the last connection is closed. Cancelling ends the wait alone."""
        if self._connections:
            await self._emptied.wait()

    def _forget(self, connection: ConnectionActor) -> None:
        sid = connection.engineio.sid
        del self._connections[sid]
        self._unconnected.discard(connection)
        network = network_of(connection.address)
        self._by_address[network] -= 1
        if not self._by_address[network]:
            del self._by_address[network]
        reason = connection.engineio.closed
        assert reason is not None
        self.closed[reason] += 1
        if reason is CloseReason.SLOW_READER:  # what it did not take is lost, and it hears of an ordinary end
            log.warning("%s: closed: %s", connection.address, reason)
        if not self._connections:
            self._emptied.set()
            self._emptied = trio.Event()
        log.debug("%s: connection %s closed: %s", connection.address, sid, reason)
