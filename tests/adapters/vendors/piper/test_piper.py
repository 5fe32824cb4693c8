"""The Piper synthesiser with made-up voices: what it heeds of a voice's description, and what it refuses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from actors.ports.calls import EngineFailed, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.contract import Offer
from adapters.vendors.piper.tts import PiperSpeech
from adapters.voices.modelvoice import MAX_TEXT, plain
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.calls import spoken
from tests.adapters.vendors.tinymodels import PER_PHONEME, RATE, voice, whole_model

real = pytest.mark.real


def speech(text: str, voice: str = "", speed: float = 1.0) -> Speech:
    return Speech(text, "", voice, "", "unspecified", speed)


async def start(nursery: trio.Nursery, file: Path) -> PiperSpeech:
    engine = PiperSpeech(file, grace=5.0, deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(engine.run)
    return engine


async def failure(file: Path) -> str:
    """Why the engine does not start."""
    with trio.fail_after(60), pytest.raises(EngineFailed) as failed:
        await PiperSpeech(file).run()
    return str(failed.value)


def samples(clips: list[Clip]) -> int:
    return sum(len(clip.data) for clip in clips) // 2


@real
async def test_a_text_is_spoken_sentence_by_sentence(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, voice(tmp_path / "en_US-tiny.onnx"))
    assert await engine.offer() == Offer(("en_US-tiny",), (), ("en-US",))
    clips = await spoken(engine, speech("Good morning. How are you?"))
    assert len(clips) == 2
    assert {clip.format for clip in clips} == {AudioFormat("pcm16", RATE)}
    assert samples(clips) > 20 * PER_PHONEME
    assert np.abs(np.frombuffer(clips[0].data, "<i2")).max() > 30_000
    await engine.check()
    assert await spoken(engine, speech(" \n")) == []


@real
async def test_what_runs_the_model_tells_nobody_of_it_and_keeps_nothing(
    nursery: trio.Nursery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """onnxruntime by itself keeps an id of the machine, and the events that it sends, in the user's home."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    engine = await start(nursery, voice(tmp_path / "en.onnx"))
    assert samples(await spoken(engine, speech("good morning"))) > 0
    assert list(home.rglob("*")) == []


@real
async def test_speed_and_speaker_are_heeded(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, voice(tmp_path / "two.onnx", ("Anna", "Bert")))
    assert (await engine.offer()).voices == ("Anna", "Bert")
    normal, double, quarter = [
        samples(await spoken(engine, speech("one two three", "BERT", speed))) for speed in (1.0, 2.0, 0.01)
    ]
    assert double == pytest.approx(normal / 2, rel=0.02)
    assert quarter == pytest.approx(normal * 4, rel=0.02)
    assert samples(await spoken(engine, speech("one two three", "nobody"))) == normal


@real
@pytest.mark.parametrize("text", ["[[h]] [[", "a\0b", "你好", "😀", "\ud800", "...", "<speak>hi</speak>"])
async def test_odd_text_breaks_nothing(nursery: trio.Nursery, tmp_path: Path, text: str) -> None:
    engine = await start(nursery, voice(tmp_path / "en.onnx"))
    before = engine.pids
    await spoken(engine, speech(text))
    assert samples(await spoken(engine, speech("good morning"))) > 0
    assert engine.pids == before


@real
async def test_a_cancelled_synthesis_leaves_the_process_fit(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, voice(tmp_path / "en.onnx"))
    before = engine.pids

    async def sound(_: Clip | Retraction) -> None:
        scope.cancel()
        await trio.lowlevel.checkpoint()

    with trio.fail_after(60), trio.CancelScope() as scope:
        await engine.synthesise(speech("Once upon a time. " * 1_000), sound)
    assert scope.cancelled_caught
    assert samples(await spoken(engine, speech("good morning"))) > 0
    assert engine.pids == before


@real
async def test_a_voice_may_be_of_letters_and_have_speakers_without_names(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, voice(tmp_path / "x.onnx", ("a", "b"), speaker_id_map={}, num_speakers=2))
    assert (await engine.offer()).voices == ("0", "1")
    letters = await start(nursery, voice(tmp_path / "y.onnx", phoneme_type="text"))
    # Begin, nine letters, a space, the mark, each with its padding, and the end; at length_scale 2.
    assert samples(await spoken(letters, speech("good night."))) == (1 + 11) * 2 * 2 * PER_PHONEME + 2 * PER_PHONEME


@real
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phoneme_type": "pinyin"}, "has the phoneme_type pinyin; served are espeak and text"),
        ({"espeak": {"voice": "nowhere"}}, "espeak-ng cannot load the voice nowhere"),
        ({"espeak": {}}, "does not describe a Piper voice: Object missing required field `voice`"),
        ({"audio": {"sample_rate": 10}}, "Expected `int` >= 8000"),
        ({"phoneme_id_map": {"a": [1]}}, "its phoneme_id_map lacks _"),
        ({"phoneme_id_map": {"a": "1"}}, "does not describe a Piper voice"),
        ({"inference": {"length_scale": 0}}, "does not describe a Piper voice"),
    ],
)
async def test_what_a_description_asks_for_and_is_not_served_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    assert message in await failure(voice(tmp_path / "en.onnx", **changes))


@real
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("", "does not describe a Piper voice"),
        ("[]", "does not describe a Piper voice"),
        ("{}", "does not describe a Piper voice: Object missing required field `audio`"),
        (None, "there is no file"),
    ],
)
async def test_settings_that_are_none_are_said_at_the_start(tmp_path: Path, settings: str | None, message: str) -> None:
    file = voice(tmp_path / "en.onnx")
    described = tmp_path / "en.onnx.json"
    described.unlink() if settings is None else described.write_text(settings)
    assert message in await failure(file)


@real
async def test_a_file_that_is_no_voice_is_said_at_the_start(tmp_path: Path) -> None:
    assert f"there is no file {tmp_path / 'gone.onnx'}" in await failure(tmp_path / "gone.onnx")
    assert f"there is no file {Path.home() / 'no voice.onnx'}" in await failure(Path("~/no voice.onnx"))
    file = voice(tmp_path / "en.onnx")
    file.write_bytes(b"no model at all")
    assert f"{file} is no model that can be run" in await failure(file)
    file.write_bytes(b"")
    assert f"{file} cannot be read" in await failure(file)
    model = whole_model(tmp_path / "other") / "model.onnx"
    file.write_bytes(model.read_bytes())
    assert f"{file} is no Piper voice: it has no input input" in await failure(file)


@real
async def test_a_missing_package_is_said_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "onnxruntime cannot be loaded (not here): pip install 'vivavoce[piper]'" in await failure(
        voice(tmp_path / "en.onnx")
    )


async def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(EngineFailed, match=f"speaks {MAX_TEXT} characters at a time"):
        await spoken(PiperSpeech(Path("x")), speech("a" * (MAX_TEXT + 1)))
    with pytest.raises(EngineFailed, match="has not been started"):
        await spoken(PiperSpeech(Path("x")), speech("hello"))


def test_nothing_in_a_text_is_a_command() -> None:
    assert plain("a\0b\nc [[x]] [[[ \ud800") == "a b c [ x]] [ [ ?"
