"""The nursery tree of a server: what starts, what fails together, and how it drains.

    engines                the adapters' worker processes; entered first, left last
      pools                one dispatcher and N workers for each of STT, LLM and TTS
        sessions           one runner each; spawned by the session registry
          connections      the keepers of polling connections; the listener's own tasks serve the rest

What is below may use what is above, so it starts later and ends earlier. What fails together:

    - A job that breaks takes its pool worker with it. The pool hires another, the turn gets `custom.error` 300x.
    - A session that breaks ends alone (`sessions.py`): its sockets are told 5000 and let go; whoever connects
      again finds a new session.
    - A connection that breaks is the listener's to end: its socket is closed, its session sees a Sender or Receiver
      leave.
    - A pool's dispatcher and the registries of sessions and of connections are plain state and channels without a
      peer's data in their way. If one of them breaks, that is a fault of which nothing below can be trusted to go on,
      and the server ends with it rather than live on half.

Draining, at a signal, has three steps with a time limit each: nobody is let in any more and every session cuts its turn
and takes leave of its sockets; the connections get what is queued for them out; then everything is cancelled. Nothing
of this waits for an engine.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
import trio

from actors.deciding.account import Account
from actors.deciding.conversation import Resolve
from actors.deciding.limits import Limits
from actors.ports.calls import Kind
from actors.ports.engines import Engines
from actors.running.connection import ConnectionActor
from actors.running.connections import ConnectionLimits, ConnectionRegistry
from actors.running.member import Member
from actors.running.pool import Pool
from actors.running.sessions import SessionRegistry, SharedResources
from protocol.connection import Timing
from protocol.messages import Names
from protocol.multiplex import Waits

log = logging.getLogger(__name__)
DRAIN_SECONDS = 2.0


Workers = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class PoolSizes(msgspec.Struct, frozen=True):
    """How many workers each stage of a turn has, and how many turns may wait for one."""

    stt_workers: Workers = 32
    """How many utterances are recognised at once; see [providers.local] for the embedded recogniser."""
    llm_workers: Workers = 32
    """How many answers are written at once."""
    tts_workers: Workers = 32
    """How many answers are synthesised at once; see [providers.local] for the embedded synthesiser."""
    queue: int = 32
    """How many turns wait for a worker of a pool before new ones are refused as busy."""


class ServerPlan(msgspec.Struct, frozen=True):
    """All that a server is made of, as the settings say it."""

    limits: Limits = Limits()
    pools: PoolSizes = PoolSizes()
    timing: Timing = Timing()
    waits: Waits = Waits()
    connection_limits: ConnectionLimits = ConnectionLimits()
    token: str = ""

    def __repr__(self) -> str:
        return "<ServerPlan>"


class Supervisor:
    """A server without its sockets: connections are opened in its `connection_registry`."""

    def __init__(self, plan: ServerPlan, engines: Engines, names: Names, resolve: Resolve) -> None:
        sizes = plan.pools
        self.pools: dict[Kind, Pool] = {
            "STT": Pool("STT", sizes.stt_workers, sizes.queue),
            "LLM": Pool("LLM", sizes.llm_workers, sizes.queue),
            "TTS": Pool("TTS", sizes.tts_workers, sizes.queue),
        }
        self.account = Account(plan.limits.memory_in_flight)
        shared = SharedResources(
            engines, self.pools, names, plan.limits, resolve, plan.token, self.account, plan.timing.max_payload
        )
        self.session_registry = SessionRegistry(shared, self._spawn_session)
        self.connection_registry = ConnectionRegistry(self._serve, plan.timing, plan.connection_limits, self.account)
        self._waits = plan.waits
        self._sessions: trio.Nursery | None = None
        self._connections: trio.Nursery | None = None

    def _serve(self, client: ConnectionActor) -> Member:
        return Member(client, self.connection_registry, self.session_registry, self._waits)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled, or until `drain` has ended everything."""
        async with trio.open_nursery() as pools:
            for pool in self.pools.values():
                await pools.start(pool.run)
            async with trio.open_nursery() as self._sessions, trio.open_nursery() as self._connections:
                task_status.started()
                await trio.sleep_forever()

    def _spawn_session(self, run: Callable[[], Awaitable[None]]) -> None:
        assert self._sessions is not None, "the supervisor is not running"
        self._sessions.start_soon(run)

    def keep(self, client: ConnectionActor) -> None:
        """Keep the time of a polling connection, whose requests come and go."""
        assert self._connections is not None, "the supervisor is not running"
        self._connections.start_soon(self._keep, client)

    async def _keep(self, client: ConnectionActor) -> None:
        """One polling connection's task: whatever breaks in it ends this connection alone."""
        try:
            await client.run_polling()
        except Exception:
            log.error("%s: a connection broke by a fault of this server and was closed", client.address)
            log.debug("%s: the fault", client.address, exc_info=True)

    async def drain(self) -> None:
        """End every session and connection in good order, within twice DRAIN_SECONDS."""
        with trio.move_on_after(DRAIN_SECONDS):
            await self.session_registry.drain()
        self.connection_registry.close_all()
        with trio.move_on_after(DRAIN_SECONDS):
            await self.connection_registry.wait_until_empty()
