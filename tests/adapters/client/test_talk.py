"""`vivavoce talk`, against a scripted server over memory streams on the mock clock."""

import re
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
from adapters.client.printout import Printout
from adapters.client.recording import Recording
from adapters.client.talk import AnswerForm, Options, Said, converse
from tests.adapters.client.scripted import ScriptedServer, delta, joined, wav

HALF_SECOND = Recording(bytes(16_000), "pcm16", 0.5)
PLAIN = {"responseType": "single", "stream": False, "isOrdered": False}

Script = Callable[[ScriptedServer], Awaitable[None]]


async def talked(script: Script, tmp_path: Path, said: Said = HALF_SECOND, **given: Any) -> tuple[int, str, float]:
    """The exit code of talking to `script`, what was printed, and how long it took."""
    printed = StringIO()
    options = Options("memory", **{"audio_format": "wav", "save": tmp_path, **given})
    async with joined() as (client, server), trio.open_nursery() as nursery:
        begun = trio.current_time()
        nursery.start_soon(script, server)
        code = await converse(client, said, options, Printout(Console(file=printed, highlight=False)))
        took = trio.current_time() - begun
        nursery.cancel_scope.cancel()
    return code, printed.getvalue(), took


async def updated(server: ScriptedServer) -> Any:
    (configuration,) = await server.expect("session.update")
    await server.emit("session.updated", {"sessionId": "s-1", "success": True, "warnings": ["STT: another model"]})
    await server.state("handshaken")
    return configuration


async def turn(server: ScriptedServer) -> None:
    """A spoken turn of two parts, a second of sound each."""
    assert await updated(server) == {"STT": {"mediaFormat": "pcm16"}, "LLM": {"stream": False}, "TTS": PLAIN}
    assert await server.utterance() == HALF_SECOND.data
    await server.state("receiving", "transcribing")
    await trio.sleep(0.25)
    await server.emit("request.transcribe.done", {"text": "hello", "sentiment": "", "language": "en-US"})
    await server.state("responding")
    await server.emit("response.started", {"turn": 3})
    await server.emit("response.text.done", {"text": "Hi \x1b[2Jthere."})
    await trio.sleep(0.5)
    sound = wav(1.0)
    await server.emit("response.audio.delta", delta(sound[:5000], done=False, part_done=False))
    await server.state("speaking")
    await server.emit("response.audio.delta", delta(sound[5000:], done=False, text=""))
    await server.emit("response.audio.delta", delta(sound, encoded=True, number=1, total=2))
    await server.emit("response.metrics", {"turn": 3, "transcript": 240, "firstAudio": 700})
    await trio.sleep(2)
    await server.state("handshaken")


async def test_a_turn_is_shown_and_its_sound_saved(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, printed, took = await talked(turn, tmp_path)
    assert code == 0
    assert took == pytest.approx(0.5 + 0.25 + 0.5 + 2)
    for words in (
        "STT: another model",
        "0.50 s  committed",
        "“hello” (en-US)  0.25 s after the commit",
        "Hi  [2Jthere.",
        "5,000 bytes  0.75 s after the commit",
        "part 1: 48,044 bytes, 1.0 s",
        "part 0: 48,044 bytes in 2 pieces, 1.0 s",
    ):
        assert words in printed
    for bar in (r"transcript +█+.* 240 ms +\(\+240\)", r"first audio  +\S*█+ +700 ms +\(\+460\)"):
        assert re.search(bar, printed)
    assert "\x1b" not in printed
    assert contents(tmp_path) == {"answer-3-part-0.wav": wav(1.0), "answer-3-part-1.wav": wav(1.0)}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_without_real_time_it_ends_when_the_answer_is_there(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, _, took = await talked(turn, tmp_path, realtime=False)
    assert code == 0
    assert took == pytest.approx(0.75)


async def test_a_turn_that_is_closed_without_metrics_ends_soon(tmp_path: Path, autojump_clock: MockClock) -> None:
    async def script(server: ScriptedServer) -> None:
        await updated(server)
        await server.utterance()
        await server.emit("response.audio.delta", delta(wav(1.0), done=False))
        await server.emit("response.audio.delta", delta(b"", number=1, total=2, text=""))

    code, printed, took = await talked(script, tmp_path, realtime=False)
    assert code == 0
    assert took == pytest.approx(2)
    assert printed.count("answer-1-part-0.wav") == 1


async def test_an_embedded_model_is_asked_for_by_its_provider(tmp_path: Path, autojump_clock: MockClock) -> None:
    asked = []

    async def script(server: ScriptedServer) -> None:
        asked.append(await updated(server))
        await server.websocket.aclose()

    code, printed, _ = await talked(script, tmp_path, llm_model="echo")
    assert asked[0]["LLM"] == {"provider": "local", "model": "echo", "stream": False}
    assert code == 1
    assert "the connection to the server is lost" in printed


async def refuses_the_update(server: ScriptedServer) -> None:
    await server.expect("session.update")
    await server.emit("custom.error", {"message": "STT.mediaFormat: no", "errorId": 2000})


async def hears_nothing(server: ScriptedServer) -> None:
    await updated(server)
    await server.utterance()
    await server.state("transcribing")
    await server.emit("request.transcribe.done", {"text": "", "sentiment": "", "language": ""})
    await server.state("handshaken")


async def is_cancelled(server: ScriptedServer) -> None:
    await updated(server)
    await server.utterance()
    await server.emit("response.cancelled", {"reason": "failed"})


async def says_what_is_no_sound(server: ScriptedServer) -> None:
    await updated(server)
    await server.emit("response.audio.delta", delta(b"nonsense"))


async def falls_silent(server: ScriptedServer) -> None:
    await updated(server)
    await server.utterance()
    while True:
        await trio.sleep(20)
        await server.websocket.send_message("2")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (refuses_the_update, "STT.mediaFormat: no (2000)"),
        (hears_nothing, "no words were recognised"),
        (is_cancelled, "ended early: failed"),
        (says_what_is_no_sound, "part 0, 8 bytes: not audio"),
        (falls_silent, "nothing came from the server for 60 s"),
    ],
)
async def test_a_turn_without_an_answer_fails_in_words(
    script: Script, told: str, tmp_path: Path, autojump_clock: MockClock
) -> None:
    code, printed, took = await talked(script, tmp_path)
    assert code == 1
    assert told in printed
    assert took < 62


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, autojump_clock: MockClock) -> None:
    code, printed, _ = await talked(turn, tmp_path, save=tmp_path / "absent")
    assert code == 1
    assert "answer-3-part-0.wav: cannot be written" in printed


