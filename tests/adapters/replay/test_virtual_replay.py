"""Recordings that are replayed in virtual time: the same where nothing has changed, whatever they have in them."""

from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from trio.testing import lockstep_stream_pair

from actors.deciding.limits import Limits
from adapters.client.voiceclient import AckReceived, AudioPiece
from adapters.recordings.format import DROP, EVENTS_FILE
from adapters.recordings.reading import SessionRecording, read
from adapters.replay.report import replay_and_compare
from adapters.virtual.client import VirtualClient
from adapters.virtual.server import VirtualServer
from protocol.handsfree import ResponseHeld
from protocol.messages import (
    CustomError,
    Names,
    ResponseCancelled,
    SessionState,
    SessionUpdated,
    TranscribeDone,
)
from tests.adapters.replay.conversations import SESSION, Talk, record
from tests.adapters.virtual.virtually import silence, vowel

PCM = {"mediaFormat": "pcm16"}
STREAMED = {"stream": True, "responseType": {"name": "MULTIPLE"}}
HANDSHAKEN = SessionState("handshaken")


async def push_to_talk(server: VirtualServer) -> None:
    client = await VirtualClient.join(server, session_id=SESSION, mouth="ovr,words")
    await client.configure(STT=PCM, LLM={"stream": True}, TTS=STREAMED)
    await client.say(*[vowel(0.2)] * 4, interval=0.2)
    await client.until(HANDSHAKEN)
    await client.voice.send("input.text", {"text": "sing"}, ack=3)
    await client.until(AckReceived)
    await client.until(HANDSHAKEN)


async def interrupt(server: VirtualServer) -> None:
    """A Sender and Receivers of other formats, of which one comes later and one leaves; the answer is cut."""
    sender = await VirtualClient.join(server, session_id=SESSION, role="sender")
    page = await VirtualClient.join(server, session_id=SESSION, role="receiver")
    await sender.configure(STT={"mediaFormat": "pcm16/8000"}, TTS={"stream": True})
    await sender.voice.text("one thing")
    await page.until(AudioPiece)
    late = await VirtualClient.join(server, session_id=SESSION, role="receiver", client="unreal")
    await trio.sleep(0.3)
    await page.vanish()
    await sender.say(vowel(0.7, 8_000))
    await late.until(ResponseCancelled)
    await late.until(AudioPiece)
    await sender.until(HANDSHAKEN)


async def hands_free(server: VirtualServer) -> None:
    client = await VirtualClient.join(server, session_id=SESSION, holds=True)
    await client.configure(STT=PCM, LLM={"stream": True}, TTS=STREAMED, turnDetection={"type": "semantic_vad"})
    await client.stream(silence(0.3) + vowel(0.8) + silence(2.0))
    await client.until(AudioPiece)
    await client.stream(vowel(1.2, pitch=210, beat=2.3) + silence(1.0))
    await client.until(ResponseHeld)
    await client.stream(silence(2.0))
    await client.until(TranscribeDone)


async def fail(server: VirtualServer) -> None:
    client = await VirtualClient.join(server, session_id=SESSION)
    await client.configure(LLM={"stream": True}, TTS={"stream": False})
    await client.voice.text("fail")
    await client.until(CustomError)
    await client.voice.text("say it twice")
    await client.until(HANDSHAKEN)
    await client.voice.update({"LLM": 7})
    await client.until(SessionUpdated)
    await client.voice.send("no.event", {"a": b"bytes"}, ack=1)
    await client.until(AckReceived)


async def be_slow(server: VirtualServer) -> None:
    """A Receiver that reads nothing while its sound is made."""
    sender = await VirtualClient.join(server, session_id=SESSION, role="sender")
    slow = await VirtualClient.join(
        server,
        session_id=SESSION,
        role="receiver",
        stream=server.dial(lockstep_stream_pair()),
        listening=False,
    )
    await sender.configure(TTS={"stream": True})
    await sender.voice.text("one thing")
    await sender.until(SessionState("speaking"))
    await trio.sleep(0.5)
    await sender.voice.text("another")
    await sender.until(ResponseCancelled)
    server.nursery.start_soon(slow.listen)
    await slow.until(ResponseCancelled)
    await sender.until(HANDSHAKEN)


TALKS: dict[str, Talk] = {
    "push-to-talk": push_to_talk,
    "interruption": interrupt,
    "hands-free": hands_free,
    "failure": fail,
    "slow": be_slow,
}


def assert_same(recording: SessionRecording) -> None:
    report = replay_and_compare(recording)
    assert report.is_same, "\n".join(report.lines)
    assert report.lines[0].startswith("the same: ")


@pytest.mark.parametrize("name", TALKS)
def test_a_recording_is_replayed_as_it_was(name: str, tmp_path: Path) -> None:
    recording = record(tmp_path, TALKS[name])
    assert recording.about.complete
    assert len(recording.rows) > 20
    assert any(row.event == DROP for row in recording.rows) is (name == "slow")
    assert_same(recording)


@pytest.mark.parametrize("talk", [push_to_talk, interrupt])
def test_a_recogniser_that_listens_is_replayed(talk: Talk, tmp_path: Path) -> None:
    assert_same(record(tmp_path, talk, live=True))


@pytest.mark.parametrize("talk", [push_to_talk, interrupt, fail])
def test_a_recording_without_words_and_sound_is_compared_without(talk: Talk, tmp_path: Path) -> None:
    recording = record(tmp_path, talk, words=False, sound=False)
    assert "say" not in repr([row.payload for row in recording.rows])
    report = replay_and_compare(recording)
    assert report.is_same, "\n".join(report.lines)
    assert "masked" in report.lines[1]


def test_limits_and_names_are_those_of_the_recording(tmp_path: Path) -> None:
    names = Names({"response.text.done": "answered", "sessionId": "room", "input.text": "typed"})

    async def talk(server: VirtualServer) -> None:
        client = await VirtualClient.join(server, session_id=SESSION)
        await client.voice.send("session.update", {})
        await client.voice.send("typed", {"text": "a thing that is too long"})
        await client.voice.send("typed", {"text": "short"})
        await trio.sleep(10)

    recording = record(tmp_path, talk, names=names, limits=Limits(text_chars=10))
    events = [row.event for row in recording.rows]
    assert {"answered", "custom.error"} <= {*events}
    assert_same(recording)


def test_a_torn_recording_is_replayed_as_far_as_it_goes(tmp_path: Path) -> None:
    recording = record(tmp_path, push_to_talk)
    events = recording.folder / EVENTS_FILE
    lines = events.read_bytes().splitlines(keepends=True)
    for count in (2, len(lines) // 3, len(lines) // 2, len(lines) - 5):
        events.write_bytes(b"".join(lines[:count]) + lines[count][:20])
        torn = read(recording.folder)
        assert len(torn.rows) == count
        cut = SessionRecording(torn.folder, replace(torn.about, complete=False, why=""), torn.rows)
        report = replay_and_compare(cut)
        assert report.is_same, "\n".join(report.lines)
        assert "not complete (it is torn)" in report.lines[1]
