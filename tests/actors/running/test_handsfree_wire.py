"""Clauses of the wire of hands-free conversations that are met by clients of all kinds, with a whole server."""

import math
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from protocol.handsfree import ResponseHeld, ResponseResumed, SpeechStarted, SpeechStopped
from protocol.messages import (
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionUpdated,
    TranscribeDone,
)
from tests.actors.running.test_handsfree import PCM, SILENCE, SPEECH, VAD, answering, hears, listening, play
from tests.harness import errors, kinds, serving, state
from tests.scripted import Act, ScriptedEngines

LIES: tuple[Any, ...] = (
    *({"turn": 1, "id": 0, "ms": ms, "playing": True} for ms in (-5, 10**12, 2**31 - 1, math.nan, "far", None)),
    {"turn": 1, "id": 99, "ms": 100, "playing": True},
    {"turn": 7, "id": 0, "ms": 100, "playing": True},
    {"turn": 1},
    {},
    None,
)


async def test_positions_that_lie_cost_nothing(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines, 6.0)
        for position in LIES * 3:
            await client.voice.send("playback.position", position)
        await play(client, (SILENCE, 1.0))
        assert "handshaken" not in kinds(client.rest())
        await trio.sleep(36)
        assert kinds(client.rest())[-1] == "handshaken"
        assert TranscribeDone in kinds(await hears(client, (SPEECH, 0.96), (SILENCE, 0.8)))


async def test_a_flood_of_positions_is_ignored(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines, 6.0)
        for ms in range(400):
            await client.voice.send("playback.position", {"turn": 1, "id": 0, "ms": ms, "playing": True})
        await trio.sleep(8)
        assert errors(client.rest()) == []
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        assert ResponseStarted(2) in told


async def test_of_two_updates_in_a_row_the_last_one_counts(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure(STT=PCM, turnDetection={**VAD, "silenceDurationMs": 2000})
        await client.voice.update({"turnDetection": {"silenceDurationMs": 400}})
        await client.voice.update({"turnDetection": {"silenceDurationMs": 300}})
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.35))
        assert SpeechStopped(960) in told
        assert len(server.engines.voice_activity.frames) == 1, "the stream goes on"


async def test_detection_that_is_switched_off_and_on_counts_samples_anew(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SILENCE, 1.6))
        await client.voice.update({"turnDetection": None})
        await client.voice.update({"turnDetection": VAD})
        told = await hears(client, (SILENCE, 0.32), (SPEECH, 0.96), (SILENCE, 0.8))
        assert SpeechStarted(0) in told
        assert SpeechStopped(320 + 960) in told


async def test_detection_that_is_switched_off_in_mid_utterance_counts_from_the_next(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SPEECH, 0.64))
        await client.voice.update({"turnDetection": None})
        told = await hears(client, (SPEECH, 0.32), (SILENCE, 0.8))
        assert SpeechStopped(960) in told
        client.rest()
        await client.voice.append(SPEECH)
        await client.voice.commit()
        told = await client.until(state("handshaken"))
        assert SpeechStarted not in kinds(told)
        assert TranscribeDone in kinds(told)


async def test_unknown_keys_and_wrong_values_of_detection_are_told_and_cost_nothing(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        client.rest()
        await client.voice.update({"turnDetection": {"nonsense": 1, "silenceDurationMs": 320}})
        await server.settle()
        assert [type(message) for message in client.rest()] == [SessionUpdated]
        wrongs: tuple[Any, ...] = ({"type": "telepathy"}, {"threshold": "loud"}, {"idleTimeoutMs": 100}, [], "on")
        for wrong in wrongs:
            await client.voice.update({"turnDetection": wrong})
        await server.settle()
        refused = client.rest()
        assert set(errors(refused)) == {2000}
        assert [message.success for message in refused if isinstance(message, SessionUpdated)].count(False) >= 4
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.4))
        assert SpeechStopped(960) in told


async def test_a_burst_after_a_gap_is_counted_in_samples(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SPEECH, 0.64))
        await trio.sleep(0.9)
        await play(client, (SPEECH, 0.64), (SILENCE, 0.4), (SPEECH, 0.32), realtime=False)
        told = await hears(client, (SILENCE, 0.8))
        assert SpeechStopped(640 + 640 + 416 + 320) in told or SpeechStopped(640 + 640 + 384 + 320) in told
        assert kinds(told).count(SpeechStopped) == 1


async def test_a_tab_that_sleeps_for_a_minute_ends_its_utterance_and_goes_on(autojump_clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SPEECH, 0.64))
        await trio.sleep(60)
        assert SpeechStopped(640) in client.heard
        told = await hears(client, (SILENCE, 0.32), (SPEECH, 0.96), (SILENCE, 0.8))
        assert kinds(told).count(TranscribeDone) == 1


async def test_a_sender_that_comes_back_in_mid_utterance_is_answered(autojump_clock: MockClock) -> None:
    async with serving() as server:
        async with server.joined() as first:
            session = server.session_registry.sessions[0].id
            await listening(first)
            await play(first, (SPEECH, 0.96))
        async with server.joined(session_id=session) as second:
            await trio.sleep(8)
            assert TranscribeDone in kinds(second.heard)
            assert errors(second.heard) == []
            second.rest()
            told = await hears(second, (SILENCE, 0.32), (SPEECH, 0.96), (SILENCE, 0.8))
            assert ResponseStarted(2) in told


async def test_a_transcript_waits_while_speech_goes_on_and_both_are_answered(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined() as client:
        await listening(client, createResponse=False)
        for words in ("One.", "Two."):
            engines.stt.script.usual = Act((words,))
            await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        await client.voice.send("response.create", {"anything": 1})
        await client.until(Metrics)
        [call] = engines.llm.script.calls
        assert call.asked.text == "One. Two."


async def test_without_interruption_the_turn_after_an_answer_is_the_users_own(autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client, interruptResponse=False)
        await answering(client, engines, 5.0)
        await play(client, (SPEECH, 1.2), (SILENCE, 2.0))
        client.rest()
        await play(client, (SPEECH, 0.96), (SILENCE, 1.0))
        told = client.rest()
        assert ResponseHeld not in kinds(client.heard)
        assert kinds(told).count(SpeechStarted) == 1
        assert engines.stt.script.calls[-1].asked.data.count(SPEECH) == 30


@pytest.mark.parametrize("what", ["clear", "commit", "text", "cancel"])
async def test_what_a_client_says_over_speech_during_an_answer(autojump_clock: MockClock, what: str) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        await listening(client)
        await answering(client, engines)
        await play(client, (SPEECH, 0.64))
        match what:
            case "text":
                await client.voice.text("Hello")
            case _:
                await getattr(client.voice, what)()
        await play(client, (SPEECH, 0.32), (SILENCE, 2.0))
        told = client.rest()
        assert kinds(told).count(ResponseCancelled) + kinds(told).count(ResponseResumed) >= 1, "nobody stays held"
        await trio.sleep(30)
        client.rest()
        assert TranscribeDone in kinds(await hears(client, (SPEECH, 0.96), (SILENCE, 0.8)))
