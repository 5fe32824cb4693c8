"""The mouth in `vivavoce talk`: shapes under the words, cues, JSON and captions, against a scripted server."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from trio.testing import MockClock

from adapters.cli import main
from adapters.client.mouthtrack import PartMouthTrack
from protocol.mouth import ResponseMouth, ResponseWords
from tests.adapters.client.scripted import ScriptedServer, delta, wav
from tests.adapters.client.test_talk import Script, contents, talked, updated

MOUTH = {
    "turn": 2, "id": 0, "set": "ovr", "from": 0, "to": 900, "last": True, "source": "phonemes",
    "times": [0, 60, 200, 400, 640, 900], "shapes": [0, 1, 10, 1, 10, 0], "weights": [0, 0.9, 0.5, 0.9, 1, 0],
}  # fmt: skip
SPOKEN = {"turn": 2, "id": 0, "words": ["map", "<ma>"], "times": [60, 400], "durations": [300, 460], "last": True}
CUE = {"turn": 2, "id": 0, "at": 400, "kind": "face", "name": "joy", "seconds": 2}


def answering(*messages: tuple[str, object], asked: list[Any]) -> Script:
    """A typed turn that is answered with these messages before its sound."""

    async def script(server: ScriptedServer) -> None:
        asked.append(await updated(server))
        await server.expect("input.text")
        await server.emit("response.started", {"turn": 2})
        for name, payload in messages:
            await server.emit(name, payload)
        await server.emit("response.audio.delta", delta(wav(1.0)))
        await server.emit("response.metrics", {"turn": 2, "lastAudio": 12})

    return script


async def test_the_track_is_printed_under_the_words_and_saved(tmp_path: Path, autojump_clock: MockClock) -> None:
    script = answering(("response.cue", CUE), ("response.mouth", MOUTH), ("response.words", SPOKEN), asked=[])
    code, printed, _ = await talked(script, tmp_path, said="hi", realtime=False, mouth="ovr,words")
    assert code == 0
    lines = [line.split("mouth", 1)[1].strip() for line in printed.splitlines() if " mouth " in line]
    assert lines == [
        "part 0: ovr, from phonemes",
        "0.06  map            sil PP▇ aa▄",
        "0.40  ◆ face joy for 2 s",
        "0.40  <ma>           PP▇ aa█ sil",
    ]
    saved = contents(tmp_path)
    assert set(saved) == {"answer-2-part-0.wav", "answer-2-part-0.json", "answer-2-part-0.vtt"}
    assert saved["answer-2-part-0.vtt"].decode() == (
        "WEBVTT\n\n00:00:00.060 --> 00:00:00.860\nmap <00:00:00.400>&lt;ma&gt;\n"
    )
    made = msgspec.json.decode(saved["answer-2-part-0.json"])
    assert made["names"][:2] == ["sil", "PP"]
    assert (made["set"], made["source"], made["times"]) == ("ovr", ["phonemes"], MOUTH["times"])
    assert made["words"] == [{"word": "map", "at": 60, "ms": 300}, {"word": "<ma>", "at": 400, "ms": 460}]
    assert made["cues"] == [{"at": 400, "kind": "face", "name": "joy", "seconds": 2.0}]


async def test_without_a_mouth_nothing_is_asked_for_nor_saved(tmp_path: Path, autojump_clock: MockClock) -> None:
    asked: list[Any] = []
    code, printed, _ = await talked(answering(asked=asked), tmp_path, said="hi", realtime=False)
    assert code == 0
    assert "cues" not in asked[0]["LLM"]
    assert " mouth " not in printed
    assert set(contents(tmp_path)) == {"answer-2-part-0.wav"}


async def test_a_mouth_that_never_ends_is_shown_at_the_end(tmp_path: Path, autojump_clock: MockClock) -> None:
    script = answering(("response.mouth", {**MOUTH, "last": False}), asked=[])
    code, printed, _ = await talked(script, tmp_path, said="hi", realtime=False, mouth="ovr")
    assert code == 0
    assert "0.00                 sil PP▇ aa▄ PP▇ aa█ sil" in printed
    assert set(contents(tmp_path)) == {"answer-2-part-0.wav", "answer-2-part-0.json"}


async def test_an_answer_of_cues_alone_is_an_answer(tmp_path: Path, autojump_clock: MockClock) -> None:
    async def script(server: ScriptedServer) -> None:
        await updated(server)
        await server.expect("input.text")
        await server.state("responding")
        await server.emit("response.cue", CUE)
        await server.emit("response.text.done", {"text": ""})
        await server.state("handshaken")

    code, printed, _ = await talked(script, tmp_path, said="hi", mouth="words")
    assert code == 0
    assert "0.40  ◆ face joy for 2 s" in printed


def test_of_curves_the_strongest_are_shown_at_their_peaks() -> None:
    part = PartMouthTrack(1, 0)
    row = [0.0] * 52
    first, second = row.copy(), row.copy()
    first[24], second[24], second[26] = 0.3, 0.8, 0.1
    values = tuple(first + second)
    part.take(
        ResponseMouth(turn=1, id=0, set="arkit", last=True, source="aligned", fps=30, start=0, end=66, values=values)
    )
    assert list(part.lines()) == ["part 0: arkit, from aligned", "  0.00                 jawOpen▆ mouthClose▁"]
    assert msgspec.json.decode(part.as_json())["fps"] == 30


def test_a_part_that_is_made_anew_forgets_its_mouth() -> None:
    part = PartMouthTrack(2, 0)
    mouth = msgspec.convert(MOUTH, ResponseMouth)
    part.take(mouth)
    part.take(msgspec.structs.replace(mouth, revised=True, source="sound"))
    assert len(part.mouths) == 1


def test_captions_are_short_and_their_times_rise() -> None:
    part = PartMouthTrack(1, 0)
    words = tuple(f"word{number}" for number in range(30))
    part.take(ResponseWords(1, 0, words, tuple(range(0, 3000, 100)), (90,) * 30, last=True))
    made = part.as_captions().split("\n\n")
    assert made[0] == "WEBVTT"
    assert all(len(caption.split("\n")) >= 2 for caption in made[1:])
    assert "".join(made).count("-->") == len(made) - 1 == 5
    assert "00:00:00.000 --> 00:00:00.690\nword0 <00:00:00.100>word1" in made[1]


@pytest.mark.parametrize(
    ("given", "told"), [("ovr,vrm", "at most one of ovr"), ("lips", "came lips, allowed: none, or")]
)
def test_a_mouth_that_there_is_not_is_refused(given: str, told: str) -> None:
    result = CliRunner().invoke(main, ["talk", "--text", "hi", "--mouth", given])
    assert result.exit_code == 2
    assert told in result.output
