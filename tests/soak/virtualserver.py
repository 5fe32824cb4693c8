"""A server in virtual time for the soak: its clients, its doorkeeper, and the weather over its scripted engines."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Final
from unittest.mock import patch

import msgspec
import trio
from trio.testing import wait_all_tasks_blocked

from actors.deciding.limits import Limits
from actors.ports.access import ANYONE, AccessRefused, Grant, SubjectLimits
from actors.running.supervisor import ServerPlan
from adapters.client.voiceclient import Received
from adapters.wire import switchboard
from protocol.audioformat import AudioFormat
from protocol.connecting import Auth
from protocol.errors import RefusalStatus
from tests.inprocess import InProcess, Nobody, running
from tests.soak.virtualclient import SoakClient
from tests.soak.virtualcounts import SoakCounting
from tests.soak.virtualengines import ANSWERS, Luck, Lucks, SoakEngines
from tests.soak.virtualpipe import ClientEnd, SoakPipe, SoakSocket
from tests.soak.virtualways import PollingWay, WebSocketWay

Fail = Callable[[BaseException, list[str]], None]
"""What is called where something is wrong, with what happened last."""
FOREVER: Final = 1e9
TICK: Final = 0.0004
"""Seconds that a look at the processor's clock takes in a round of the switchboard."""
POLLING_SHARE: Final = 0.03
"""The share of clients that poll, because that costs ten times as much."""
GRANTS: Final = {
    "": Grant(ANYONE),
    "few turns": Grant("few turns", limits=SubjectLimits(turns_per_minute=20)),
    "little sound": Grant("little sound", limits=SubjectLimits(audio_seconds_per_day=5.0)),
    "few words": Grant("few words", limits=SubjectLimits(speech_chars_per_day=800)),
    "one session": Grant("one session", limits=SubjectLimits(sessions=1)),
    "stranger": Grant("stranger"),
}
"""What the tokens of the clients are good for; with any other nobody is let in."""
ONCE: Final = "once "
"""Begins a token that is good for one connection at a time."""
TOKENS: Final = ("",) * 16 + ("few turns", "little sound", "few words", "one session")
"""The tokens of rooms."""


class SoakDoor:
    """A doorkeeper who knows a few tokens."""

    async def admit(self, shown: Sequence[str]) -> Grant:
        """The grant of the first token."""
        await trio.lowlevel.checkpoint()
        token = next(filter(None, shown), "")
        grant = Grant(ANYONE, single_use=token) if token.startswith(ONCE) else GRANTS.get(token)
        if grant is None:
            raise AccessRefused(RefusalStatus.BAD_TOKEN, "no such token")
        return grant

    async def admit_operator(self, shown: Sequence[str]) -> Grant:
        """Nobody is an operator."""
        raise AccessRefused(RefusalStatus.NOT_YOURS, "not for you")


