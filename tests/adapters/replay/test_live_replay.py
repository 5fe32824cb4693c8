"""Recordings that are replayed against a running server, over TCP and on the real clock."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from actors.ports.sound import Clip
from adapters.client.voiceclient import ConnectRefused
from adapters.reach.exceptiongroups import FirstCause
from adapters.recordings.reading import SessionRecording, UnreadableRecording
from adapters.replay.joined import compare_joined
from adapters.replay.livereplay import LiveOptions, length_of
from adapters.replay.report import ReplayReport, replay_live_and_compare
from adapters.replay.told import ToldRow
from adapters.virtual.client import VirtualClient
from adapters.virtual.codec import InlineCodec
from adapters.virtual.engines import VirtualEngines
from adapters.virtual.server import VirtualServer, door_of, virtual_server
from protocol.audioformat import AudioFormat
from protocol.handsfree import SpeechStopped
from protocol.messages import Names, SessionState
from tests.adapters.replay.conversations import SESSION, engines, record
from tests.adapters.replay.test_differences import run, told
from tests.adapters.virtual.virtually import silence, vowel

HANDSHAKEN = SessionState("handshaken")
NET = 60.0


async def talk(server: VirtualServer) -> None:
    """A spoken turn, and a typed one that is cut; one Receiver gets whole WAVs."""
    client = await VirtualClient.join(server, session_id=SESSION)
    await VirtualClient.join(server, session_id=SESSION, role="receiver", client="unreal")
    await client.configure(STT={"mediaFormat": "pcm16"}, LLM={"stream": True}, TTS={"stream": True})
    await client.say(vowel(0.2), vowel(0.2), interval=0.2)
    await client.until(HANDSHAKEN)
    await client.voice.send("input.text", {"text": "short"}, ack=4)
    await client.until(SessionState("speaking"))
    await trio.sleep(0.3)
    await client.voice.cancel()
    await client.until(HANDSHAKEN)


async def talk_freely(server: VirtualServer) -> None:
    client = await VirtualClient.join(server, session_id=SESSION)
    await client.configure(STT={"mediaFormat": "pcm16"}, turnDetection={"type": "server_vad"})
    await client.stream(silence(0.3) + vowel(0.5) + silence(0.8))
    await client.until(SpeechStopped)
    await client.until(SessionState("speaking"))


@asynccontextmanager
async def listening(token: str = "", made: Callable[[], VirtualEngines] = engines) -> AsyncIterator[str]:
    """The address of a server."""
    async with virtual_server(made(), door=door_of(token)) as server, trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        await nursery.start(server.listener.run, [listener])
        yield f"http://127.0.0.1:{listener.socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


def replay(recording: SessionRecording, *, realtime: bool = True, token: str = "", shown: str = "") -> ReplayReport:
    async def main() -> ReplayReport:
        with trio.fail_after(NET), FirstCause():
            async with listening(token) as url:
                return await replay_live_and_compare(recording, LiveOptions(url, shown, realtime))
        raise AssertionError

    return trio.run(main)


@pytest.mark.real
@pytest.mark.parametrize("realtime", [True, False])
def test_the_same_server_says_the_same(tmp_path: Path, realtime: bool) -> None:
    report = replay(record(tmp_path, talk), realtime=realtime)
    assert report.lines == ("the same words, states and sound for 2 members",)


@pytest.mark.real
def test_an_open_microphone_is_heard_again(tmp_path: Path) -> None:
    recording = record(tmp_path, talk_freely)
    report = replay(recording)
    assert report.is_same, report.lines
    with pytest.raises(UnreadableRecording, match="real time"):
        replay(recording, realtime=False)


@pytest.mark.real
def test_another_answer_is_shown_and_a_token_is_needed(tmp_path: Path) -> None:
    recording = record(tmp_path, talk)
    rows = tuple(
        replace(row, payload={**row.payload, "text": "Something else."}) if row.event == "response.text.done" else row
        for row in recording.rows
    )
    changed = SessionRecording(recording.folder, recording.about, rows)
    report = replay(changed, realtime=False, token="secret", shown="secret")
    assert "text is another" in report.lines[0]
    assert "Something else." in report.lines[-2]
    assert "I hear" in report.lines[-1]
    with pytest.raises(ConnectRefused):
        replay(changed, token="secret", shown="wrong")


def test_a_server_that_is_not_there_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    code, said = run(record(tmp_path, talk).folder, "--url", "http://127.0.0.1:9", "--no-realtime")
    assert code == 2
    assert said.startswith("vivavoce: cannot connect to http://127.0.0.1:9")


def test_a_recording_without_words_is_for_virtual_time(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecording, match="use --virtual"):
        replay(record(tmp_path, talk, words=False))


# ---- what is joined


def is_same(one: list[ToldRow], other: list[ToldRow]) -> bool:
    return compare_joined({1: one}, {1: other}, Names()) is None


def delta(text: str) -> ToldRow:
    return told(1.0, "response.text.delta", text=text)


def piece(text: str, ms: float, part: int = 0) -> ToldRow:
    return told(1.0, "response.audio.delta", id=part, text=text, done=False)._replace(audio_ms=ms)


def test_deltas_are_one_text_however_they_are_cut() -> None:
    assert is_same([delta("a"), delta("b c"), piece("x", 1)], [delta("ab"), piece("x", 1), delta(" c")])
    assert not is_same([delta("a")], [delta("b")])


def test_the_sound_of_a_part_is_compared_as_a_whole() -> None:
    assert is_same([piece("x", 900), piece("", 100)], [piece("x", 950)])
    assert is_same([piece("x", 900), piece("y", 500, 1)], [piece("y", 500, 1), piece("x", 900)])
    assert not is_same([piece("x", 1_000)], [piece("x", 1_300)])
    assert not is_same([piece("x", 1_000)], [piece("y", 1_000)])
    assert not is_same([piece("x", 1_000)], [])
    cut = told(2.0, "response.cancelled", reason="interrupted")
    assert is_same([piece("x", 1_000), cut], [piece("x", 100), piece("", 0, 3), cut])


def test_what_is_the_sessions_own_and_the_pace_are_left_out() -> None:
    one = told(1.0, "session.joined", sessionId="a", state="idle")
    assert is_same([one], [told(1.0, "session.joined", sessionId="b", state="idle", recorded=True)])
    assert not is_same([one], [told(1.0, "session.joined", sessionId="a", state="speaking")])
    assert is_same([told(1.0, "response.metrics", turn=1)], [])
    assert is_same([told(1.0, "request.transcribe.delta", text="a")], [])
    assert is_same([told(1.0, "input.speech.started", audioMs=100)], [told(1.0, "input.speech.started", audioMs=300)])
    assert not is_same(
        [told(1.0, "input.speech.started", audioMs=100)], [told(1.0, "input.speech.started", audioMs=400)]
    )


async def test_the_length_of_sound_is_that_of_its_files() -> None:
    codec, samples = InlineCodec(), vowel(1.0, 24_000)
    formats = {AudioFormat("mp3"), AudioFormat("wav"), AudioFormat("opus")}
    files = await codec.convert(Clip(samples, AudioFormat("pcm16", 24_000)), frozenset(formats))
    for sound in files.values():
        half = len(sound.data) // 2
        assert length_of([sound.data[:half], b"", sound.data[half:]], "mp3") == pytest.approx(1.0, abs=0.05)
    wav = files[AudioFormat("wav")].data
    assert length_of([wav, wav], "mp3") == pytest.approx(2.0, abs=0.01)
    assert length_of([samples], "pcm16") == pytest.approx(1.0)
    assert length_of([b"no sound at all"], "mp3") == -1.0
    assert length_of([], "mp3") == 0.0
