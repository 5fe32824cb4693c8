"""Hands-free conversations in which something goes wrong: engines, sockets, formats and floods."""

import base64
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.ports.calls import EngineFailed
from actors.ports.sound import Undecodable
from adapters.client.voiceclient import AckReceived
from protocol.errors import ErrorId
from protocol.handsfree import ResponseHeld, ResponseResumed, SpeechStarted, SpeechStopped
from protocol.messages import (
    BufferInitialized,
    ResponseStarted,
    TextDone,
    TranscribeDone,
)
from tests.actors.running.test_handsfree import FRAME, PCM, SILENCE, SPEECH, VAD, answering, hears, listening, play
from tests.harness import Polling, errors, kinds, serving
from tests.scripted import Act, ScriptedCodec, ScriptedDecoding, ScriptedEngines, fails


async def test_voice_activity_that_fails_is_told_once_and_goes_on(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        server.engines.voice_activity.failing = True
        client.rest()
        await play(client, (SILENCE, 6.4))
        assert errors(client.rest()) == [3000]
        server.engines.voice_activity.failing = False
        await trio.sleep(1.1)
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        assert TranscribeDone in kinds(told)
        server.engines.voice_activity.failing = True
        await play(client, (SILENCE, 3.2))
        assert errors(client.rest()) == [3000]


async def test_a_running_recording_goes_on_after_voice_activity_has_failed(
    clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[float] = []
    decoding = ScriptedCodec.decoding

    def counted(*asked: Any) -> Any:
        opened.append(trio.current_time())
        return decoding(*asked)

    monkeypatch.setattr(ScriptedCodec, "decoding", counted)
    async with serving() as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "webm"}, turnDetection=VAD)
        head = (b"\x1a\x45\xdf\xa3" + SILENCE)[: len(SILENCE)]
        await play(client, (head, FRAME), (SILENCE, 0.32))
        server.engines.voice_activity.failing = True
        await play(client, (SILENCE, 0.32))
        server.engines.voice_activity.failing = False
        await trio.sleep(1.1)
        client.rest()
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        assert errors(told) == []
        assert TranscribeDone in kinds(told)
        assert len(opened) == 1, "the recording has no other head"


async def test_raw_sound_goes_on_after_its_decoder_has_failed(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "pcm16/48000"}, turnDetection=VAD)
        await play(client, (SILENCE, 0.32))
        server.engines.scripts["codec"].acts.append(fails(why=EngineFailed("the codec is busy")))
        await play(client, (SILENCE, 0.32))
        await trio.sleep(1.1)
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        assert errors(client.heard) == [3000]
        assert TranscribeDone in kinds(told)


async def test_what_cannot_be_decoded_is_told_and_the_next_file_is_heard(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "webm"}, turnDetection=VAD)
        client.rest()
        server.engines.scripts["codec"].acts.append(fails(why=Undecodable("no known format")))
        await play(client, (SPEECH, 0.64))
        assert errors(client.rest()) == [ErrorId.UNDECODABLE_AUDIO]
        head = (b"\x1a\x45\xdf\xa3" + SILENCE)[: len(SILENCE)]
        told = await hears(client, (head, FRAME), (SPEECH, 0.96), (SILENCE, 0.8))
        assert TranscribeDone in kinds(told)


async def test_a_commit_is_answered_although_detection_is_switched_off_before_it_is_heard(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        server.engines.voice_activity.delay = 0.5
        await listening(client)
        await play(client, (SPEECH, 0.96), realtime=False)
        await client.voice.send("input.buffer.commit", {}, ack=7)
        await client.voice.update({"turnDetection": None})
        await trio.sleep(2)
        assert kinds(client.heard).count(AckReceived) == 1


async def test_a_flood_of_samples_is_bounded_and_told_once(clock: MockClock) -> None:
    async with serving(limits=Limits(utterance_bytes=500_000)) as server, server.joined() as client:
        server.engines.voice_activity.delay = 0.01
        await listening(client)
        client.rest()
        for _ in range(60):
            await client.voice.append(SILENCE * 16)
        await trio.sleep(5)
        assert errors(client.rest()) == [1004]
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 0.8))
        assert TranscribeDone in kinds(told)


