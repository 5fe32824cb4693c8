"""`vivavoce talk --hands-free`, against a scripted server over memory streams on the mock clock."""

from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import CliRunner
from rich.console import Console
from trio.testing import MockClock

from adapters.cli import main
from adapters.client.openmicrophone import converse_hands_free
from adapters.client.printout import Printout
from adapters.client.recording import Recording, decode
from adapters.client.talk import ANSWERED, FAILED, Options
from tests.adapters.client.scripted import ScriptedServer, delta, joined, wav

SECOND = Recording(b"\1\0" * 16_000, "pcm16", 1.0)
Script = Callable[[ScriptedServer], Awaitable[None]]


async def talked(script: Script, tmp_path: Path) -> tuple[int, str, float]:
    """The exit code, what was printed, and how long it took."""
    printed = StringIO()
    options = Options("memory", audio_format="wav", save=tmp_path)
    async with joined() as (client, server), trio.open_nursery() as nursery:
        begun = trio.current_time()
        nursery.start_soon(script, server)
        code = await converse_hands_free(client, SECOND, options, Printout(Console(file=printed, highlight=False)))
        took = trio.current_time() - begun
        nursery.cancel_scope.cancel()
    return code, printed.getvalue(), took


async def updated(server: ScriptedServer) -> None:
    (configuration,) = await server.expect("session.update")
    assert configuration["turnDetection"] == {"type": "semantic_vad"}
    assert configuration["STT"] == {"mediaFormat": "pcm16"}
    await server.emit("session.updated", {"sessionId": "s-1", "success": True})
    await server.state("handshaken")


async def heard(server: ScriptedServer, seconds: float) -> bytes:
    """What the microphone sends in so many seconds; no commit is among it."""
    sound = b""
    while len(sound) < 32_000 * seconds:
        sound += (await server.expect("input.buffer.append"))[0]
    return sound


async def conversation(server: ScriptedServer) -> None:
    """A turn that the server finds, with an answer of two seconds, held and resumed."""
    await updated(server)
    sound = await heard(server, 2)
    assert sound == SECOND.data + bytes(32_000)
    await server.emit("input.speech.started", {"audioMs": 100})
    await server.state("receiving")
    await server.emit("input.buffer.initialized", {"sessionId": "s-1"})
    await server.emit("input.speech.stopped", {"audioMs": 1000})
    await server.state("transcribing")
    await server.emit("request.transcribe.done", {"text": "hello", "sentiment": "", "language": "en-US"})
    await server.state("responding")
    await server.emit("response.started", {"turn": 1})
    await server.emit("response.text.done", {"text": "Hi."})
    await server.emit("response.audio.delta", delta(wav(2.0)))
    await server.state("speaking")
    await server.emit("response.held", {"turn": 1, "how": "duck"})
    await server.emit("response.resumed", {"turn": 1})
    await server.emit("session.echo", {"delayMs": 180, "level": -14.5, "message": "it hears the avatar"})
    await server.emit("input.idle", {"idleMs": 7000})
    await heard(server, 2)
    await server.state("handshaken")
    await heard(server, 60)


async def test_it_shows_where_turns_began_and_ended(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, shown, took = await talked(conversation, tmp_path)
    assert code == ANSWERED
    for words in (
        "turn begins  at 0.10 s",
        "turn ends    at 1.00 s, known 1.00 s later",
        "heard        “hello”",
        "answer       Hi.",
        "held         turn 1: duck",
        "resumed      turn 1",
        "echo         it hears the avatar",
        "idle         nobody has spoken for 7.0 s",
        "sound        part 0",
    ):
        assert words in shown
    assert 3.0 < took < 6.0, "the recording, the silence behind it, and the answer"
    assert [path.name for path in await trio.Path(tmp_path).iterdir()] == ["answer-1-part-0.wav"]


async def test_a_file_without_speech_is_told(tmp_path: Path, autojump_clock: MockClock) -> None:
    async def nothing(server: ScriptedServer) -> None:
        await updated(server)
        await heard(server, 60)

    code, shown, took = await talked(nothing, tmp_path)
    assert (code, "no answer: no words" in shown) == (FAILED, True)
    assert took < 5


async def test_a_server_that_falls_silent_in_a_turn_is_given_up(tmp_path: Path, autojump_clock: MockClock) -> None:
    async def stuck(server: ScriptedServer) -> None:
        await updated(server)
        await server.state("receiving")
        await heard(server, 1_000)

    code, shown, _ = await talked(stuck, tmp_path)
    assert (code, "nothing came from the server for 60 s" in shown) == (FAILED, True)


@pytest.mark.parametrize("event", ["error", "gone"])
async def test_what_goes_wrong_ends_it(tmp_path: Path, autojump_clock: MockClock, event: str) -> None:
    async def wrong(server: ScriptedServer) -> None:
        await updated(server)
        if event == "error":
            await server.emit("custom.error", {"message": "the recogniser failed", "errorId": 3000})
            await heard(server, 60)
        else:
            await server.websocket.aclose()

    code, shown, _ = await talked(wrong, tmp_path)
    assert code == FAILED
    assert ("the recogniser failed (3000)" in shown) is (event == "error")


def test_a_file_is_played_as_raw_samples() -> None:
    decoded = decode(Recording(wav(0.5), "wav", 0.5))
    assert decoded.media_format == "pcm16"
    assert decoded.seconds == pytest.approx(0.5, abs=0.01)
    assert len(decoded.data) == pytest.approx(16_000, abs=300)
    assert decode(SECOND) is SECOND


@pytest.mark.parametrize("arguments", [("--text", "hello"), ("FILE", "--no-realtime")])
def test_what_cannot_be_played_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "file.wav").write_bytes(wav(0.1))
    given: list[Any] = [str(tmp_path / "file.wav") if word == "FILE" else word for word in arguments]
    ended = CliRunner().invoke(main, ["talk", "--hands-free", *given])
    assert (ended.exit_code, "--hands-free plays an audio FILE" in ended.output) == (2, True)