class SoakServer:
    """A running server; `raw` gets every packet that any client is told."""

    def __init__(
        self,
        server: InProcess,
        engines: SoakEngines,
        counting: SoakCounting,
        raw: Callable[[str | bytes], None],
        fail: Fail,
        *,
        over_sockets: bool,
    ) -> None:
        self.supervisor = server.supervisor
        self.session_registry = server.supervisor.session_registry
        self.engines: SoakEngines = engines
        self.lucks = engines.lucks or Lucks(Luck(Random(0), 0.0))
        self.note = counting.note
        self.answers = ANSWERS
        self.is_over = trio.Event()
        self.faults = 0
        """How many faults of the server are due, because the engines were told to break."""
        self._server = server
        self._raw = raw
        self._is_over_sockets = over_sockets
        self._ends: list[ClientEnd] = []
        self.fail = fail

    def open_pipe(self, take: Callable[[bytes], None], lost: Callable[[], None]) -> ClientEnd:
        """A new connection; what fails in the client fails the soak, and not the task of the server that sends."""

        def taken(data: bytes) -> None:
            try:
                take(data)
            except Exception as error:
                self.fail(error, [])

        start, serve = self._server.nursery.start_soon, self._server.listener.serve
        if self._is_over_sockets:
            end = SoakSocket(taken, lost)
            start(serve, end.far)
            start(end.run)
            self._ends.append(end)
        else:
            pipe = SoakPipe(taken, lost)
            start(serve, pipe)
            self._ends.append(pipe)
        return self._ends[-1]

    def close(self) -> None:
        """The server is over: close what is still open of its connections."""
        for end in self._ends:
            end.close()

    def connect(self, auth: Auth, hear: Callable[[SoakClient, Received], None], random: Random) -> SoakClient:
        """A client that connects by either way; it is let in or not some time later."""
        client = SoakClient(hear, self._raw)
        way = PollingWay if random.random() < POLLING_SHARE else WebSocketWay
        client.connect(way(self.open_pipe, client.take, client.lose), auth)
        return client

    def has_bounds(self, token: str) -> bool:
        """Whether a turn may be refused to this token."""
        return token not in ("", "stranger")

    def break_next_step(self) -> None:
        """The next words of a typed turn break the step of their session."""
        self.engines.soak_analyst.breaks = True

    def mend(self) -> None:
        """Nothing breaks any more."""
        self.engines.soak_analyst.breaks = False

    async def settle(self) -> None:
        """Until nothing moves any more without time passing."""
        await wait_all_tasks_blocked()

    @property
    def seats(self) -> dict[str, int]:
        """The seats that are taken in each pool."""
        return {kind: pool.taken for kind, pool in self.supervisor.pools.items() if pool.taken}

    @property
    def stuck(self) -> list[str]:
        """The sessions in which a turn, or an utterance, is not over."""
        return [
            f"{session.id}: {session.state.value}"
            for session in self.session_registry.sessions
            if session.state.value not in ("idle", "handshaken")
        ]

    async def check_nothing_is_left(self) -> None:
        """After the grace period nothing remains of any session: no record, task, seat, work or connection."""
        await trio.sleep(self.supervisor.session_registry.shared.limits.grace + 60.0)
        assert self.seats == {}, f"seats that were not given back: {self.seats}"
        waiting = {kind: (pool.waiting, pool.busy, pool.listening) for kind, pool in self.supervisor.pools.items()}
        assert set(waiting.values()) == {(0, 0, 0)}, f"work that is not over: {waiting}"
        assert self.engines.running == {}, f"engines at work: {self.engines.running}"
        assert self.engines.voice_activity.streams == 0
        assert not self.supervisor.account.waiting
        assert not any(end.is_served for end in self._ends), "connections that the server has not closed"
        self._server.check_nothing_is_left()

    # ---- the weather

    async def weather(self, random: Random) -> None:
        """Now and then something is short or broken for all, and some time later it is not; cancelling mends it."""
        while True:
            await trio.sleep(random.choice([5.0, 20.0, 60.0]))
            change = random.choice(
                [self._crowd, self._squeeze, self._lose_encoders, self._mishear, self._slow_mouths, self._retune]
            )
            self.note("steps", change.__name__.strip("_"))
            async with change(random):
                await trio.sleep(random.choice([0.5, 3.0, 9.0]))

    @asynccontextmanager
    async def _crowd(self, random: Random) -> AsyncIterator[None]:
        """Others take the seats that are left in a pool."""
        pool = random.choice(list(self.supervisor.pools.values()))
        taken = 0
        while pool.reserve():
            taken += 1
        try:
            yield
        finally:
            for _ in range(taken):
                pool.give_back()

    @asynccontextmanager
    async def _squeeze(self, random: Random) -> AsyncIterator[None]:
        """There is hardly any memory left."""
        limits = self.supervisor.session_registry.shared.limits
        most = self.supervisor.account.used + random.choice([0, 40, 400, 3_000])
        self.supervisor.take_limits(msgspec.structs.replace(limits, memory_in_flight=most))
        try:
            yield
        finally:
            self.supervisor.take_limits(limits)

    @asynccontextmanager
    async def _lose_encoders(self, random: Random) -> AsyncIterator[None]:
        """Some formats cannot be had."""
        self.engines.codec.fails_for = set(map(AudioFormat, random.choice([["wav"], ["mp3"], ["mp3", "wav", "opus"]])))
        try:
            yield
        finally:
            self.engines.codec.fails_for = set()

    @asynccontextmanager
    async def _mishear(self, random: Random) -> AsyncIterator[None]:
        """Voice activity is late, or fails."""
        activity = self.engines.voice_activity
        activity.delay, activity.failing = random.choice([(0.1, False), (0.5, False), (0.0, True)])
        try:
            yield
        finally:
            activity.delay, activity.failing = 0.0, False

    @asynccontextmanager
    async def _slow_mouths(self, random: Random) -> AsyncIterator[None]:
        """Mouths are late, or their process is gone."""
        mouths = self.engines.mouths
        mouths.delay, mouths.lag, mouths.calls = random.choice([(0.05, 0, None), (0.3, 120, None), (0.0, 0, 2)])
        try:
            yield
        finally:
            mouths.delay, mouths.lag, mouths.calls = 0.0, 0, None

    @asynccontextmanager
    async def _retune(self, random: Random) -> AsyncIterator[None]:
        """From now on recognisers listen or not, and take files or not; sounds last longer or shorter."""
        engines = self.engines
        engines.stt.live = random.random() < 0.5
        engines.stt.accepts = random.choice([frozenset(), frozenset({"mp3", "webm"}), frozenset({"pcm16"})])
        engines.codec.seconds = random.choice([0.3, 2.0, 2.0, 6.0])
        engines.codec.has_rest = random.random() < 0.3
        yield


