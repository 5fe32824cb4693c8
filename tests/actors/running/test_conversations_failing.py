"""Whole conversations in which something fails, each in fifty orders of Trio's scheduler: the next turn works."""

import math
import uuid
from collections.abc import Iterable

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.events import Said
from actors.deciding.graph import MACHINE
from actors.deciding.limits import Limits
from actors.ports.sound import Undecodable
from actors.running.sizes import PoolSizes
from adapters.client.voiceclient import AckReceived
from protocol.configuration import SessionUpdate
from protocol.engineio import Frame
from protocol.errors import ErrorId
from protocol.handshake import Handshake
from protocol.messages import (
    CustomError,
    ResponseCancelled,
    SessionJoined,
    TextDelta,
)
from tests.harness import errors, kinds, serving, state
from tests.scripted import UNDECODABLE, Act, Broken, End, ScriptedEngines, drips, fails, hangs

ROOM = str(uuid.UUID(int=7))
QUICK = Limits(
    receiving=3, transcribing=5, responding=7, speaking=9, grace=20, stt_silence=math.inf, stt_call=math.inf,
    llm_silence=math.inf, llm_call=math.inf, tts_silence=math.inf, tts_call=math.inf,
)  # fmt: skip
"""The deadlines of the states alone: those of the calls never come."""
STAGES = ("STT", "LLM", "TTS")


# ---- failure


@pytest.mark.parametrize(("kind", "error"), list(zip(STAGES, (3000, 3001, 3002), strict=True)))
@pytest.mark.parametrize("why", [None, Broken("unforeseen")], ids=["refuses", "crashes"])
async def test_a_stage_that_fails_ends_its_turn_and_the_next_one_works(
    clock: MockClock, kind: str, error: int, why: Exception | None
) -> None:
    engines = ScriptedEngines()
    engines.scripts[kind].acts.append(fails(why=why))
    async with serving(engines, pools=PoolSizes(1, 1, 1, 0)) as server, server.joined() as client:
        await client.configure()
        await client.say()
        told = await client.until(state("handshaken"))
        assert errors(told) == [error]
        assert (ResponseCancelled("failed") in told) == (kind != "STT")
        await client.check_a_turn_works()
        crashes = sum(pool.crashes for pool in server.supervisor.pools.values())
        assert crashes == (0 if why is None else 1)
        assert server.seats == {}


