"""Sessions that are recorded: the recording has what every member sent and was sent, and what engines answered."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import trio
from msgspec import UNSET
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.client.voiceclient import AckReceived, AudioPiece, Received
from adapters.recordings.calls import (
    AnswerBegun,
    FramesJudged,
    RecognitionBegun,
    SynthesisBegun,
    TranscriptGiven,
    TurnEndJudged,
)
from adapters.recordings.format import Row
from adapters.recordings.reading import SessionRecording, read
from adapters.recordings.writing import WritingThread
from protocol.connecting import Auth
from protocol.messages import BufferInitialized, CustomError, Names, ResponseCancelled, SessionJoined, TextDelta
from tests.adapters.recordings.kit import only, recorder, writing
from tests.cycles import freed_by_counting
from tests.harness import Client, Server, serving, state
from tests.scripted import ScriptedEngines, Synthesiser, drips, fails

pytestmark = pytest.mark.usefixtures("streams")

ROOM = str(uuid.UUID(int=7))
SPEECH, SILENCE = b"\x01" * 1024, bytes(1024)
FRAME = 0.032
NAMES = Names()


class Kept:
    """What is recorded into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> SessionRecording:
        """The one recording."""
        return read(only(self.folder))


@asynccontextmanager
async def recorded(
    folder: Path, engines: ScriptedEngines | None = None, *, token: str = "", **plan: object
) -> AsyncIterator[tuple[Server, Kept]]:
    """A server whose sessions are recorded; after the block all of it is written."""
    with writing() as thread:
        own = recorder(folder, thread, clock=trio.current_time, **plan)
        async with serving(engines, recorder=own, token=token) as server:
            yield server, Kept(folder)


def event_of(message: Received) -> str:
    """The name on the wire of what a client was told."""
    match message:
        case AckReceived():
            return "ack"
        case AudioPiece():
            return "response.audio.delta"
        case _:
            return NAMES.wire[type(message)]


def to(recording: SessionRecording, member: int) -> list[Row]:
    """What was sent to the member."""
    return [row for row in recording.rows if row.dir == "out" and member in row.members and row.event != "disconnect"]


async def play(client: Client, *stretches: tuple[bytes, float]) -> None:
    """The microphone hears so many seconds of each."""
    for frame, seconds in stretches:
        for _ in range(round(seconds / FRAME)):
            await client.voice.append(frame)
            await trio.sleep(FRAME)


async def test_a_recording_has_what_each_member_sent_and_was_sent(clock: MockClock, tmp_path: Path) -> None:
    async with (
        recorded(tmp_path) as (server, kept),
        server.joined(role="sender", session_id=ROOM, client="web") as phone,
        server.joined(role="receiver", session_id=ROOM, audio_format="wav", is_base64=True) as avatar,
    ):
        await phone.configure(LLM={"stream": True})
        await phone.voice.send("input.buffer.append", b"one ", ack=7)
        await phone.say(b"two", b"three")
        await phone.until(state("handshaken"))
        await phone.voice.send("no.such.event", {"a": [1]}, ack=8)
        await phone.until(AckReceived)
        await server.settle()
    recording = kept.read()
    assert recording.about.members == {
        1: Auth(role="sender", client="web"),
        2: Auth(role="receiver", audio_format="wav", is_base64=True),
    }
    told = {1: phone, 2: avatar}
    for member, client in told.items():
        assert [row.event for row in to(recording, member)] == [event_of(message) for message in client.heard]
    came = [(row.event, row.payload, row.ack, recording.sound(row)) for row in recording.rows if row.dir == "in"]
    assert came[2:] == [
        ("session.update", {"LLM": {"stream": True}}, UNSET, b""),
        ("input.buffer.append", UNSET, 7, b"one "),
        ("input.buffer.append", UNSET, UNSET, b"two"),
        ("input.buffer.append", UNSET, UNSET, b"three"),
        ("input.buffer.commit", UNSET, UNSET, b""),
        ("no.such.event", {"a": [1]}, 8, b""),
        ("disconnect", {"lost": True}, UNSET, b""),
        ("disconnect", UNSET, UNSET, b""),
    ]
    acks = [(row.ack, row.payload["success"]) for row in recording.rows if row.event == "ack"]
    assert acks == [(7, True), (8, False)]
    assert all(one.t <= other.t for one, other in pairwise(recording.rows))
    assert (recording.about.complete, recording.about.why) == (True, "the server was ended")


