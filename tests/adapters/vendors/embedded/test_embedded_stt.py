"""The embedded recogniser as it is served: hama, and pocketsphinx where hama cannot be had."""

import os
import signal

import numpy as np
import pytest
import trio
import trio.testing

from actors.ports.audio import Complete, Growing
from actors.ports.calls import EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.vendors.embedded.stt import LocalRecogniser
from protocol.audioformat import AudioFormat
from tests.adapters.vendors.embedded.test_sphinx import HEARD, SENTENCE, said, unheard, utterance

real = pytest.mark.real
EASY = {"weather", "london", "this", "morning"}


async def started(nursery: trio.Nursery) -> LocalRecogniser:
    engine = LocalRecogniser(2)
    with trio.fail_after(100):
        await nursery.start(engine.run)
    return engine


def words_of(transcript: Transcript) -> set[str]:
    return {word.strip(".?").lower() for word in transcript.text.split()}


@real
async def test_speech_is_recognised_and_sound_without_speech_has_no_words(nursery: trio.Nursery) -> None:
    engine = await started(nursery)
    assert (engine.models, engine.count, len(engine.pids)) == (("hama", "pocketsphinx"), 1, 1)
    samples = await said(nursery, SENTENCE)
    found = await engine.transcribe(utterance(samples, "de-DE"), unheard)
    assert words_of(found) >= EASY
    assert found.text[0].isupper()
    assert found.text.endswith("?")
    assert found.language == "en-US"
    hinted = Utterance(Complete(samples), HEARD, "hama", "en-US", "string")
    assert await engine.transcribe(hinted, unheard) == found
    random = np.random.default_rng(3)
    noise = random.normal(0, 150, HEARD.rate * 2).astype("<i2").tobytes()
    for nothing in (b"", b"\0", b"\1\0", bytes(100), bytes(64_000), noise):
        assert (await engine.transcribe(utterance(nothing), unheard)).text == ""
    os.kill(engine.pids[0], getattr(signal, "SIGKILL", signal.SIGTERM))
    assert await engine.transcribe(utterance(samples), unheard) == found


class HeardSpeaker:
    """Someone who is heard while they speak; `told` are the words so far."""

    def __init__(self, engine: LocalRecogniser) -> None:
        self._engine = engine
        self.audio = Growing()
        self.told: list[str] = []
        self.first = trio.Event()
        self.heard = Transcript("", "")

    async def hear(self) -> None:
        """Recognise what is spoken."""
        self.heard = await self._engine.transcribe(Utterance(self.audio, HEARD, "", "en-US", ""), self._tell)

    async def _tell(self, text: str) -> None:
        self.told.append(text)
        self.first.set()
        await trio.lowlevel.checkpoint()


@real
async def test_words_are_told_while_they_are_spoken(nursery: trio.Nursery) -> None:
    engine = await started(nursery)
    samples = await said(nursery, SENTENCE)
    one = HeardSpeaker(engine)
    with trio.fail_after(100):
        async with trio.open_nursery() as hearing:
            hearing.start_soon(one.hear)
            one.audio.extend(samples[:64_001])  # odd, so that a sample is torn in two
            await one.first.wait()
            one.audio.extend(samples[64_001:])
            one.audio.complete()
        assert one.heard == await engine.transcribe(utterance(samples), unheard)
    assert all("?" not in text and "." not in text for text in one.told)


@real
async def test_words_are_not_told_while_two_speak_at_once(nursery: trio.Nursery) -> None:
    engine = await started(nursery)
    samples = await said(nursery, SENTENCE)
    both = (HeardSpeaker(engine), HeardSpeaker(engine))
    with trio.fail_after(100):
        async with trio.open_nursery() as hearing:
            for one in both:
                hearing.start_soon(one.hear)
            await trio.testing.wait_all_tasks_blocked()
            for one in both:
                one.audio.extend(samples)
            await trio.testing.wait_all_tasks_blocked(0.05)
            for one in both:
                one.audio.complete()
        whole = await engine.transcribe(utterance(samples), unheard)
    assert [one.told for one in both] == [[], []]
    assert [one.heard for one in both] == [whole, whole]


@real
async def test_without_a_library_pocketsphinx_recognises_and_the_log_says_so(
    nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("adapters.vendors.embedded.hama.CHILD", "tests.adapters.vendors.embedded.hamaless_child")
    engine = await started(nursery)
    assert (engine.models, engine.count, len(engine.pids)) == (("pocketsphinx",), 1, 1)
    line = caplog.records[-1].getMessage()
    assert line.startswith("pocketsphinx recognises instead of hama, and mishears three times as often: ")
    assert "no library for this system" in line
    samples = await said(nursery, SENTENCE)
    found = await engine.transcribe(Utterance(Complete(samples), HEARD, "hama", "en-US", ""), unheard)
    assert EASY & words_of(found)


@real
async def test_pocketsphinx_is_started_for_who_asks_for_it_alone(nursery: trio.Nursery) -> None:
    engine = await started(nursery)
    silence = Utterance(Complete(bytes(32_000)), HEARD, "pocketsphinx", "en-US", "")
    assert await engine.transcribe(silence, unheard) == Transcript("", "en-US")
    assert len(engine.pids) == 2


async def test_another_format_than_it_wants_is_refused() -> None:
    with pytest.raises(EngineFailed, match="takes pcm16/16000, not mp3"):
        await LocalRecogniser().transcribe(Utterance(Complete(b""), AudioFormat("mp3"), "", "en-US", ""), unheard)
