"""The words that are suggested first are heard right by the embedded recogniser, whoever of our voices says them."""

import re

import numpy as np
import pytest
import soxr
import trio

from actors.ports.audio import Complete
from actors.ports.calls import Retraction
from actors.ports.recognition import Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.vendors.embedded import voices
from adapters.vendors.embedded.declaration import ESPEAK, JOE
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.stt import LocalRecogniser
from adapters.vendors.embedded.tts import LocalSpeech, local_speech
from protocol.audioformat import AudioFormat

FIRST = LANGUAGES["en"].first
HEARD = AudioFormat("pcm16", 16_000)
NOISE = 100.0
"""The standard deviation of the noise that is added to espeak-ng's voice, whose silence is digital zero."""


async def spoken(mouth: LocalSpeech, model: str, seed: int) -> bytes:
    """FIRST as the model says it, with a little silence around; each rendering of joe differs, espeak-ng's by noise."""
    pieces: list[bytes] = []
    rate = HEARD.rate

    async def hear(clip: Clip | Retraction) -> None:
        nonlocal rate
        assert isinstance(clip, Clip)
        pieces.append(clip.data)
        rate = clip.format.rate

    await mouth.synthesise(Speech(FIRST, model, "", "en-US", "unspecified", 1.0), hear)
    samples = np.frombuffer(b"".join(pieces), np.int16).astype(np.float32)
    samples = np.pad(soxr.resample(samples, rate, HEARD.rate), 4_800)
    if model == ESPEAK:
        samples += np.random.default_rng(seed).normal(0, NOISE, len(samples)).astype(np.float32)
    return np.clip(samples, -32_767, 32_767).astype("<i2").tobytes()


async def misheard(model: str, seeds: range) -> list[str]:
    """What the recogniser makes of the renderings that it mishears."""
    wrong: list[str] = []
    async with trio.open_nursery() as nursery:
        ear, mouth = LocalRecogniser(1), local_speech(1, model)
        with trio.fail_after(100):
            await nursery.start(ear.run)
            await nursery.start(mouth.run)
            while model == JOE and mouth.count < 2:  # noqa: ASYNC110 - nothing tells that the model is loaded
                await trio.sleep(0.05)
        for seed in seeds:
            samples = await spoken(mouth, model, seed)
            found = await ear.transcribe(Utterance(Complete(samples), HEARD, "", "en-US", ""), nobody)
            if re.findall(r"\w+", found.text.lower()) != FIRST.split():
                wrong.append(found.text)
        nursery.cancel_scope.cancel()
    return wrong


async def nobody(words: str) -> None:
    """What is recognised while it is spoken is not needed."""


@pytest.mark.real
async def test_the_first_words_are_heard_right() -> None:
    assert await misheard(ESPEAK, range(2)) == []
    if voices.joe():
        assert await misheard(JOE, range(2)) == []


@pytest.mark.real
@pytest.mark.long
@pytest.mark.parametrize("model", [ESPEAK, JOE])
async def test_the_first_words_are_heard_right_in_ten_of_ten_renderings(model: str) -> None:
    if model == JOE and not voices.joe():
        pytest.skip("the voice joe is not installed")
    assert await misheard(model, range(10)) == []
