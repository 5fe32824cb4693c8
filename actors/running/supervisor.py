"""The nursery tree of a server: what starts, what fails together, and how it drains.

    engines                the adapters' worker processes; entered first, left last
      pools                one dispatcher and N workers for each of STT, LLM and TTS
        sessions           one runner each; spawned by the directory
          connections      the keepers of polling connections; the listener's own tasks serve the rest

What is below may use what is above, so it starts later and ends earlier. What fails together:

    - A job that breaks takes its pool worker with it. The pool hires another, the turn gets `custom.error` 300x.
    - A session that breaks ends alone (`sessions.py`): its sockets are told 5000 and let go; whoever connects
      again finds a new session.
    - A connection that breaks is the listener's to end: its socket is closed, its session sees a Sender or Receiver
      leave.
    - A pool's dispatcher, the directory and the lobby are plain state and channels without a peer's data in their way.
      If one of them breaks, that is a fault of which nothing below can be trusted to go on, and the server ends with it
      rather than live on half.

Draining, at a signal, has three steps with a time limit each: nobody is let in any more and every session cuts its turn
and takes leave of its sockets; the connections get what is queued for them out; then everything is cancelled. Nothing
of this waits for an engine.
"""

import logging
from collections.abc import Awaitable, Callable

import msgspec
import trio

from actors.deciding.account import Account
from actors.deciding.conversation import Resolve
from actors.deciding.limits import Limits
from actors.ports.calls import Kind
from actors.ports.engines import Engines
from actors.running.connection import Client
from actors.running.connections import Caps, Lobby
from actors.running.member import Member
from actors.running.pool import Pool
from actors.running.sessions import Directory, House
from protocol.connection import Timing
from protocol.messages import Names
from protocol.multiplex import Waits

log = logging.getLogger(__name__)
DRAIN_SECONDS = 2.0


class PoolSizes(msgspec.Struct, frozen=True):
    """How many workers each pool has, and how many turns may wait for each."""

    stt_workers: int = 32
    llm_workers: int = 32
    tts_workers: int = 32
    queue: int = 32


class Plan(msgspec.Struct, frozen=True):
    """All that a server is made of, as the settings say it."""

    limits: Limits = Limits()
    pools: PoolSizes = PoolSizes()
    timing: Timing = Timing()
    waits: Waits = Waits()
    caps: Caps = Caps()
    token: str = ""

    def __repr__(self) -> str:
        return "<Plan>"


class Supervisor:
    """A server without its sockets: connections are opened in its `lobby`."""

    def __init__(self, plan: Plan, engines: Engines, names: Names, resolve: Resolve) -> None:
        sizes = plan.pools
        self.pools: dict[Kind, Pool] = {
            "STT": Pool("STT", sizes.stt_workers, sizes.queue),
            "LLM": Pool("LLM", sizes.llm_workers, sizes.queue),
            "TTS": Pool("TTS", sizes.tts_workers, sizes.queue),
        }
        self.account = Account(plan.limits.memory_in_flight)
        house = House(
            engines, self.pools, names, plan.limits, resolve, plan.token, self.account, plan.timing.max_payload
        )
        self.directory = Directory(house, self._spawn_session)
        self.lobby = Lobby(self._serve, plan.timing, plan.caps, self.account)
        self._waits = plan.waits
        self._sessions: trio.Nursery | None = None
        self._connections: trio.Nursery | None = None

    def _serve(self, client: Client) -> Member:
        return Member(client, self.lobby, self.directory, self._waits)

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

    def keep(self, client: Client) -> None:
        """Keep the time of a polling connection, whose requests come and go."""
        assert self._connections is not None, "the supervisor is not running"
        self._connections.start_soon(self._keep, client)

    async def _keep(self, client: Client) -> None:
        """One polling connection's task: whatever breaks in it ends this connection alone."""
        try:
            await client.run_polling()
        except Exception:
            log.error("%s: a connection broke by a fault of this server and was closed", client.address)
            log.debug("%s: the fault", client.address, exc_info=True)

    async def drain(self) -> None:
        """End every session and connection in good order, within twice DRAIN_SECONDS."""
        with trio.move_on_after(DRAIN_SECONDS):
            await self.directory.drain()
        self.lobby.close_all()
        with trio.move_on_after(DRAIN_SECONDS):
            await self.lobby.wait_until_empty()