@asynccontextmanager
async def soak_server(
    plan: ServerPlan,
    engines: SoakEngines,
    counting: SoakCounting,
    raw: Callable[[str | bytes], None],
    fail: Fail,
    *,
    over_sockets: bool = False,
) -> AsyncIterator[SoakServer]:
    """A server until the end of the block; what of it has not ended by then is cancelled.

    `over_sockets`: connections are pairs of sockets, which go the short way; its rounds are measured in calls.
    """
    ticks = count()
    async with running(engines, plan, door=SoakDoor(), watch=counting.watch, patience=FOREVER) as server:
        with patch.object(switchboard, "time", SimpleNamespace(perf_counter=lambda: next(ticks) * TICK)):
            async with trio.open_nursery() as nursery:
                if over_sockets:
                    await nursery.start(server.listener.run, [Nobody()])
                found = SoakServer(server, engines, counting, raw, fail, over_sockets=over_sockets)
                try:
                    yield found
                finally:
                    found.close()
                counting.counters["closes"].update(map(str, server.supervisor.connection_registry.closed.elements()))
                nursery.cancel_scope.cancel()
                server.nursery.cancel_scope.cancel()


def limits_of(random: Random) -> Limits:
    """The limits of one server: the deadlines of calls come first, or those of states."""
    calls = random.random() < 0.5
    return Limits(
        receiving=3.073, transcribing=99.101 if calls else 5.309, responding=99.203 if calls else 7.717,
        speaking=99.307 if calls else 8.623, stt_silence=2.303 if calls else 99.0, stt_call=5.107 if calls else 99.0,
        llm_silence=2.401 if calls else 99.0, llm_call=6.109 if calls else 99.0, tts_silence=1.903 if calls else 99.0,
        tts_call=5.303 if calls else 99.0, utterance_bytes=200_000, utterance_seconds=5.0, text_chars=40,
        answer_chars=60, grace=20.503, receivers=3, sessions=random.choice([4, 12, 12]), history_turns=4,
        history_chars=200, mailbox=random.choice([4, 64]), memory_in_flight=random.choice([10**9, 10**9, 60_000]),
    )  # fmt: skip
