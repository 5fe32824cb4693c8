"""Recognition while the person speaks: whatever becomes of it, and whenever, the whole utterance is recognised."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.deciding.conversation import Conversation
from actors.deciding.events import Joined, Left, Said
from actors.deciding.limits import Limits
from actors.ports.calls import Emit, EngineFailed, Kind
from actors.ports.recognition import SpeechToText, Transcript, Utterance
from actors.running.outlet import NewMember
from actors.running.pool import Pool
from actors.running.session import Runner
from adapters.virtual.clock import reseed
from protocol.audioformat import AudioFormat
from protocol.configuration import read_update
from protocol.engineio import Frame
from protocol.handshake import Encoding
from protocol.messages import BufferAppend, BufferClear, BufferCommit, ClientMessage, CustomError, InputText, Names
from protocol.states import State
from tests.playbook import accept
from tests.scripted import Broken, ScriptedAnalyst, ScriptedEngines, hangs

LIMITS = Limits(
    receiving=3, transcribing=50, responding=50, speaking=50, grace=20, stt_silence=30, stt_call=40, utterance_bytes=90
)
CHUNK = b"a chunk\0of sound"
WHYS: dict[str, Exception | None] = {"ends": None, "fails": EngineFailed("down"), "crashes": Broken("unforeseen")}


class Hearing:
    """A call of the recogniser; `stop` ends it before the utterance does."""

    def __init__(self) -> None:
        self.heard = b""
        self.why: Exception | None = None
        self.scope = trio.CancelScope()

    def stop(self, why: Exception | None = None) -> None:
        """It ends with what it has heard by now, or fails."""
        self.why = why
        self.scope.cancel()


class Listener:
    """A recogniser that listens while it is spoken; `hearing`: its calls that have not ended."""

    live: bool = True
    accepts = frozenset({"pcm16"})
    wants = AudioFormat("pcm16", 16_000)

    def __init__(self) -> None:
        self.hearing: list[Hearing] = []
        self.calls = 0

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """What is heard is what is said."""
        call = Hearing()
        self.hearing.append(call)
        self.calls += 1
        try:
            with call.scope:
                async with utterance.audio.open() as pieces:
                    async for piece in pieces:
                        call.heard += piece
                        await words(call.heard.decode())
        finally:
            self.hearing.remove(call)
        if call.why is not None:
            raise call.why
        return Transcript(call.heard.decode())


class Engines(ScriptedEngines):
    """A recogniser that listens, and a model that never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.listener = Listener()
        self.llm.script.usual = hangs()

    def recogniser(self, provider: str) -> SpeechToText:
        """The one that listens."""
        return self.listener


class Outlet:
    """A socket whose client hears nothing."""

    def deliver(self, frames: tuple[Frame, ...], turn: int | None) -> None:
        """Gone."""

    def drop(self, turn: int) -> int:
        """Nothing waits."""
        return 0

    def acknowledge(self, ack: int, error: CustomError | None) -> None:
        """Nobody asks."""

    def disconnect(self) -> None:
        """Gone."""

    async def is_alive(self, seconds: float) -> bool:
        """Always."""
        await trio.lowlevel.checkpoint()
        return True


class SessionRunners:
    """Two sessions that share the pools."""

    def __init__(self, nursery: trio.Nursery, workers: int, limits: Limits) -> None:
        self._limits = limits
        self.engines = Engines()
        self.pools: dict[Kind, Pool] = {
            "STT": Pool("STT", workers, 2),
            "LLM": Pool("LLM", 4, 0),
            "TTS": Pool("TTS", 4, 0),
        }
        self.runners: list[Runner] = []
        self._nursery = nursery
        self._serial = count()

    async def start(self) -> None:
        """Start the pools and the sessions."""
        for pool in self.pools.values():
            await self._nursery.start(pool.run)
        for name in "ab":
            conversation = Conversation(name, self._limits, accept, ScriptedAnalyst(), trio.current_time())
            runner = Runner(conversation, self.engines, self.pools, Names(), self._nursery.start_soon)
            self.runners.append(runner)
            self._nursery.start_soon(runner.run)
            runner.mailbox.send_nowait(NewMember(Joined(1, "both", Encoding()), Outlet()))
            self.tell(read_update({"STT": {"mediaFormat": "pcm16"}}), len(self.runners) - 1)
        await wait_all_tasks_blocked()

    def tell(self, message: ClientMessage, session: int = 0) -> None:
        """What the Sender says is in the session's mailbox."""
        self.runners[session].mailbox.send_nowait(Said(1, message))

    def append(self, session: int = 0) -> None:
        """A chunk, unlike all others."""
        self.tell(BufferAppend(b"%s %d. " % (CHUNK, next(self._serial))), session)

    def stop(self, why: Exception | None = None) -> None:
        """What listens ends."""
        for call in self.engines.listener.hearing:
            call.stop(why)

    @property
    def seats(self) -> int:
        """The seats of the recogniser's pool that are taken."""
        return self.pools["STT"].taken


@asynccontextmanager
async def session_runners(workers: int = 4, limits: Limits = LIMITS) -> AsyncIterator[SessionRunners]:
    """Sessions and their pools, until the end of the block; then nothing of them may be left."""
    async with trio.open_nursery() as nursery:
        server = SessionRunners(nursery, workers, limits)
        await server.start()
        yield server
        for runner in server.runners:
            runner.mailbox.send_nowait(Left(1))
        await trio.sleep(LIMITS.grace + 1)
        await wait_all_tasks_blocked()
        assert server.engines.listener.hearing == []
        assert (server.seats, server.pools["STT"].listening, server.pools["STT"].busy) == (0, 0, 0)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("reads_files", [True, False], ids=["the file itself", "samples"])