async def test_engines_are_recorded_with_what_they_were_asked_and_when(clock: MockClock, tmp_path: Path) -> None:
    engines = ScriptedEngines()
    engines.llm.script.usual = drips(0.5, 2)
    engines.tts.marks = (Mark("word", "drip", 0, 100, 0),)
    async with recorded(tmp_path, engines) as (server, kept), server.joined() as client:
        await client.configure(TTS={"responseType": "multiple"})
        began = client_began = trio.current_time()
        await trio.sleep(1)
        await client.say(b"one ", b"two")
        await client.until(state("handshaken"))
    hearing, answer, *speeches = kept.read().calls()
    assert isinstance(hearing.asked, RecognitionBegun)
    assert (hearing.asked.turn, hearing.asked.provider, hearing.asked.wants) == (1, "openai", "pcm16/16000")
    assert [result.event for result in hearing.results] == ["stt.words", "stt.end"]
    assert hearing.results[-1].payload == TranscriptGiven(hearing.call, "How are you?", "en")
    assert isinstance(answer.asked, AnswerBegun)
    assert (answer.asked.text, answer.asked.turn) == ("How are you?", 1)
    begun = began - client_began + 1
    assert [round(result.t - begun, 6) for result in answer.results] == [0.5, 1.0, 1.5]
    assert [result.event for result in answer.results] == ["llm.piece", "llm.piece", "llm.end"]
    for part, speech in enumerate(speeches):
        assert isinstance(speech.asked, SynthesisBegun)
        assert (speech.asked.part, speech.asked.turn) == (part, 1)
        clip = speech.results[0]
        assert clip.sound == speech.asked.text.encode()


async def test_a_barge_in_shows_as_a_call_that_was_cancelled(clock: MockClock, tmp_path: Path) -> None:
    engines = ScriptedEngines()
    engines.llm.script.acts.append(drips(0.5))
    async with recorded(tmp_path, engines) as (server, kept), server.joined() as client:
        await client.configure(LLM={"stream": True})
        await client.say()
        await client.until(TextDelta)
        await client.say(b"no, wait")
        await client.until(BufferInitialized)
        await client.until(state("handshaken"))
    recording = kept.read()
    answers = [call for call in recording.calls() if call.kind == "llm"]
    assert [call.was_cancelled for call in answers] == [True, False]
    [cut] = [row for row in recording.rows if row.event == "response.cancelled"]
    assert cut.payload == {"reason": "interrupted"}
    assert answers[0].ended == cut.t


async def test_a_failure_is_recorded_with_its_words(clock: MockClock, tmp_path: Path) -> None:
    engines = ScriptedEngines()
    engines.llm.script.acts.append(fails("Fine "))
    async with recorded(tmp_path, engines) as (server, kept), server.joined() as client:
        await client.configure()
        await client.say()
        await client.until(ResponseCancelled, state("handshaken"))
    [failed] = [call.failure for call in kept.read().calls() if call.failure is not None]
    assert (failed.error, failed.message) == ("EngineFailed", "the provider is down")


