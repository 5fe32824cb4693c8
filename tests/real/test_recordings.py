"""Recordings of the true server: a spoken turn over Socket.IO, what a crash leaves, and who may have them."""

import io
import json
import os
import signal
import stat
import subprocess
import wave
import zipfile
from collections.abc import Mapping
from pathlib import Path

import httpx
import numpy as np
import pytest
import trio

from adapters.recordings.calls import RecognitionBegun, SynthesisBegun, TranscriptGiven
from adapters.recordings.canvas import RATE
from adapters.recordings.reading import SessionRecording, read, read_about
from adapters.recordings.store import CRASHED, names_in
from tests.real.clients import UPGRADE, Talker, talking
from tests.real.conversation import configure, hear_answer
from tests.real.programs import VIVAVOCE, Served, environment_with, running
from tests.real.speech import THANKS, Sentence, playing_seconds

pytestmark = pytest.mark.real
NET = 60.0
MODES = {"session.json": 0o600, "events.jsonl": 0o600, "sound.bin": 0o600, "sound.wav": 0o600}


def settings(folder: Path) -> dict[str, str]:
    """Those of a server that records, whose sessions end as soon as nobody is in them."""
    return {"VIVAVOCE_RECORDINGS_FOLDER": str(folder), "VIVAVOCE_LIMITS_GRACE": "0"}


async def listed(client: httpx.AsyncClient) -> list[dict[str, object]]:
    """What the server says that it has recorded."""
    rows: list[dict[str, object]] = (await client.get("/inspect/recordings")).raise_for_status().json()["recordings"]
    return rows


async def until_made(client: httpx.AsyncClient, count: int) -> list[dict[str, object]]:
    """The list, once so many have their sound.wav."""
    with trio.fail_after(NET):
        while True:
            rows = await listed(client)
            if sum(bool(row["hasWav"]) for row in rows) >= count:
                return rows
            await trio.sleep(0.2)


def asked_of(server: Served, token: str = "") -> httpx.AsyncClient:
    """A client that shows the token, the server's own where no other one is given."""
    shown = {"Authorization": f"Bearer {token or server.token}"}
    return httpx.AsyncClient(base_url=server.origin, headers=shown, timeout=NET)


async def hold_turn(talker: Talker, sentence: Sentence) -> bytes:
    """A spoken turn until its answer has been played: the answer's sound."""
    await configure(talker, is_base64=False)
    await talker.speak(sentence.wav)
    _, _, sound = await hear_answer(talker)
    await talker.until("session.state", state="speaking")
    await talker.until("session.state", state="handshaken")
    return sound


def check_rows(recording: SessionRecording, talker: Talker, sentence: Sentence) -> None:
    """What the client heard is in it, with what it said and what the engines answered."""
    out = [row.event for row in recording.rows if row.dir == "out" and row.event not in ("ack", "disconnect")]
    assert out == [heard.name for heard in talker.heard if heard.what == "event"]
    chunks = [recording.sound(row) for row in recording.rows if row.event == "input.buffer.append"]
    assert b"".join(chunks) == sentence.wav
    calls = {call.kind: call for call in recording.calls()}
    assert isinstance(calls["stt"].asked, RecognitionBegun)
    heard = [result.payload for result in calls["stt"].results if isinstance(result.payload, TranscriptGiven)]
    assert [one.text for one in heard] == [talker.payloads("request.transcribe.done")[0]["text"]]
    assert isinstance(calls["tts"].asked, SynthesisBegun)
    assert recording.about.complete


def check_wav(file: bytes, sentence: Sentence, answer: bytes) -> None:
    """Left what was said, right what was answered after it; both as long as they are."""
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, RATE)
        both = np.frombuffer(sound.readframes(sound.getnframes()), np.dtype("<i2")).reshape(-1, 2)
    loud = [np.flatnonzero(np.abs(both[:, channel].astype(int)) > 500) / RATE for channel in (0, 1)]
    said, heard = (times[-1] - times[0] for times in loud)
    assert said == pytest.approx(sentence.seconds, abs=0.6)
    assert heard == pytest.approx(playing_seconds(answer), abs=0.9)
    assert loud[1][0] > loud[0][0]


async def test_a_spoken_turn_is_recorded_and_a_crash_loses_nothing(
    said: Mapping[str, Sentence], tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    with running(VIVAVOCE, "serve", "--port", "0", log=tmp_path / "log", env=settings(folder)) as served:
        assert f"sessions are recorded in {folder}, and kept for 7 days" in served.said
        async with asked_of(served) as client, asked_of(served, "wrong") as stranger:
            async with talking("python", served, UPGRADE) as talker:
                answer = await hold_turn(talker, said[THANKS])
            assert talker.payloads("session.joined")[0]["recorded"] is True
            [row] = await until_made(client, 1)
            name = str(row["name"])
            assert (row["complete"], row["isRunning"]) == (True, False)
            for path in ("/inspect/recordings", f"/inspect/recordings/{name}.zip"):
                assert (await stranger.get(path)).status_code == 401
            packed = (await client.get(f"/inspect/recordings/{name}.zip")).raise_for_status().content
            async with talking("python", served) as talker:
                await configure(talker, is_base64=False)
                await talker.emit("input.text", "Hello")
                await talker.until("response.audio.delta")
                await trio.sleep(1.1)  # rows are written within a second
                os.kill(served.pid, signal.SIGKILL)
    recording = read(folder / name)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in recording.folder.iterdir()} == MODES
    assert stat.S_IMODE(recording.folder.stat().st_mode) == 0o700
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        check_wav(archive.read(f"{name}/sound.wav"), said[THANKS], answer)
    await check_the_next_start(folder, tmp_path / "log2", name)
    check_commands(folder, name, tmp_path / "out.zip")


async def check_the_next_start(folder: Path, log: Path, name: str) -> None:
    """The recording of the crash has its rows, and the next start finishes it."""
    [crashed] = [one for one in names_in(folder) if one != name]
    events = [row.event for row in read(folder / crashed).rows]
    assert {"input.text", "response.text.done", "tts.clip", "response.audio.delta"} <= set(events)
    assert read_about(folder / crashed).ended is None
    with running(VIVAVOCE, "serve", "--port", "0", log=log, env=settings(folder)) as served:
        async with asked_of(served) as client:
            await until_made(client, 2)
    about = read_about(folder / crashed)
    assert (about.complete, about.why) == (False, CRASHED)
    assert about.ended is not None


def check_commands(folder: Path, name: str, target: Path) -> None:
    """The commands see the same."""
    env = environment_with({"VIVAVOCE_RECORDINGS_FOLDER": str(folder)})

    def run(*arguments: str) -> str:
        done = subprocess.run([VIVAVOCE, "recordings", *arguments], env=env, capture_output=True, text=True, check=True)
        return done.stdout

    assert [one["name"] for one in json.loads(run("list", "--json"))] == names_in(folder)
    assert run("export", name, "--to", str(target)) == f"wrote {target}\n"
    assert zipfile.ZipFile(target).testzip() is None
    assert run("delete", "--subject", "anyone") == "deleted 2 recordings of anyone\n"
    assert names_in(folder) == []