async def test_a_recogniser_that_would_hear_the_first_of_several_files_alone_hears_them_at_the_commit(
    autojump_clock: MockClock, reads_files: bool
) -> None:
    flac = b"fLaC\0\0\0\x22 a file"
    async with session_runners() as server:
        if reads_files:
            server.engines.listener.accepts = frozenset({"pcm16", "flac"})
        for _ in range(3):
            server.tell(BufferAppend(flac))
        await wait_all_tasks_blocked()
        server.tell(BufferCommit())
        await wait_all_tasks_blocked()
        assert server.engines.listener.calls == (2 if reads_files else 1)
        assert server.runners[0].conversation.turn.said == (flac * 3).decode()


@pytest.mark.parametrize("listens", [True, False])
async def test_an_utterance_that_plays_too_long_is_refused_while_it_is_spoken_or_at_its_commit(
    autojump_clock: MockClock, listens: bool
) -> None:
    async with session_runners(limits=replace(LIMITS, utterance_bytes=90_000, utterance_seconds=0.75)) as server:
        conversation = server.runners[0].conversation
        server.engines.listener.accepts, server.engines.listener.live = frozenset(), listens
        for _ in range(2):
            server.tell(BufferAppend(b"aloud" * 2_000))
            await trio.sleep(1)  # sound is decoded in batches
            assert not conversation.utterance.overflown
        server.tell(BufferAppend(b"aloud" * 2_000))
        await trio.sleep(1)
        assert conversation.utterance.overflown is listens
        assert (conversation.utterance.size == 0) is listens
        server.tell(BufferCommit())
        await wait_all_tasks_blocked()
        assert conversation.state is State.HANDSHAKEN
        assert conversation.turn.said == ""


@pytest.mark.parametrize("why", WHYS)
@pytest.mark.parametrize("at", [1.0, LIMITS.receiving], ids=["anytime", "as a deadline is looked at"])
@pytest.mark.parametrize("first", ["the end", "the commit"])
async def test_an_early_end_in_the_instant_of_the_commit_costs_no_words(
    clock: MockClock, why: str, at: float, first: str
) -> None:
    async with session_runners() as server:
        begun = trio.current_time()
        server.append()
        await trio.sleep_until(begun + at / 2)
        server.append()
        await trio.sleep_until(begun + at)
        [call] = server.engines.listener.hearing
        server.append()
        if first == "the end":
            call.stop(WHYS[why])
        server.tell(BufferCommit())
        if first == "the commit":
            call.stop(WHYS[why])
        await wait_all_tasks_blocked()
        session = server.runners[0].conversation
        if why == "ends" or server.engines.listener.calls > 1:
            assert session.state is State.RESPONDING
            assert session.turn.said == "a chunk\0of sound 0. a chunk\0of sound 1. a chunk\0of sound 2."
        else:  # it failed when it had been told that this was all
            assert session.state is State.HANDSHAKEN
        assert trio.current_time() == begun + at


async def test_a_result_that_finds_the_mailbox_full_counts_for_nothing_either(clock: MockClock) -> None:
    async with session_runners() as server:
        server.append()
        await wait_all_tasks_blocked()
        for _ in range(LIMITS.mailbox - 1):
            server.tell(BufferAppend(b""))
        server.stop(Broken("unforeseen"))
        server.tell(BufferCommit())
        await wait_all_tasks_blocked()
        assert server.runners[0].conversation.turn.said == "a chunk\0of sound 0."


OPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["append"] * 5 + ["commit"] * 3 + ["stop", "clear", "text", "update", "wait", "settle", "yield"]
        ),
        st.integers(0, 1),
        st.sampled_from(sorted(WHYS)),
    ),
    max_size=30,
)


@settings(suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 99), workers=st.integers(1, 3), ops=OPS)
def test_whatever_happens_every_utterance_is_recognised_whole_and_no_seat_is_lost(
    seed: int, workers: int, ops: list[tuple[str, int, str]]
) -> None:
    async def evening() -> None:
        async with session_runners(workers) as server:
            for op in ops:
                await _do(server, *op)
                assert 0 <= server.pools["STT"].listening <= max(1, workers // 2)

    reseed(seed)
    trio.run(evening, clock=MockClock(autojump_threshold=0))


async def _do(server: SessionRunners, what: str, session: int, why: str) -> None:
    runner = server.runners[session]
    match what:
        case "append":
            server.append(session)
        case "commit":
            await wait_all_tasks_blocked()
            server.append(session)
            await wait_all_tasks_blocked()
            utterance = runner.conversation.utterance
            server.tell(BufferCommit(), session)
            server.stop(WHYS[why])
            await wait_all_tasks_blocked()
            if runner.conversation.state is State.TRANSCRIBING:  # the only worker listens to one who says no more
                await trio.sleep(LIMITS.receiving + 0.1)
            failed = why != "ends" and runner.conversation.state is State.HANDSHAKEN
            assert utterance.overflown or failed or runner.conversation.turn.said == utterance.audio.decode().strip()
        case "stop":
            server.stop(WHYS[why])
        case "clear":
            server.tell(BufferClear(), session)
        case "text":
            server.tell(InputText("Hello"), session)
        case "update":
            server.tell(read_update({"STT": {"languageCode": "de-DE"}}), session)
        case "wait":
            await trio.sleep(1.1)
        case "settle":
            await wait_all_tasks_blocked()
        case _:
            await trio.lowlevel.checkpoint()
