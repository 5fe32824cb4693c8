"""Whole conversations under pressure: engines that never end, an encoder that fails, and too much of anything."""

import uuid
from collections.abc import Mapping

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.ports.sound import Clip, Sound
from actors.running.sizes import PoolSizes
from adapters.client.voiceclient import AudioPiece
from protocol.audioformat import AudioFormat
from protocol.errors import CloseReason, ErrorId
from protocol.messages import BufferInitialized, CustomError, Metrics, ResponseStarted, SessionJoined
from protocol.timing import Timing
from tests.harness import errors, serving, state
from tests.scripted import Act, End, ScriptedCodec, ScriptedEngines, drips

ROOM = str(uuid.UUID(int=7))
STAGES = ("STT", "LLM", "TTS")
PATIENT = Limits(transcribing=900, responding=900)
"""The deadlines of the states come long after those of the calls."""


# ---- one Receiver's encoder


class NotedCodec(ScriptedCodec):
    """A codec that notes what it is asked to make, in this order."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []

    async def convert(self, clip: Clip, targets: frozenset[AudioFormat]) -> Mapping[AudioFormat, Sound]:
        """One after the other."""
        self.made += map(str, targets)
        return await super().convert(clip, targets)


async def test_formats_are_made_in_an_order_that_a_replay_has_too(clock: MockClock) -> None:
    engines = ScriptedEngines()
    codec = engines._codec = NotedCodec()
    async with serving(engines) as server, server.joined(session_id=ROOM, audio_format="wav") as client:
        for format_ in ("opus", "mp3", "pcm16"):
            await server.join(role="receiver", session_id=ROOM, audio_format=format_)
        await client.configure()
        await client.say()
        await client.until(Metrics)
    assert codec.made == ["mp3", "opus", "pcm16/24000", "wav"]


async def test_a_receiver_whose_encoder_fails_is_told_so_and_the_others_hear_the_answer(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.codec.fails_for = {AudioFormat("wav")}
    async with (
        serving(engines) as server,
        server.joined(session_id=ROOM) as client,
        server.joined(role="receiver", session_id=ROOM, audio_format="wav") as scene,
    ):
        await scene.until(SessionJoined)
        await client.configure()
        await client.say()
        assert errors(await client.until(Metrics)) == []
        assert [piece.audio for piece in client.pieces] == [b"mp3:Fine and well."]
        assert errors(await scene.until(AudioPiece)) == [ErrorId.SYNTHESIS_FAILED]
        assert [(piece.text, piece.audio, piece.done) for piece in scene.pieces] == [("Fine and well.", b"", True)]
        await client.until(state("handshaken"))
        engines.codec.fails_for.clear()
        await client.check_a_turn_works()
        assert scene.pieces[-1].audio == b"wav:Fine and well."


# ---- leaving


async def test_a_goodbye_that_the_end_of_the_connection_cuts_short_is_said_again(clock: MockClock) -> None:
    async with serving() as server:
        client = await server.join(session_id=ROOM)
        await client.configure()
        [connection] = server.supervisor.connection_registry._connections.values()
        with trio.CancelScope() as reading:
            reading.cancel()
            await connection._application.receive("1")
        assert reading.cancelled_caught
        await client.vanish()
        await server.check_nothing_is_left()


# ---- engines that do not come to an end


async def check_it_is_cut(kind: str, act: Act, deadline: str, seconds: float) -> None:
    """The engine is stopped by this deadline, which is named, and the next turn works."""
    engines = ScriptedEngines()
    engines.scripts[kind].acts.append(act)
    async with serving(engines, limits=PATIENT) as server, server.joined() as client:
        await client.configure()
        begun = trio.current_time()
        await client.say()
        [error] = [m for m in await client.until(CustomError) if isinstance(m, CustomError)]
        assert error.error_id == ErrorId.DEADLINE
        assert f"'{deadline}'" in error.message
        assert trio.current_time() - begun == pytest.approx(seconds)
        assert engines.scripts[kind].ends == [End.CANCELLED]
        assert engines.running == {}
        await client.until(state("handshaken"))
        await client.check_a_turn_works()
        assert server.seats == {}


@pytest.mark.parametrize(("kind", "seconds"), [("STT", 20), ("LLM", 20), ("TTS", 15)])
async def test_an_engine_that_sends_a_byte_a_minute_is_cut_by_its_silence(
    clock: MockClock, kind: str, seconds: float
) -> None:
    await check_it_is_cut(kind, drips(60), f"{kind.lower()}_silence", seconds)


@pytest.mark.parametrize(("kind", "seconds"), [("STT", 30), ("LLM", 60), ("TTS", 60)])
async def test_an_engine_that_never_closes_is_cut_by_the_length_of_its_call(
    clock: MockClock, kind: str, seconds: float
) -> None:
    await check_it_is_cut(kind, drips(7), f"{kind.lower()}_call", seconds)


# ---- backpressure


async def test_a_full_mailbox_makes_its_own_client_wait_and_loses_nothing(clock: MockClock) -> None:
    async with serving(limits=Limits(mailbox=1)) as server, server.joined() as busy, server.joined() as other:
        await busy.configure()
        await other.configure()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(busy.say, *(b"%03d" % number for number in range(200)))
            nursery.start_soon(other.say)
        await busy.until(AudioPiece)
        await other.until(AudioPiece)
        said = {call.asked.data for call in server.engines.stt.script.calls}
        assert said == {b"".join(b"%03d" % number for number in range(200)), b"sound"}


async def test_a_full_pool_refuses_the_new_turn_at_its_commit_and_no_turn_that_was_admitted(clock: MockClock) -> None:
    engines = ScriptedEngines()
    for script in engines.scripts.values():
        script.usual = Act(script.usual.pieces, delay=1.0)
    async with (
        serving(engines, pools=PoolSizes(1, 1, 1, 1)) as server,
        server.joined() as first,
        server.joined() as second,
        server.joined() as third,
    ):
        for client in (first, second, third):
            await client.configure()
        for client in (first, second):
            await client.say()
            await client.until(state("transcribing"))
        begun = trio.current_time()
        await third.say()
        assert errors(await third.until(CustomError)) == [ErrorId.BUSY]
        assert trio.current_time() == begun
        for client in (first, second):
            assert errors(await client.until(AudioPiece)) == []
            await client.until(state("handshaken"))
        await third.until(state("handshaken"))
        await third.check_a_turn_works()
        assert server.seats == {}


async def test_silent_open_microphones_hold_no_worker(clock: MockClock) -> None:
    async with serving(pools=PoolSizes(1, 1, 1, 0)) as server, server.joined() as speaker:
        silent = [await server.join() for _ in range(5)]
        for client in (*silent, speaker):
            await client.configure()
        for client in silent:
            await client.voice.append(b"hum")
            await client.until(BufferInitialized)
        assert server.seats == {}
        await speaker.check_a_turn_works()
        for client in silent:
            await client.vanish()


async def test_a_receiver_that_does_not_read_is_dropped_and_slows_nobody(clock: MockClock) -> None:
    timing = Timing(outbox_messages=8)
    async with serving(timing=timing) as server, server.joined(session_id=ROOM) as client:
        deaf = await server.join(role="receiver", session_id=ROOM, listening=False, lockstep=True)
        await client.configure()
        [session] = server.session_registry.sessions
        assert len(session.participants) == 2
        for _ in range(3):
            begun = trio.current_time()
            await client.say()
            await client.until(ResponseStarted)
            await client.until(AudioPiece)
            assert trio.current_time() == begun
            await client.until(state("handshaken"))
            assert trio.current_time() - begun == pytest.approx(server.engines.codec.seconds)
        assert sum(not one.is_absent for one in session.participants.values()) == 1
        assert server.supervisor.connection_registry.closed[CloseReason.SLOW_READER] == 1
        await deaf.vanish()