async def test_an_open_microphone_is_recorded_with_its_probabilities(clock: MockClock, tmp_path: Path) -> None:
    engines = ScriptedEngines()
    engines.turn_end.usual = 0.9
    async with recorded(tmp_path, engines) as (server, kept), server.joined() as client:
        await client.configure(STT={"mediaFormat": "pcm16"}, turnDetection={"type": "semantic_vad"})
        await play(client, (SPEECH, 0.96), (SILENCE, 1.6))
        await client.until(AudioPiece)
        await client.until(state("handshaken"))
    recording = kept.read()
    chunks = [row for row in recording.rows if row.event == "input.buffer.append"]
    assert [(recording.sound(row), row.audio_ms) for row in chunks] == [(SPEECH, 32.0)] * 30 + [(SILENCE, 32.0)] * 50
    [listening] = [call for call in recording.calls() if call.kind == "vad"]
    judged = [result.payload for result in listening.results if isinstance(result.payload, FramesJudged)]
    assert sum(one.frames for one in judged) == 80
    assert [one for result in judged for one in result.speech] == [1.0] * 30 + [0.0] * 50
    asked = [call.asked for call in recording.calls() if isinstance(call.asked, TurnEndJudged)]
    assert [one.finished for one in asked] == [0.9] * len(engines.turn_end.asked)
    answers = [call.asked for call in recording.calls() if isinstance(call.asked, AnswerBegun)]
    assert [answer.turn for answer in answers] == [1] * len(engines.llm.script.calls)  # those of drafts too
    assert len({answer.work for answer in answers}) == len(answers)


async def test_only_a_session_that_is_recorded_says_so(clock: MockClock, tmp_path: Path) -> None:
    async with recorded(tmp_path) as (server, _), server.joined() as client:
        assert await client.until(SessionJoined) == [
            SessionJoined(server.session_registry.sessions[0].id, "both", "idle", recorded=True)
        ]
    async with serving() as server, server.joined() as client:
        [joined] = await client.until(SessionJoined)
        assert isinstance(joined, SessionJoined)
        assert joined.recorded is UNSET


async def test_nothing_but_a_recording_ends_where_nothing_can_be_written(clock: MockClock, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    async with recorded(nowhere) as (server, _), server.joined() as client:
        await client.configure()
        await client.check_a_turn_works()
        await client.vanish()
        await server.check_nothing_is_left()
    assert not nowhere.exists()


async def test_a_recording_ends_where_too_much_waits_and_its_session_goes_on(clock: MockClock, tmp_path: Path) -> None:
    stuck = WritingThread()  # as where the disk does not answer
    chunk = bytes(900_000)
    own = recorder(tmp_path, stuck, clock=trio.current_time)
    async with serving(recorder=own) as server, server.joined(role="sender", session_id=ROOM) as client:
        await client.configure(STT={"mediaFormat": "pcm16"})
        for _ in range(20):
            await client.voice.append(chunk)
            await client.voice.clear()
        await server.settle()
        late = await server.join(role="receiver", session_id=ROOM)
        [joined] = await late.until(SessionJoined)
        assert isinstance(joined, SessionJoined)
        assert joined.recorded is UNSET
        await client.voice.text("Are you there?")
        await late.until(AudioPiece)
    stuck.start()
    assert stuck.stop(30)
    about = Kept(tmp_path).read().about
    assert (about.complete, about.why) == (False, "more waited to be written than may wait")


class FailingSynthesiser(Synthesiser):
    """One that fails as long as it `is_down`, each time by an error of its own."""

    is_down = False

    async def synthesise(self, speech: Speech, sound: Callable[[Clip], Awaitable[None]]) -> None:
        """Fail, or speak."""
        if self.is_down:
            await trio.lowlevel.checkpoint()
            raise EngineFailed("it is down")
        await super().synthesise(speech, sound)


async def test_what_a_recorded_session_leaves_is_freed_by_counting(clock: MockClock, tmp_path: Path) -> None:
    engines = ScriptedEngines()
    engines.turn_end.usual = 0.9
    engines.tts = synthesiser = FailingSynthesiser()
    async with recorded(tmp_path, engines) as (server, _):
        with freed_by_counting():
            client = await server.join(session_id=ROOM)
            await client.configure(STT={"mediaFormat": "pcm16"})
            await client.say()
            await client.until(state("handshaken"))
            synthesiser.is_down = True
            await client.say()
            await client.until(CustomError)
            synthesiser.is_down = False
            await client.configure(turnDetection={"type": "semantic_vad"})
            await play(client, (SPEECH, 0.96), (SILENCE, 1.6))
            await client.until(AudioPiece)
            await client.vanish()
            await server.check_nothing_is_left()