async def test_sound_that_cannot_be_decoded_is_refused_at_the_commit(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        await client.say(UNDECODABLE)
        told = await client.until(state("handshaken"))
        assert errors(told) == [ErrorId.UNDECODABLE_AUDIO]
        await client.check_a_turn_works()


@pytest.mark.parametrize("stream", [True, False])
async def test_sound_of_a_synthesiser_that_cannot_be_decoded_is_not_the_clients_fault(
    clock: MockClock, stream: bool
) -> None:
    engines = ScriptedEngines()
    engines.scripts["TTS"].acts.append(fails(why=Undecodable("said to be mp3, it does not decode")))
    async with serving(engines) as server, server.joined() as client:
        await client.configure(TTS={"stream": stream})
        await client.say()
        told = await client.until(state("handshaken"))
        assert errors(told) == [ErrorId.SYNTHESIS_FAILED]


@pytest.mark.parametrize("kind", [*STAGES, "codec"])
async def test_a_stage_that_hangs_is_cut_by_the_deadline_of_its_state(clock: MockClock, kind: str) -> None:
    engines = ScriptedEngines()
    engines.scripts[kind].acts.append(hangs())
    async with serving(engines, limits=QUICK) as server, server.joined() as client:
        await client.configure()
        begun = trio.current_time()
        await client.say()
        [error] = [m for m in await client.until(CustomError) if isinstance(m, CustomError)]
        name, seconds = ("transcribing", 5) if kind in ("STT", "codec") else ("responding", 7)
        assert error.error_id == ErrorId.DEADLINE
        assert f"'{name}'" in error.message
        assert trio.current_time() - begun == pytest.approx(seconds)
        await client.until(state("handshaken"))
        await client.check_a_turn_works()
        assert engines.scripts[kind].ends[0] is End.CANCELLED
        assert server.seats == {}


async def test_a_model_that_drips_is_cut_as_well(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.llm.script.acts.append(drips(0.9))
    async with serving(engines, limits=QUICK) as server, server.joined() as client:
        await client.configure(LLM={"stream": True})
        await client.voice.text("Hello")
        told = await client.until(ResponseCancelled)
        assert kinds(told).count(TextDelta) == 7
        await client.check_a_turn_works()
        assert server.seats == {}


@pytest.mark.parametrize("kind", STAGES)
async def test_each_call_of_an_engine_has_a_deadline_of_its_own(clock: MockClock, kind: str) -> None:
    engines = ScriptedEngines()
    engines.scripts[kind].acts.append(hangs())
    limits = Limits(transcribing=99, responding=99, stt_silence=4, llm_silence=4, tts_silence=4)
    async with serving(engines, limits=limits) as server, server.joined() as client:
        await client.configure()
        await client.say()
        [error] = [m for m in await client.until(CustomError) if isinstance(m, CustomError)]
        assert error.error_id == ErrorId.DEADLINE
        assert f"'{kind.lower()}_silence'" in error.message
        await client.until(state("handshaken"))
        await client.check_a_turn_works()
        assert server.seats == {}


@pytest.mark.parametrize(("signs", "error_id"), [(5, None), (40, ErrorId.DEADLINE)])
async def test_a_model_that_gives_signs_of_life_is_waited_for_until_its_call_is_over(
    clock: MockClock, signs: int, error_id: ErrorId | None
) -> None:
    engines = ScriptedEngines()
    engines.scripts["LLM"].acts.append(Act(("",) * signs + ("Well.",), delay=3))
    limits = Limits(responding=99, llm_silence=4, llm_call=50)
    async with serving(engines, limits=limits) as server, server.joined() as client:
        await client.configure(LLM={"stream": True})
        await client.voice.text("Hello")
        told = await client.until(state("handshaken"))
        assert [m.error_id for m in told if isinstance(m, CustomError)] == ([error_id] if error_id else [])
        assert [m.text for m in told if isinstance(m, TextDelta)] == ([] if error_id else ["Well."])
        assert server.seats == {}


async def test_an_utterance_that_goes_quiet_is_thrown_away(clock: MockClock) -> None:
    async with serving(limits=QUICK) as server, server.joined() as client:
        await client.configure()
        await client.voice.append(b"one")
        [error] = [m for m in await client.until(state("handshaken")) if isinstance(m, CustomError)]
        assert "'receiving'" in error.message
        await client.check_a_turn_works()


@pytest.mark.parametrize("full", STAGES)
async def test_a_turn_for_which_there_is_no_seat_is_refused_and_the_next_one_works(clock: MockClock, full: str) -> None:
    engines = ScriptedEngines()
    engines.scripts[full].acts.append(hangs())
    async with (
        serving(engines, pools=PoolSizes(1, 1, 1, 0)) as server,
        server.joined() as first,
        server.joined() as second,
    ):
        await first.configure()
        await second.configure()
        await first.say()
        await first.until(state("transcribing" if full == "STT" else "responding"))
        await second.say()
        told = await second.until(CustomError)
        assert errors(told) == [ErrorId.BUSY]
        await second.until(state("handshaken"))
        await first.voice.cancel()
        await first.until(state("handshaken"))
        await second.check_a_turn_works()
        assert server.seats == {}


async def test_a_session_that_breaks_ends_alone(clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        serving() as server,
        server.joined(session_id=ROOM) as one,
        server.joined(role="receiver", session_id=ROOM) as avatar,
        server.joined() as other,
    ):
        for client in (one, avatar, other):
            await client.until(SessionJoined)
        await one.configure()
        await other.configure()
        broken = next(session for session in server.session_registry.sessions if session.id == ROOM)
        monkeypatch.setattr(broken, "resolve", None)
        await one.voice.update({})
        for client in (one, avatar):
            await client.over.wait()
            assert errors(client.rest()) == [ErrorId.SERVER_FAULT]
        await other.check_a_turn_works()
        assert len(server.session_registry) == 1
        async with server.joined(session_id=ROOM) as again:
            assert await again.until(SessionJoined) == [SessionJoined(ROOM, "both", "idle")]


async def test_whoever_joins_a_session_that_is_breaking_is_let_go(
    clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving() as server, server.joined(session_id=ROOM) as one:
        await one.configure()
        [broken] = server.session_registry.sessions
        monkeypatch.setattr(broken, "resolve", None)
        late = LateOutlet()
        place = await server.session_registry.join(Handshake("receiver", ROOM), late)
        place.runner.mailbox.send_nowait(Said(broken.senders[0], SessionUpdate()))
        place.runner.mailbox.send_nowait(place.arrival)
        await server.settle()
        assert late.disconnected


class LateOutlet:
    """A socket whose arrival waits behind the event that breaks the session."""

    disconnected = False

    def deliver(self, frames: tuple[Frame, ...], turn: int | None) -> None:
        """It hears of the fault."""

    def drop(self, turn: int) -> int:
        """It has nothing queued."""
        return 0

    def acknowledge(self, ack: int, error: CustomError | None) -> None:
        """It has asked for nothing."""

    def disconnect(self) -> None:
        """It is let go."""
        self.disconnected = True

    async def is_alive(self, seconds: float) -> bool:
        """It is there."""
        return True


# ---- bad input


async def test_every_bad_event_is_answered_and_the_next_turn_works(clock: MockClock) -> None:
    bad: list[tuple[str, tuple[object, ...], int]] = [
        ("input.buffer.append", (b"early",), 1002),
        ("session.update", ({"LLM": {"temperature": "hot"}},), 2000),
        ("session.update", ({"LLM": {"provider": "nobody"}},), 2001),
        ("input.buffer.append", ("***",), 1000),
        ("input.buffer.append", (17,), 1000),
        ("input.buffre.append", (b"x",), 1001),
        ("input.buffer.commit", (), 1002),
    ]
    async with serving() as server, server.joined() as client:
        for ack, (event, arguments, error) in enumerate(bad):
            await client.voice.send(event, *arguments, ack=ack)
            told = await client.until(AckReceived)
            assert errors(told) == [error]
            assert told[-1] == AckReceived(ack, ({"success": False, "message": _words(told), "errorId": error},))
        await client.configure()
        await client.check_a_turn_works()


def _words(told: Iterable[object]) -> str:
    return next(message.message for message in told if isinstance(message, CustomError))


async def test_an_attachment_that_never_comes_costs_its_event_alone(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure()
        await client.voice.packets.send_frame('451-0["input.buffer.append",{"_placeholder":true,"num":0}]')
        told = await client.until(CustomError, AckReceived)
        assert errors(told) == [ErrorId.UNREADABLE]
        await client.check_a_turn_works()


async def test_an_update_of_very_many_keys_is_refused_in_words_and_the_next_turn_works(
    autojump_clock: MockClock,
) -> None:
    async with serving() as server, server.joined() as client:
        await client.voice.update({f"key{number}": {} for number in range(20_000)})
        (error,) = [item for item in await client.until(CustomError) if isinstance(item, CustomError)]
        assert error.error_id == ErrorId.UNREADABLE
        assert error.message.startswith('"session.update" is lost: it holds more than 10000 strings, arrays and')
        await client.configure()
        await client.check_a_turn_works()


@pytest.mark.parametrize("event", ["append", "commit", "text"])
async def test_what_the_machine_has_no_event_for_is_refused_on_the_wire(
    clock: MockClock, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    kept = {name: found for name, found in MACHINE.events.items() if name != event}
    async with serving() as server, server.joined() as client:
        await client.configure()
        await server.settle()
        client.rest()
        with monkeypatch.context() as patched:
            patched.setattr(MACHINE, "events", kept)
            match event:
                case "append":
                    await client.voice.append(b"sound")
                case "commit":
                    await client.voice.commit()
                case _:
                    await client.voice.text("Hello")
            await server.settle()
            assert client.rest() == [CustomError(f"{event} is not possible in the state handshaken", 1002)]
        await client.check_a_turn_works()