async def test_what_waits_to_be_judged_is_memory_in_flight(clock: MockClock) -> None:
    async with serving(limits=Limits(memory_in_flight=1_000_000)) as server, server.joined() as client:
        server.engines.voice_activity.delay = 1.0
        await listening(client)
        account = server.session_registry.sessions[0].account
        client.rest()
        for chunks, least, most in ((4, 90_000, 140_000), (60, 900_000, 1_000_000)):
            for _ in range(chunks):
                await client.voice.append(SILENCE * 32)
            await trio.sleep(0.5)
            assert least < account.used <= most
        await trio.sleep(60)
        assert errors(client.rest()) == [ErrorId.BUSY], "it is told once"
        server.engines.voice_activity.delay = 0.0
        assert TranscribeDone in kinds(await hears(client, (SPEECH, 0.96), (SILENCE, 0.8)))
        await client.voice.append(SILENCE * 32)
        await client.vanish()
        await server.check_nothing_is_left()


async def test_the_end_of_a_file_is_heard_when_the_next_one_begins(
    clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests = [SPEECH * 30]

    async def finish(_: object) -> bytes:
        await trio.lowlevel.checkpoint()
        if rests:
            return rests.pop()
        raise Undecodable("nothing in it")

    monkeypatch.setattr(ScriptedDecoding, "finish", finish)
    async with serving() as server, server.joined() as client:
        await client.configure(STT={"mediaFormat": "webm"}, turnDetection=VAD)
        head = b"\x1a\x45\xdf\xa3" + bytes(len(SILENCE) - 4)
        await play(client, (head, FRAME), (SILENCE, 0.32))
        client.rest()
        told = await hears(client, (head, FRAME), (SILENCE, 0.8))
        assert TranscribeDone in kinds(told)
        await play(client, (head, FRAME))
        assert errors(client.heard) == [ErrorId.UNDECODABLE_AUDIO]
        assert TranscribeDone in kinds(await hears(client, (SPEECH, 0.96), (SILENCE, 0.8)))


async def test_small_chunks_count_as_what_they_take(clock: MockClock) -> None:
    async with serving(limits=Limits(utterance_bytes=20_000)) as server, server.joined() as client:
        server.engines.voice_activity.delay = 10.0
        await listening(client)
        await play(client, (SILENCE, 0.064), realtime=False)
        client.rest()
        for _ in range(400):
            await client.voice.append(b"\0\0")
        await trio.sleep(30)
        assert errors(client.rest()) == [1004]


async def test_a_second_sender_is_heard_after_the_first_left_in_mid_speech(clock: MockClock) -> None:
    async with serving() as server, server.joined(role="receiver") as watcher:
        session = server.session_registry.sessions[0].id
        async with server.joined(role="sender", session_id=session) as first:
            await listening(first)
            await play(first, (SPEECH, 0.96))
        async with server.joined(role="sender", session_id=session) as second:
            told = await hears(second, (SILENCE, 0.8))
            assert [kind for kind in kinds(told) if kind in (SpeechStopped, TranscribeDone)] == [
                SpeechStopped, TranscribeDone,
            ]  # fmt: skip
            told = await hears(second, (SPEECH, 0.96), (SILENCE, 0.8))
            assert SpeechStarted(0) in told
        assert kinds(watcher.heard).count(ResponseStarted) == 2


async def test_a_session_is_left_in_mid_contest(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server:
        async with server.joined(holds=True) as client:
            await listening(client)
            await answering(client, engines)
            await play(client, (SPEECH, 0.64))
            assert ResponseHeld(1, "pause") in client.rest()
        await server.check_nothing_is_left()


async def test_of_two_receivers_one_cannot_hold_so_nobody_pauses(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined(holds=True) as client:
        session = server.session_registry.sessions[0].id
        async with server.joined(role="receiver", session_id=session) as other:
            await listening(client)
            await answering(client, engines)
            engines.stt.script.usual = Act(("Mhm.",), 0.3)
            other.rest()
            await play(client, (SPEECH, 0.64), (SILENCE, 0.96))
            assert client.rest() == [ResponseHeld(1, "duck"), ResponseResumed(1)]
            assert other.rest() == []


async def test_detection_that_changes_in_mid_utterance_counts_from_the_next(clock: MockClock) -> None:
    async with serving() as server, server.joined() as client:
        await listening(client)
        await play(client, (SPEECH, 0.96))
        await client.voice.update({"turnDetection": {**VAD, "silenceDurationMs": 3000}})
        told = await hears(client, (SILENCE, 0.64))
        assert SpeechStopped(960) in told
        client.rest()
        await play(client, (SPEECH, 0.96), (SILENCE, 1.6))
        assert kinds(client.rest()) == ["receiving", BufferInitialized, SpeechStarted]


async def test_a_recogniser_that_fails_in_a_draft_is_asked_again_and_nobody_is_told(clock: MockClock) -> None:
    engines = ScriptedEngines()
    async with serving(engines) as server, server.joined() as client:
        await listening(client, silenceDurationMs=960)
        engines.stt.script.acts.append(fails())
        client.rest()
        await play(client, (SPEECH, 0.96), (SILENCE, 0.64))
        assert kinds(client.rest()) == ["receiving", BufferInitialized, SpeechStarted]
        told = await hears(client, (SILENCE, 0.64))
        assert errors(told) == []
        assert TranscribeDone in kinds(told)
        assert len(engines.stt.script.calls) == 2


async def test_a_client_that_polls_speaks_hands_free(clock: MockClock) -> None:
    async with serving() as server:
        polling = Polling(server)
        await polling.open()
        await polling.emit("session.update", {"STT": PCM, "turnDetection": VAD})
        for frame, count in ((SPEECH, 30), (SILENCE, 25)):
            for _ in range(count):
                await polling.emit("input.buffer.append", _base64(frame))
        heard: list[str] = []
        while not any("response.audio.delta" in one for one in heard):
            heard += await polling.poll()
        names = ("input.speech.started", "input.speech.stopped", "request.transcribe.done", "response.started")
        order = [name for one in heard for name in names if f'"{name}"' in one]
        assert order == list(names)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# ---- random conversations


@pytest.mark.parametrize("script", range(4))
async def test_a_random_conversation_is_never_stuck(clock: MockClock, script: int) -> None:
    chance = random.Random(script)
    engines = ScriptedEngines()
    engines.codec.seconds = chance.choice([0.5, 3.0, 8.0])
    scripts = (engines.stt.script, engines.llm.script, engines.tts.script)
    async with serving(engines) as server, server.joined(holds=chance.random() < 0.5) as client:
        await listening(client, silenceDurationMs=chance.choice([320, 500, 960]), speculate=chance.random() < 0.7)
        for _ in range(16):
            for engine in scripts:
                engine.acts.clear()
                pieces = ("Stop", " that.") if chance.random() < 0.7 else ("Mhm.",)
                act = fails() if chance.random() < 0.1 else Act(pieces, chance.choice([0.0, 0.1, 0.6]))
                engine.acts.append(act)
            sound = chance.choice([SPEECH, SILENCE])
            await play(client, (sound, chance.choice([0.064, 0.096, 0.2, 0.4, 1.0, 1.6])))
            if chance.random() < 0.1:
                await getattr(client.voice, chance.choice(["commit", "clear", "cancel"]))()
        for engine in scripts:
            engine.acts.clear()
        await play(client, (SILENCE, 16.0))
        check(client.heard)
        client.rest()
        told = await hears(client, (SPEECH, 0.96), (SILENCE, 1.2))
        assert TranscribeDone in kinds(told)
        await client.vanish()
        await server.check_nothing_is_left()


def check(heard: Sequence[object]) -> None:
    """What is promised of the order of messages."""
    turns = [message.turn for message in heard if isinstance(message, ResponseStarted)]
    assert len(turns) == len(set(turns))
    speech = [type(message) for message in heard if isinstance(message, SpeechStarted | SpeechStopped)]
    held = False
    texts = 0
    for message in heard:
        match message:
            case ResponseHeld():
                held = True
            case ResponseResumed():
                assert held
                held = False
            case ResponseStarted():
                texts = 0
            case TextDone():
                texts += 1
                assert texts == 1
    assert all((before, one) != (SpeechStopped, SpeechStopped) for before, one in pairwise(speech))
