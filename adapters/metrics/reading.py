"""What a scrape reads of a server: sessions, connections, pools, and providers that are set aside, as they are now."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol, get_args

import trio

from actors.ports.calls import Kind
from actors.ports.listening import VoiceActivity
from actors.running.supervisor import Supervisor
from adapters.metrics import definitions
from adapters.metrics.metrics import Reading
from adapters.processes import losses
from protocol.connecting import Role
from protocol.errors import CloseReason
from protocol.states import State

QUANTILES = (0.5, 0.9, 0.99, 1.0)
STUCK_AFTER = 5.0
"""Seconds after its deadline from which on a session counts as stuck."""
TRANSPORTS = ("polling", "websocket")


class ReadEngines(Protocol):
    """What a scrape reads of the engines."""

    @property
    def voice_activity(self) -> VoiceActivity:
        """Whether somebody speaks."""

    def aside(self) -> dict[Kind, dict[str, str]]:
        """The providers that are set aside, by kind, and why."""


def read(supervisor: Supervisor, engines: ReadEngines) -> Iterator[Reading]:
    """All that is read. It takes a moment for each session and connection, and makes no series for them."""
    yield from _sessions(supervisor, trio.current_time())
    yield from _connections(supervisor)
    for pool in supervisor.pools.values():
        yield definitions.POOL_BUSY, (pool.name,), pool.busy
        yield definitions.POOL_WAITING, (pool.name,), pool.waiting
        yield definitions.POOL_WORKERS, (pool.name,), pool.workers
        yield definitions.RESTARTS, (pool.name,), pool.crashes
    for title, count in losses.lost().items():
        yield definitions.PROCESS_RESTARTS, (title,), count
    for kind, aside in engines.aside().items():
        for provider in list(aside)[: definitions.MOST_PROVIDERS]:
            yield definitions.SET_ASIDE, (kind, provider), 1
    yield definitions.MEMORY, (), supervisor.account.used
    yield definitions.LISTEN_LAG, (), engines.voice_activity.counts.lag_ms / 1000


def _sessions(supervisor: Supervisor, now: float) -> Iterator[Reading]:
    registry = supervisor.session_registry
    sessions = registry.sessions
    states = Counter(session.state for session in sessions)
    roles = Counter(one.role for session in sessions for one in session.participants.values() if not one.is_absent)
    for state in State:
        yield definitions.SESSIONS, (state.value,), states[state]
    for role in get_args(Role):
        yield definitions.MEMBERS, (role,), roles[role]
    yield definitions.SESSIONS_LIMIT, (), registry.shared.limits.sessions
    yield definitions.STUCK, (), sum(session.clock.deadline + STUCK_AFTER < now for session in sessions)
    yield definitions.DRAINING, (), registry.draining


def _connections(supervisor: Supervisor) -> Iterator[Reading]:
    registry = supervisor.connection_registry
    connections = registry.connections
    transports = Counter(connection.engineio.transport for connection in connections)
    for transport in TRANSPORTS:
        yield definitions.CONNECTIONS, (transport,), transports[transport]
    sizes = sorted(connection.engineio.outbox.size for connection in connections)
    for quantile in QUANTILES:
        yield definitions.OUTBOX, (f"{quantile:g}",), _at(sizes, quantile)
    for reason in CloseReason:
        yield definitions.CLOSED, (reason.value,), registry.closed[reason]


def _at(ordered: Sequence[int], quantile: float) -> int:
    return ordered[min(int(quantile * len(ordered)), len(ordered) - 1)] if ordered else 0
