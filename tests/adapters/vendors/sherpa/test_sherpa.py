"""The sherpa-onnx recogniser: which folder is which model, the real engine on made-up models, and what is missing."""

import inspect
from pathlib import Path

import numpy as np
import pytest
import sherpa_onnx
import trio

from actors.ports.audio import Complete
from actors.ports.calls import EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.reach.contract import Offer, ProviderFailed
from adapters.vendors.sherpa.child import LONGEST, pieces
from adapters.vendors.sherpa.models import FAMILIES, ModelFamily, find
from adapters.vendors.sherpa.stt import SherpaRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.tinymodels import streaming_model, whole_model

real = pytest.mark.real
HEARD = AudioFormat("pcm16", 16_000)


def noise(seconds: float, size: float = 3_000.0) -> bytes:
    return np.random.default_rng(1).normal(0, size, round(seconds * HEARD.rate)).astype("<i2").tobytes()


def utterance(samples: bytes) -> Utterance:
    return Utterance(Complete(samples), HEARD, "", "", "")


async def unheard(_: str) -> None:
    """For tests that only want the end."""


async def start(nursery: trio.Nursery, folder: Path) -> SherpaRecogniser:
    engine = SherpaRecogniser(folder, grace=5.0, deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(engine.run)
    return engine


async def failure(folder: Path) -> str:
    """Why the engine does not start."""
    with pytest.raises(EngineFailed) as failed:
        await SherpaRecogniser(folder).run()
    return str(failed.value)


# ---- the real engine


@real
async def test_a_streaming_model_says_its_words_as_it_hears_them(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, streaming_model(tmp_path / "a"))
    told: list[str] = []

    async def words(text: str) -> None:
        told.append(text)

    samples = noise(1) + bytes(32_000) + noise(1)
    assert await engine.transcribe(utterance(samples), words) == Transcript("loud quiet loud quiet", "")
    assert told == ["loud", "loud quiet", "loud quiet loud", "loud quiet loud quiet"]
    assert await engine.transcribe(utterance(noise(1)), unheard) == Transcript("loud quiet", "")


@real
async def test_a_whole_utterance_model_hears_it_all(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, whole_model(tmp_path / "sherpa-onnx-nemo-tiny"))
    assert await engine.offer() == Offer(models=("sherpa-onnx-nemo-tiny",))
    assert (await engine.transcribe(utterance(noise(1) + bytes(32_000)), unheard)).text == "loud quiet"
    await engine.check()
    for samples in (b"", b"\1"):
        assert await engine.transcribe(utterance(samples), unheard) == Transcript("", "")
    assert (await engine.transcribe(utterance(b"\1\0"), unheard)).text == "quiet"


@real
async def test_a_long_utterance_is_cut_where_it_is_quiet(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, whole_model(tmp_path / "nemo"))
    told: list[str] = []

    async def words(text: str) -> None:
        told.append(text)

    samples = noise(26) + bytes(3_200) + noise(10)
    assert (await engine.transcribe(utterance(samples), words)).text == "loud quiet loud"
    assert told == ["loud", "loud quiet loud"]


@real
async def test_a_cancelled_recognition_leaves_the_process_fit(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = await start(nursery, streaming_model(tmp_path / "a"))
    before = engine.pids

    async def words(_: str) -> None:
        scope.cancel()
        await trio.lowlevel.checkpoint()

    with trio.fail_after(60), trio.CancelScope() as scope:
        await engine.transcribe(utterance((noise(0.5) + bytes(16_000)) * 300), words)
    assert scope.cancelled_caught
    assert (await engine.transcribe(utterance(noise(1)), unheard)).text == "loud quiet"
    assert engine.pids == before


@real
async def test_what_is_no_model_is_said_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "sense-voice"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"no model at all")
    (folder / "tokens.txt").write_text("a 0\n")
    assert "cannot load the SenseVoice model" in await failure(folder)
    whole_model(tmp_path / "model")
    (tmp_path / "model" / "model.onnx").rename(folder / "model.onnx")
    assert "could not start" in await failure(folder)  # in the words of the engine, which ends the process


@real
async def test_a_missing_package_is_said_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sherpa_onnx.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "(not here): pip install 'vivavoce[sherpa]'" in await failure(whole_model(tmp_path / "nemo"))


@real
async def test_a_missing_folder_is_said_at_the_start(tmp_path: Path) -> None:
    assert f"there is no folder {tmp_path / 'gone'}" in await failure(tmp_path / "gone")


async def test_what_cannot_be_done_is_said() -> None:
    engine = SherpaRecogniser(Path("x"))
    wrong = Utterance(Complete(b""), AudioFormat("mp3"), "", "", "")
    with pytest.raises(EngineFailed, match="takes pcm16/16000, not mp3"):
        await engine.transcribe(wrong, unheard)


# ---- which model it is


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.title)
def test_the_package_has_what_is_called(family: ModelFamily) -> None:
    kind = sherpa_onnx.OnlineRecognizer if family.streaming else sherpa_onnx.OfflineRecognizer
    arguments = [
        *(part for part, _ in family.parts),
        *(option for option, _ in family.options),
        "tokens",
        "num_threads",
    ]
    inspect.signature(getattr(kind, family.factory)).bind(**dict.fromkeys(arguments))


