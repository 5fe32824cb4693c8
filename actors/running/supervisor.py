"""The tasks of a server: in which nursery each runs, what fails together, and in which order they end.

The nursery of `adapters/server.py` has the engines' processes, the listener with a task for each TCP stream, and
`Supervisor.run`, which nests three nurseries of its own:

    pools                N workers for each of STT, LLM and TTS
      sessions           one task each, the runner of session.py; started by the session registry
        connections      one task each for the connections on polling: it keeps their time

A connection on WebSocket needs no task here: the listener's task of its stream runs it (connection.py). Engines are
started before all of this, pools before the first session, and the listener last, because each uses what was started
before it. At the end all are cancelled at once, after the drain below has let the sessions and connections end.

What fails together:

    - A job that breaks ends its worker. The pool starts another worker, and the turn gets `custom.error` 300x.
    - A session that breaks ends alone (`SessionRegistry`): its sockets are told 5000 and disconnected. A client that
      connects again with the same id gets a new session.
    - A connection that breaks ends alone: on WebSocket the listener logs the fault and closes the stream, on polling
      the keeper's task here does. Its session sees a Sender or a Receiver leave.
    - What waits in a pool and the two registries are plain state, without a peer's data on their way. If one of them
      breaks, nothing that runs on it can be trusted any more: the exception leaves `run`, and the server ends with it.

At a signal, with `server.drain_seconds`, no connection is opened and no turn begun any more, and the turns that run are
finished. The drain, which follows, has two steps with a time limit each. First no session is joined any more, and every
session cuts its turn and disconnects its sockets. Then no connection is opened any more, and each ends once what is
queued for it has left. Neither waits for an engine: the jobs of a turn that was cut are cancelled.
"""

import logging
from collections.abc import Awaitable, Callable

import msgspec
import trio

from actors.deciding.account import Account, Charge
from actors.deciding.conversation import Resolve
from actors.deciding.limits import Limits
from actors.ports.access import Doorkeeper
from actors.ports.calls import Kind
from actors.ports.directory import LONE, SessionDirectory
from actors.ports.engines import Engines
from actors.ports.taping import Recorder
from actors.ports.watching import Watcher, unwatched
from actors.running.connection import ConnectionActor
from actors.running.connections import ConnectionRegistry
from actors.running.member import Member
from actors.running.pool import Pool
from actors.running.relaying import NO_RELAYS, Arrivals, MemberConnection, Relays
from actors.running.sessions import SessionRegistry, SharedResources
from actors.running.sessiontrace import TracingPlan
from actors.running.sizes import ConnectionLimits, PoolSizes
from protocol.messages import Names
from protocol.timing import Timing, Waits

log = logging.getLogger(__name__)
DRAIN_SECONDS = 2.0


class ServerPlan(msgspec.Struct, frozen=True):
    """The settings of sessions, pools, connections and traces; with `sid_prefix` the sids of connections begin."""

    limits: Limits = Limits()
    pools: PoolSizes = PoolSizes()
    timing: Timing = Timing()
    waits: Waits = Waits()
    connection_limits: ConnectionLimits = ConnectionLimits()
    tracing: TracingPlan = TracingPlan()
    sid_prefix: str = ""


class Supervisor:
    """A server without its sockets: connections are opened in its `connection_registry`; `watch` is told of turns.

    `recorder`: makes the tapes of sessions; None where nothing is recorded.
    """

    def __init__(
        self,
        plan: ServerPlan,
        engines: Engines,
        names: Names,
        resolve: Resolve,
        doorkeeper: Doorkeeper,
        watch: Watcher = unwatched,
        recorder: Recorder | None = None,
        directory: SessionDirectory = LONE,
    ) -> None:
        self.relays: Relays = NO_RELAYS
        """The way to sessions of other processes; to be set before the first connection."""
        sizes = plan.pools
        self.pools: dict[Kind, Pool] = {
            "STT": Pool("STT", sizes.stt_workers, sizes.queue),
            "LLM": Pool("LLM", sizes.llm_workers, sizes.queue),
            "TTS": Pool("TTS", sizes.tts_workers, sizes.queue),
        }
        self.account = Account(plan.limits.memory_in_flight)
        shared = SharedResources(
            engines,
            self.pools,
            names,
            plan.limits,
            resolve,
            doorkeeper,
            self.account,
            plan.timing,
            watch,
            plan.tracing,
            recorder,
            directory,
        )
        self.session_registry = SessionRegistry(shared, self._spawn_session)
        self.connection_registry = ConnectionRegistry(
            self._serve, plan.timing, plan.connection_limits, self.account, plan.sid_prefix
        )
        self._waits = plan.waits
        self._sessions: trio.Nursery | None = None
        self._connections: trio.Nursery | None = None

    def take_limits(self, limits: Limits) -> None:
        """Sessions that begin from now on have these limits, and Senders that join from now on those of subjects."""
        self.session_registry.shared = self.session_registry.shared._replace(limits=limits)
        self.session_registry.subjects.take_limits(limits)
        self.account.most = limits.memory_in_flight

    def _serve(self, connection: ConnectionActor) -> Member:
        return Member(connection, self.connection_registry, self.session_registry, self._waits, self.relays)

    def attend(self, connection: MemberConnection, arrivals: Arrivals) -> Member:
        """The application of a socket whose connection another process has. It is relayed no further."""
        return Member(connection, arrivals, self.session_registry, self._waits)

    def open_charge(self) -> Charge:
        """A charge for what waits to be sent to such a socket."""
        return self.account.open()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run pools, sessions and connections until cancelled, which ends all of them at once; see `drain`."""
        async with trio.open_nursery() as pools:
            for pool in self.pools.values():
                await pools.start(pool.run)
            async with trio.open_nursery() as self._sessions, trio.open_nursery() as self._connections:
                task_status.started()
                await trio.sleep_forever()

    def _spawn_session(self, run: Callable[[], Awaitable[None]]) -> None:
        assert self._sessions is not None, "the supervisor is not running"
        self._sessions.start_soon(run)

    def keep(self, connection: ConnectionActor) -> None:
        """Start the task that keeps the time of a connection on polling, whose requests come and go."""
        assert self._connections is not None, "the supervisor is not running"
        self._connections.start_soon(self._keep, connection)

    async def _keep(self, connection: ConnectionActor) -> None:
        """The task of one connection on polling: a fault in it ends this connection alone."""
        try:
            await connection.run_polling()
        except Exception:
            log.error("%s: a connection broke by a fault of this server and was closed", connection.address)
            log.debug("%s: the fault", connection.address, exc_info=True)

    async def finish_turns(self, seconds: int) -> None:
        """Open no connection and begin no turn any more; wait for the turns that run, so many seconds at most.

        Connections that there are go on, those on polling too. Cancelling ends the waiting.
        """
        self.connection_registry.is_closed = True
        with trio.move_on_after(seconds):
            await self.session_registry.finish_turns(seconds)

    async def drain(self) -> None:
        """End every session and every connection in good order, within twice DRAIN_SECONDS.

        Cancelling ends the waiting; what has not ended by then ends with `run`.
        """
        with trio.move_on_after(DRAIN_SECONDS):
            await self.session_registry.drain()
        self.connection_registry.close_all()
        with trio.move_on_after(DRAIN_SECONDS):
            await self.connection_registry.wait_until_empty()
