"""Recordings of real conversations with the embedded engines are the same when they are replayed in virtual time."""

import uuid
from collections.abc import Awaitable, Callable, Mapping

import pytest
import trio
from trio.testing import lockstep_stream_pair

from actors.ports.answering import Delivery, LanguageModel, Question
from actors.ports.calls import Emit, EngineFailed, Retraction
from adapters.choosing.engines import ProviderEngines
from adapters.client.voiceclient import AudioPiece
from adapters.recordings.format import DROP
from adapters.recordings.reading import SessionRecording
from adapters.replay.report import replay_and_compare
from adapters.vendors.embedded.espeak import FORMAT
from adapters.virtual.client import VirtualClient
from adapters.virtual.server import VirtualServer
from protocol.handsfree import ResponseHeld
from protocol.messages import CustomError, ResponseCancelled, SessionState, TranscribeDone
from tests.adapters.replay.recorder import real_engines, recorded, recordings
from tests.real.speech import QUESTION, THANKS, Sentence

pytestmark = pytest.mark.real
RAW = {"mediaFormat": f"pcm16/{FORMAT.rate}"}
STREAMED = {"stream": True, "responseType": {"name": "MULTIPLE"}}
HANDSHAKEN = SessionState("handshaken")
REFUSED = "Please fail."
NET = 120.0
Said = Mapping[str, Sentence]
Conversation = Callable[[VirtualServer, str, Said], Awaitable[None]]


class WithFailure(ProviderEngines):
    """The embedded engines, of which the model fails in the middle of an answer to REFUSED."""

    def model(self, provider: str) -> LanguageModel:
        return FailingModel(super().model(provider))


class FailingModel:
    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def answer(self, question: Question, write: Emit[str | Delivery | Retraction]) -> None:
        if question.text == REFUSED:
            await write("I would like to say something. And ")
            await trio.sleep(0.3)
            raise EngineFailed("the provider is down")
        await self._model.answer(question, write)


# ---- the conversations


async def speak(server: VirtualServer, session: str, said: Said) -> None:
    """Push-to-talk, a WAV in chunks, with the answer in parts as they are ready."""
    client = await VirtualClient.join(server, session_id=session)
    await client.configure(STT={"mediaFormat": "wav"}, LLM={"stream": True}, TTS=STREAMED)
    sound = said[QUESTION].wav
    await client.say(*(sound[start : start + 4_000] for start in range(0, len(sound), 4_000)), interval=0.09)
    await client.until(AudioPiece)
    await client.voice.cancel()
    await client.until(HANDSHAKEN)
    await client.voice.send("input.buffer.commit", ack=7)
    await client.until(CustomError)


async def type_words(server: VirtualServer, session: str, said: Said) -> None:
    """Typed turns, of which one is interrupted by speech; two Receivers, one of which wants a mouth."""
    client = await VirtualClient.join(server, session_id=session, role="sender")
    page = await VirtualClient.join(server, session_id=session, role="receiver", mouth="ovr,words")
    await VirtualClient.join(server, session_id=session, role="receiver", client="unreal")
    await client.configure(STT=RAW, LLM={"stream": True}, TTS={"stream": True})
    await client.voice.text("What can you do?")
    await page.until(AudioPiece)
    await trio.sleep(0.4)
    await client.say(said[THANKS].samples)
    await client.until(ResponseCancelled)
    await client.until(HANDSHAKEN)


async def speak_freely(server: VirtualServer, session: str, said: Said) -> None:
    """An open microphone: a draft is made while a pause lasts, and the answer is held while somebody speaks into it."""
    client = await VirtualClient.join(server, session_id=session, holds=True)
    await client.configure(STT=RAW, LLM={"stream": True}, TTS={"stream": True}, turnDetection={"type": "semantic_vad"})
    pause = bytes(2 * FORMAT.rate)
    await client.stream(pause + said[QUESTION].samples + 2 * pause, FORMAT.rate)
    await client.until(AudioPiece)
    await client.stream(said[THANKS].samples + 2 * pause, FORMAT.rate)
    await client.until(ResponseHeld)
    await client.until(TranscribeDone)


async def be_slow(server: VirtualServer, session: str, said: Said) -> None:
    """A Receiver that does not read while its sound is made, so that much of it waits when the answer is cut."""
    client = await VirtualClient.join(server, session_id=session, role="sender")
    slow = await VirtualClient.join(
        server,
        session_id=session,
        role="receiver",
        stream=server.dial(lockstep_stream_pair()),
        listening=False,
    )
    await client.configure(LLM={"stream": True}, TTS={"stream": True})
    await client.voice.text("What can you do?")
    await client.until(SessionState("speaking"))
    await trio.sleep(0.8)
    server.nursery.start_soon(slow.listen)
    await client.voice.text("Thank you.")
    await client.until(ResponseCancelled)
    await slow.until(ResponseCancelled)


async def fail(server: VirtualServer, session: str, said: Said) -> None:
    """A model that fails in the middle, and a turn after that."""
    client = await VirtualClient.join(server, session_id=session)
    await client.configure(LLM={"stream": True}, TTS=STREAMED)
    await client.voice.text(REFUSED)
    await client.until(CustomError)
    await client.until(HANDSHAKEN)
    await client.voice.text("Bye.")
    await client.until(AudioPiece)


CONVERSATIONS: dict[str, Conversation] = {
    "push-to-talk": speak,
    "typed": type_words,
    "hands-free": speak_freely,
    "slow": be_slow,
    "failing": fail,
}


@pytest.fixture(scope="module")
def made(said: Said, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, SessionRecording]:
    """A recording of each conversation; all are held at the same time, as on a server."""
    folder = tmp_path_factory.mktemp("recordings")
    sessions = {name: str(uuid.uuid4()) for name in CONVERSATIONS}

    async def converse() -> None:
        async with real_engines(WithFailure) as engines, recorded(engines, folder) as server:
            with trio.fail_after(NET):
                async with trio.open_nursery() as nursery:
                    for name, conversation in CONVERSATIONS.items():
                        nursery.start_soon(conversation, server, sessions[name], said)

    trio.run(converse)
    found = recordings(folder)
    return {name: found[session] for name, session in sessions.items()}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_recorded_conversation_is_the_same_when_it_is_replayed(
    name: str, made: Mapping[str, SessionRecording]
) -> None:
    report = replay_and_compare(made[name])
    assert report.is_same, "\n".join(report.lines)


def test_the_conversations_have_what_they_are_for(made: Mapping[str, SessionRecording]) -> None:
    events = {name: {row.event for row in recording.rows} for name, recording in made.items()}
    assert {"response.held", "vad", "turn.end"} <= events["hands-free"]
    assert DROP in events["slow"]
    assert "llm.failed" in events["failing"]
    assert "response.mouth" in events["typed"]
    assert "ack" in events["push-to-talk"]