# ---- the forms of an answer


async def test_the_form_of_the_answer_is_asked_for(tmp_path: Path, autojump_clock: MockClock) -> None:
    asked = []

    async def script(server: ScriptedServer) -> None:
        asked.append(await updated(server))
        await server.websocket.aclose()

    await talked(script, tmp_path, form=AnswerForm(multiple=True, stream=True, ordered=True, llm_stream=True))
    assert asked[0]["TTS"] == {"responseType": "multiple", "stream": True, "isOrdered": True}
    assert asked[0]["LLM"] == {"stream": True}


async def interleaved(server: ScriptedServer) -> None:
    """A typed turn of two parts whose pieces come in turn, the second one done first; the last piece is empty."""
    assert "STT" not in await updated(server)
    assert await server.expect("input.text") == [{"text": "hello"}]
    await server.emit("response.text.done", {"text": "One. Two."})
    first, second = wav(1.0), wav(0.5)
    for piece in (
        delta(first[:9_000], done=False, part_done=False, total=0, text="One. "),
        delta(second[:9_000], number=1, done=False, part_done=False, total=0, text="Two."),
        delta(second[9_000:], number=1, done=False, total=2, text=""),
        delta(first[9_000:], done=False, part_done=False, total=2, text=""),
        delta(b"", total=2, text=""),
    ):
        await server.emit("response.audio.delta", piece)
    await server.emit("response.metrics", {"turn": 1, "firstToken": 1, "firstAudio": 9, "lastAudio": 12})


async def test_parts_whose_pieces_come_in_turn_are_put_together(tmp_path: Path, autojump_clock: MockClock) -> None:
    form = AnswerForm(multiple=True, stream=True)
    code, printed, _ = await talked(interleaved, tmp_path, said="hello", realtime=False, form=form)
    assert code == 0
    assert contents(tmp_path) == {"answer-1-part-0.wav": wav(1.0), "answer-1-part-1.wav": wav(0.5)}
    lines = ("part 0: 48,044 bytes in 3 pieces, 1.0 s: “One. ”", "part 1: 24,044 bytes in 2 pieces, 0.5 s: “Two.”")
    for line in ("typed        “hello”", "0 begins: “One. ”", "1 begins: “Two.”", *lines):
        assert line in printed
    assert printed.index("part 1:") < printed.index("part 0:")


def answering(*pieces: object, metrics: bool = True) -> Script:
    """A typed turn that is answered with these pieces."""

    async def script(server: ScriptedServer) -> None:
        await updated(server)
        await server.expect("input.text")
        for piece in pieces:
            await server.emit("response.audio.delta", piece)
        if metrics:
            await server.emit("response.metrics", {"turn": 1, "lastAudio": 12})
        else:
            await server.state("responding", "speaking", "handshaken")

    return script


HALF = wav(0.5)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (answering(delta(HALF[:999], done=False, part_done=False), delta(HALF[999:])), "words came twice"),
        (answering(delta(HALF, done=False), delta(HALF, text="")), "part 0: a piece came after its last one"),
        (answering(delta(HALF, total=2)), "closed with 2 parts, but 1 came"),
        (answering(delta(HALF, done=False), metrics=False), "`done`, never came"),
        (
            answering(delta(HALF, done=False, part_done=False), delta(HALF, number=1, total=2)),
            "part 0: its last piece never came",
        ),
    ],
)
async def test_an_answer_that_is_not_as_documented_fails(
    script: Script, told: str, tmp_path: Path, autojump_clock: MockClock
) -> None:
    code, printed, _ = await talked(script, tmp_path, said="hello", realtime=False)
    assert code == 1
    assert told in printed


@pytest.mark.parametrize(
    ("audio_format", "told"),
    [
        ("mp3", "part 0, 24,044 bytes: it is wav, and should be mp3"),
        ("opus", "it is wav, and should be opus"),
        ("pcm16/24000", "half a sample"),
    ],
)
async def test_sound_of_another_format_than_was_asked_for_fails(
    audio_format: str, told: str, tmp_path: Path, autojump_clock: MockClock
) -> None:
    sound = HALF + b"\0" if audio_format.startswith("pcm16") else HALF
    code, printed, _ = await talked(
        answering(delta(sound)), tmp_path, said="hello", realtime=False, audio_format=audio_format
    )
    assert code == 1
    assert told in printed


@pytest.mark.parametrize("arguments", [[], ["--text", " "], [__file__, "--text", "hello"]])
def test_either_a_file_or_words_are_said(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["talk", *arguments])
    assert result.exit_code == 2
    assert "one of the two" in result.output
