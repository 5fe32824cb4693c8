"""Hands-free conversations with a whole server on memory streams."""

from collections.abc import Sequence

import pytest
import trio
from trio.testing import MockClock

from adapters.client.voiceclient import AudioPiece
from protocol.handsfree import (
    InputIdle,
    ResponseHeld,
    ResponseResumed,
    SessionEcho,
    SpeechStarted,
    SpeechStopped,
)
from protocol.messages import (
    BufferInitialized,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from tests.harness import Client, errors, kinds, serving, state
from tests.scripted import Act, ScriptedEngines

both_ways = pytest.mark.usefixtures("streams")
"""For tests of what differs between the ways of a chunk: over memory and over sockets."""

SPEECH, SILENCE = b"\x01" * 1024, bytes(1024)
FRAME = 0.032
VAD = {"type": "server_vad", "silenceDurationMs": 500}
PCM = {"mediaFormat": "pcm16"}


async def listening(client: Client, **more: object) -> None:
    """The client's microphone is open."""
    await client.configure(STT=PCM, turnDetection={**VAD, **more})


async def play(client: Client, *stretches: tuple[bytes, float], realtime: bool = True) -> None:
    """The microphone hears so many seconds of each; chunks of a frame, as they are recorded."""
    for frame, seconds in stretches:
        for _ in range(round(seconds / FRAME)):
            await client.voice.append(frame)
            if realtime:
                await trio.sleep(FRAME)


async def hears(client: Client, *stretches: tuple[bytes, float]) -> Sequence[object]:
    """What the client is told until the answer to it has been played."""
    await play(client, *stretches)
    return await client.until(state("handshaken"))


@both_ways
async def test_an_utterance_begins_and_ends_by_itself(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        told = await hears(client, (SILENCE, 0.64), (SPEECH, 0.96), (SILENCE, 0.8))
        assert kinds(told) == [
            "receiving", BufferInitialized, SpeechStarted, SpeechStopped, "transcribing", TranscribeDone, "responding",
            ResponseStarted, TextDone, "speaking", AudioPiece, Metrics, "handshaken",
        ]  # fmt: skip
        assert SpeechStarted(640 - 320) in told
        assert SpeechStopped(640 + 960) in told
        [call] = server.engines.stt.script.calls
        assert call.asked.data == SILENCE * 10 + SPEECH * 30 + SILENCE * 6
        assert call.asked.utterance.format.name == "pcm16"
        await client.vanish()
        await server.check_nothing_is_left()


async def test_a_click_is_no_speech(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        client.rest()
        await play(client, (SILENCE, 0.32), (SPEECH, 0.064), (SILENCE, 1.0))
        await server.settle()
        assert client.rest() == []


async def test_the_answer_is_tried_in_a_pause_and_told_at_the_commit_alone(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, silenceDurationMs=960)
        client.rest()
        await play(client, (SPEECH, 0.96), (SILENCE, 0.64))
        await server.settle()
        assert [len(script.calls) for script in (server.engines.stt.script, server.engines.llm.script)] == [1, 1]
        assert len(server.engines.tts.script.calls) == 1
        assert kinds(client.rest()) == ["receiving", BufferInitialized, SpeechStarted]
        begun = trio.current_time()
        await play(client, (SILENCE, 0.32))
        told = await client.until(Metrics)
        assert trio.current_time() - begun < 0.4
        assert kinds(told) == [
            SpeechStopped, "transcribing", TranscribeDone, "responding", ResponseStarted, TextDone, "speaking",
            AudioPiece, Metrics,
        ]  # fmt: skip
        assert told[-1] == Metrics(1, 0, 0, 0, 0, 0)
        assert len(server.engines.stt.script.calls) == 1
        speculation = server.session_registry.sessions[0].speculation
        assert (speculation.begun, speculation.kept, speculation.dropped) == (1, 1, 0)


async def test_speech_before_the_commit_drops_what_was_tried_and_nobody_is_told(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, silenceDurationMs=960)
        client.rest()
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.64), (SPEECH, 0.96), (SILENCE, 1.2))
        assert kinds(told).count(TranscribeDone) == kinds(told).count(ResponseStarted) == 1
        assert kinds(told).count(SpeechStarted) == kinds(told).count(SpeechStopped) == 1
        assert [len(call.asked.data) // 1024 for call in server.engines.stt.script.calls] == [36, 86]
        assert ResponseStarted(1) in told
        assert len(server.session_registry.sessions[0].memory.history) == 1


async def test_without_speculation_nothing_begins_before_the_commit(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, speculate=False, silenceDurationMs=960)
        await play(client, (SPEECH, 0.96), (SILENCE, 0.8))
        await server.settle()
        assert server.engines.stt.script.calls == []
        await hears(client, (SILENCE, 0.32))
        assert len(server.engines.stt.script.calls) == 1


async def test_a_receiver_that_comes_in_the_pause_is_spoken_to(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, silenceDurationMs=960)
        await play(client, (SPEECH, 0.96), (SILENCE, 0.64))
        session = server.session_registry.sessions[0].id
        async with server.joined(role="receiver", session_id=session, audio_format="wav") as receiver:
            await play(client, (SILENCE, 0.32))
            await client.until(Metrics)
            await receiver.until(AudioPiece)
            assert [piece.audio for piece in receiver.pieces] == [b"wav:Fine and well."]


# ---- the end of a turn


async def test_a_model_of_the_end_of_a_turn_commits_early(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        server.engines.turn_end.usual, server.engines.turn_end.delay = 0.9, 0.05
        await listening(client, type="semantic_vad")
        await play(client, (SPEECH, 1.6), (SILENCE, 0.48))
        told = await client.until(Metrics)
        assert SpeechStopped(1600) in told
        [asked] = server.engines.turn_end.asked
        assert asked.endswith(SPEECH + SILENCE * 12)
        assert server.engines.turn_end.prepared == 1


async def test_a_model_is_asked_twice_and_then_silence_decides(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        server.engines.turn_end.answers.extend([0.1, 0.2])
        await listening(client, type="semantic_vad", eagerness="high")
        client.rest()
        await play(client, (SPEECH, 1.6), (SILENCE, 1.92))
        assert kinds(client.rest()) == ["receiving", BufferInitialized, SpeechStarted]
        assert len(server.engines.turn_end.asked) == 2
        told = await hears(client, (SILENCE, 0.16))
        assert SpeechStopped(1600) in told


async def test_an_answer_of_the_model_that_comes_after_speech_went_on_counts_for_nothing(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        server.engines.turn_end.usual, server.engines.turn_end.delay = 0.9, 0.25
        await listening(client, type="semantic_vad")
        client.rest()
        await play(client, (SPEECH, 0.96), (SILENCE, 0.42), (SPEECH, 0.96))
        assert kinds(client.rest()) == ["receiving", BufferInitialized, SpeechStarted]


@both_ways
async def test_where_chunks_stop_the_rest_of_the_silence_counts_on_the_clock(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, silenceDurationMs=2000)
        await play(client, (SPEECH, 0.96), (SILENCE, 0.48))
        before = trio.current_time()
        await client.until(SpeechStopped)
        assert trio.current_time() - before == pytest.approx(1.0 + 2.016 - 0.48, abs=0.05)


async def test_unbroken_speech_is_committed_after_a_minute(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SPEECH, 60.2), realtime=False)
        told = await client.until(TranscribeDone)
        assert kinds(told)[-4:] == [SpeechStopped, "transcribing", TranscribeDelta, TranscribeDone]


@both_ways
async def test_commit_and_clear_are_heard_after_the_sound_before_them(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        server.engines.voice_activity.delay = 0.1
        await listening(client)
        await play(client, (SPEECH, 0.96), realtime=False)
        await client.voice.commit()
        told = await client.until(state("handshaken"))
        assert SpeechStopped(960) in told
        assert errors(told) == []


async def test_a_commit_without_speech_is_refused_and_clear_drops_speech(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        client.rest()
        await play(client, (SILENCE, 0.64))
        await client.voice.commit()
        await server.settle()
        assert errors(client.rest()) == [1005]
        await play(client, (SPEECH, 0.64))
        await client.voice.clear()
        await client.until(state("handshaken"))
        assert server.engines.stt.script.calls == []


async def test_typing_over_open_speech_is_answered(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SPEECH, 0.64))
        client.rest()
        await client.voice.text("Hello")
        told = await client.until(state("handshaken"))
        assert kinds(told)[:3] == [TranscribeDone, "responding", ResponseStarted]
        assert errors(told) == []


async def test_a_transcript_alone_waits_for_response_create(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, createResponse=False)
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        assert kinds(told)[-3:] == [TranscribeDone, Metrics, "handshaken"]
        assert server.engines.llm.script.calls == []
        await client.voice.send("response.create")
        told = await client.until(state("handshaken"))
        assert kinds(told)[:3] == ["responding", ResponseStarted, TextDone]
        [call] = server.engines.llm.script.calls
        assert call.asked.text == "How are you?"
        assert call.asked.history == ()
        await client.voice.send("response.create")
        await server.settle()
        assert errors(client.rest()) == [1005]


async def test_nobody_speaks_for_a_while(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client, idleTimeoutMs=5000)
        client.rest()
        await trio.sleep(4.9)
        assert client.rest() == []
        await trio.sleep(20)
        assert client.rest() == [InputIdle(5000)]
        await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        await trio.sleep(20)
        assert client.rest() == [InputIdle(5000)]


# ---- speech during an answer


async def answering(client: Client, engines: ScriptedEngines, seconds: float = 20.0) -> None:
    """The avatar speaks, for so long, and has been heard for three seconds."""
    engines.codec.seconds = seconds
    await play(client, (SPEECH, 0.96), (SILENCE, 0.64))
    await client.until(Metrics)
    await play(client, (SILENCE, 3.2))
    client.rest()


async def test_an_answer_is_ducked_held_and_goes_on_after_a_backchannel(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines)
        engines.stt.script.usual = Act(("Mhm.",), 0.3)
        await play(client, (SPEECH, 0.64), (SILENCE, 0.96))
        assert client.rest() == [ResponseHeld(1, "duck"), ResponseHeld(1, "pause"), ResponseResumed(1)]


async def test_a_cough_costs_nothing(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines)
        engines.stt.script.usual = Act((), 0.3)
        await play(client, (SPEECH, 0.32), (SILENCE, 0.96))
        assert client.rest() == [ResponseHeld(1, "duck"), ResponseResumed(1)]


@both_ways
async def test_words_cut_the_answer_and_are_the_utterance(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines)
        engines.stt.script.usual = Act(("Stop", " that."), 0.1)
        told = await hears(client, (SPEECH, 0.64), (SILENCE, 1.5))
        without_sound = [kind for kind in kinds(told) if kind is not AudioPiece]  # one that closes the parts, or none
        assert without_sound[:6] == [
            ResponseHeld, ResponseHeld, ResponseCancelled, "receiving", BufferInitialized, SpeechStarted,
        ]  # fmt: skip
        assert ResponseCancelled("interrupted") in told
        assert TranscribeDone("Stop that.", "", "en") in told
        assert ResponseStarted(2) in told


async def test_long_speech_cuts_the_answer_whatever_it_says(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined() as client:
        await listening(client)
        await answering(client, engines)
        await play(client, (SPEECH, 1.12))
        assert client.rest() == []  # it cannot hold, so nobody holds
        await play(client, (SPEECH, 0.16))
        assert kinds(client.rest())[-4:] == [ResponseCancelled, "receiving", BufferInitialized, SpeechStarted]
        history = server.session_registry.sessions[0].memory.history
        assert len(history) == 1


async def test_without_interruption_speech_during_an_answer_is_not_kept(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client, interruptResponse=False)
        await answering(client, engines, 8.0)
        await play(client, (SPEECH, 3.2), (SILENCE, 3.2))
        assert kinds(client.rest()) == ["handshaken"]


async def test_the_other_half_of_an_utterance_is_merged(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined() as client:
        await listening(client)
        engines.codec.seconds = 20.0
        await play(client, (SPEECH, 0.96), (SILENCE, 0.64))
        await client.until(Metrics)
        client.rest()
        engines.stt.script.usual = Act(("I would like two tickets.",))
        told = await hears(client, (SPEECH, 1.6), (SILENCE, 22.0))
        assert ResponseCancelled("reopened") in told
        assert TranscribeDone("I would like two tickets.", "", "en") in told
        assert ResponseStarted(2) in told
        data = engines.stt.script.calls[-1].asked.data
        assert data.count(SPEECH) == 30 + 50
        assert [exchange.said for exchange in server.session_registry.sessions[0].memory.history] == [
            "I would like two tickets."
        ]


async def test_an_answer_that_pauses_is_longer_by_the_pause(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines, 5.0)
        engines.stt.script.usual = Act((), 0.3)
        await play(client, (SPEECH, 0.64), (SILENCE, 0.64))
        assert kinds(client.rest())[-1] is ResponseResumed
        begun = trio.current_time()
        await client.until(state("handshaken"))
        assert trio.current_time() - begun > 0.9


# ---- echo


async def test_an_echo_of_the_avatar_interrupts_nothing_and_is_told_once(clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.voice_activity.hears_echo = True
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        engines.codec.seconds = 1.0
        for _ in range(2):
            await play(client, (SPEECH, 0.96), (SILENCE, 0.64))
            await client.until(Metrics)
            client.rest()
            await play(client, (SPEECH, 0.8), (SILENCE, 2.0))
            assert kinds(client.rest())[-1] == "handshaken"
        assert kinds(client.heard).count(SessionEcho) == 1
        assert kinds(client.heard).count(ResponseHeld) == kinds(client.heard).count(ResponseCancelled) == 0
        assert len(server.session_registry.sessions[0].memory.history) == 2


@pytest.mark.parametrize("echo", ["off", "mute"])
async def test_only_auto_is_told_what_plays(clock: MockClock, echo: str) -> None:
    engines = ScriptedEngines()
    engines.voice_activity.hears_echo = True
    async with serving(engines) as server, server.joined() as client:
        await listening(client, echo=echo)
        await answering(client, engines, 6.0)
        await play(client, (SPEECH, 1.6))
        assert not any(reference.envelope for reference in engines.voice_activity.references)
        assert ("receiving" in kinds(client.rest())) == (echo == "off")