@pytest.mark.parametrize(
    ("folder", "files", "title", "chosen"),
    [
        (
            "sherpa-onnx-streaming-zipformer-en-2023-06-26",
            "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx encoder-epoch-99-avg-1-chunk-16-left-128.onnx "
            "decoder-epoch-99-avg-1-chunk-16-left-128.onnx joiner-epoch-99-avg-1-chunk-16-left-128.onnx tokens.txt",
            "streaming transducer",
            "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
        ),
        (
            "mine",
            "encoder-epoch-99-avg-1.onnx=decode_chunk_len decoder.onnx joiner.onnx tokens.txt",
            "streaming transducer",
            "encoder-epoch-99-avg-1.onnx",
        ),
        (
            "sherpa-onnx-zipformer-small-en-2023-06-26",
            "encoder-epoch-99-avg-1.onnx decoder-epoch-99-avg-1.onnx joiner-epoch-99-avg-1.onnx tokens.txt",
            "transducer",
            "encoder-epoch-99-avg-1.onnx",
        ),
        (
            "sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8",
            "encoder.int8.onnx decoder.int8.onnx joiner.int8.onnx tokens.txt",
            "NeMo transducer",
            "encoder.int8.onnx",
        ),
        (
            "sherpa-onnx-moonshine-tiny-en-int8",
            "preprocess.onnx encode.int8.onnx uncached_decode.int8.onnx cached_decode.int8.onnx tokens.txt",
            "Moonshine",
            "preprocess.onnx",
        ),
        (
            "sherpa-onnx-whisper-tiny.en",
            "tiny.en-encoder.int8.onnx tiny.en-encoder.onnx tiny.en-decoder.int8.onnx tiny.en-tokens.txt",
            "Whisper",
            "tiny.en-encoder.int8.onnx",
        ),
        (
            "sherpa-onnx-streaming-paraformer-bilingual-zh-en",
            "encoder.int8.onnx decoder.int8.onnx tokens.txt",
            "streaming Paraformer",
            "encoder.int8.onnx",
        ),
        ("sherpa-onnx-paraformer-zh-2023-09-14", "model.int8.onnx tokens.txt", "Paraformer", "model.int8.onnx"),
        ("sherpa-onnx-sense-voice-zh-en", "model.onnx model.int8.onnx tokens.txt", "SenseVoice", "model.int8.onnx"),
        ("mine", "model.onnx=EncDecCTCModelBPE tokens.txt", "NeMo CTC", "model.onnx"),
        (
            "sherpa-onnx-streaming-zipformer-ctc-multi-zh-hans",
            "ctc-epoch-20-avg-1-chunk-16-left-128.int8.onnx tokens.txt",
            "streaming Zipformer CTC",
            "ctc-epoch-20-avg-1-chunk-16-left-128.int8.onnx",
        ),
    ],
)
def test_a_folder_is_known_by_its_files(tmp_path: Path, folder: str, files: str, title: str, chosen: str) -> None:
    there = tmp_path / folder
    there.mkdir()
    for file in files.split():
        name, _, metadata = file.partition("=")
        (there / name).write_bytes(bytes(100_000) + metadata.encode() + bytes(100))
    found = find(there)
    assert found.family.title == title
    assert found.files[0][1] == str(there / chosen)
    assert dict(found.files)["tokens"].endswith("tokens.txt")


@pytest.mark.parametrize("files", ["", "model.onnx tokens.txt", "encoder.onnx joiner.onnx tokens.txt", "model.onnx"])
def test_a_folder_that_is_not_known_is_said_with_what_is_in_it(tmp_path: Path, files: str) -> None:
    for file in files.split():
        (tmp_path / file).write_bytes(b"")
    listed = ", ".join(sorted(files.split())) or "none"
    with pytest.raises(EngineFailed, match=rf"holds no known model \(its files: {listed}\).*Whisper, SenseVoice"):
        find(tmp_path)


def test_pieces_are_never_too_long_and_lose_nothing() -> None:
    samples = np.random.default_rng(1).standard_normal(LONGEST * 3 + 17, np.float32)
    cut = list(pieces(samples))
    assert np.array_equal(np.concatenate(cut), samples)
    assert all(0 < len(piece) <= LONGEST for piece in cut)


async def test_a_check_of_an_engine_that_fails_is_a_provider_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def transcribe(*_: object) -> Transcript:
        await trio.lowlevel.checkpoint()
        raise EngineFailed("no voice")

    engine = SherpaRecogniser(Path("x"))
    monkeypatch.setattr(engine, "transcribe", transcribe)
    with pytest.raises(ProviderFailed, match="no voice"):
        await engine.check()
