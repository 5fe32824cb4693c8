"""pocketsphinx as a recogniser: what it makes of synthesised speech, silence and noise, and how it is stopped."""

import itertools

import numpy as np
import pytest
import soxr
import trio
import trio.testing

from actors.ports.audio import Complete, Growing
from actors.ports.calls import EngineFailed, Retraction
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.vendors.embedded.espeak import FORMAT, EspeakSpeech
from adapters.vendors.embedded.sphinx import SphinxRecogniser
from adapters.vendors.embedded.sphinx_child import Hiss, words
from protocol.audioformat import AudioFormat

real = pytest.mark.real
HEARD = AudioFormat("pcm16", 16_000)
SENTENCE = "What is the weather like in London this morning?"


async def start(nursery: trio.Nursery, count: int = 1) -> SphinxRecogniser:
    engine = SphinxRecogniser(count, grace=5.0, deadline=60.0)
    with trio.fail_after(60):
        await nursery.start(engine.run)
    return engine


async def said(nursery: trio.Nursery, text: str, voice: str = "") -> bytes:
    """`text` spoken by the local synthesiser, at the rate that the recogniser wants."""
    made = bytearray()

    async def sound(clip: Clip | Retraction) -> None:
        assert isinstance(clip, Clip)
        made.extend(clip.data)

    engine = EspeakSpeech(1)
    await nursery.start(engine.run)
    await engine.synthesise(Speech(text, "", voice, "en-US", "unspecified", 1.0), sound)
    samples = np.frombuffer(bytes(made), "<i2").astype(np.float32)
    return np.asarray(soxr.resample(samples, FORMAT.rate, HEARD.rate)).astype("<i2").tobytes()


def utterance(samples: bytes, language: str = "en-US") -> Utterance:
    return Utterance(Complete(samples), HEARD, "", language, "")


async def unheard(_: str) -> None:
    """For tests that only want the end."""


@real
async def test_a_spoken_sentence_is_recognised_while_the_loop_goes_on(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    told: list[str] = []
    beats: list[int] = []
    beat = 0

    async def tick() -> None:
        nonlocal beat
        while True:
            await trio.sleep(0.002)
            beat += 1

    async def tell(text: str) -> None:
        told.append(text)
        beats.append(beat)

    samples = await said(nursery, SENTENCE)
    nursery.start_soon(tick)
    transcript = await engine.transcribe(utterance(samples), tell)
    assert transcript.language == "en-US"
    assert (
        len({"what", "is", "the", "weather", "like", "in", "london", "this", "morning"} & set(transcript.text.split()))
        >= 6
    )
    assert len(told) >= 3
    assert all(one != other for one, other in itertools.pairwise(told))
    assert len(set(beats)) >= len(beats) // 2  # the loop beat between most of the news


@real
async def test_the_same_speech_gives_the_same_words_whoever_spoke_before(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    samples = await said(nursery, SENTENCE, "klatt4")  # hard to understand: a little more noise makes other words
    first = await engine.transcribe(utterance(samples), unheard)
    noise = np.random.default_rng(2).normal(0, 3000, HEARD.rate).astype("<i2").tobytes()
    await engine.transcribe(utterance(noise), unheard)
    assert await engine.transcribe(utterance(samples), unheard) == first


@real
async def test_silence_and_soft_noise_have_no_words(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    noise = np.random.default_rng(3).normal(0, 150, HEARD.rate * 2).astype("<i2").tobytes()
    for samples in (b"", b"\0", b"\1\0", bytes(100), bytes(64_000), noise):
        assert await engine.transcribe(utterance(samples), unheard) == Transcript("", "en-US")


@real
async def test_another_language_is_tried_all_the_same(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    transcript = await engine.transcribe(utterance(await said(nursery, SENTENCE), "de-DE"), unheard)
    assert transcript.text
    assert transcript.language == "en-US"


@real
async def test_a_cancelled_recognition_stops_and_the_same_process_hears_next(nursery: trio.Nursery) -> None:
    engine = await start(nursery)
    samples = await said(nursery, SENTENCE)
    before = engine.pids

    async def tell(text: str) -> None:
        told.append(text)
        scope.cancel()
        await trio.lowlevel.checkpoint()

    told: list[str] = []
    with trio.fail_after(60), trio.CancelScope() as scope:
        await engine.transcribe(utterance(samples * 20), tell)
    assert scope.cancelled_caught
    assert len(told) == 1
    assert (await engine.transcribe(utterance(samples), unheard)).text
    assert engine.pids == before


@real
async def test_words_are_heard_while_they_are_spoken(nursery: trio.Nursery) -> None:
    engine = await start(nursery, 2)
    samples = await said(nursery, SENTENCE)
    audio = Growing()
    first = trio.Event()
    told: list[str] = []

    async def tell(text: str) -> None:
        told.append(text)
        first.set()

    spoken: list[Transcript] = []

    async def hear() -> None:
        spoken.append(await engine.transcribe(Utterance(audio, HEARD, "", "en-US", ""), tell))

    with trio.fail_after(60):
        async with trio.open_nursery() as hearing:
            hearing.start_soon(hear)
            for begin in range(0, len(samples) - 6_401, 6_401):  # odd, so that a sample is torn in two
                audio.extend(samples[begin : begin + 6_401])
            audio.extend(samples[begin + 6_401 :])
            await first.wait()
            audio.complete()
    [transcript] = spoken
    assert len({"what", "weather", "like", "london", "this", "morning"} & set(transcript.text.split())) >= 4
    whole = await engine.transcribe(utterance(samples), unheard)
    assert len(set(whole.text.split()) ^ set(transcript.text.split())) <= 4


@real
async def test_who_is_still_speaking_leaves_a_process_for_who_has_spoken(nursery: trio.Nursery) -> None:
    engine = await start(nursery, 2)
    samples = await said(nursery, SENTENCE)
    speaking = [Growing(), Growing()]
    told = [trio.Event(), trio.Event()]
    ends: list[int] = []

    async def hear(number: int) -> None:
        async def tell(_: str) -> None:
            told[number].set()
            await trio.lowlevel.checkpoint()

        await engine.transcribe(Utterance(speaking[number], HEARD, "", "en-US", ""), tell)
        ends.append(number)

    with trio.fail_after(60):
        async with trio.open_nursery() as hearing:
            for number in (0, 1):
                hearing.start_soon(hear, number)
                speaking[number].extend(samples)
                if number == 0:
                    await told[0].wait()
            await trio.testing.wait_all_tasks_blocked(0.05)
            assert not told[1].is_set()
            assert (await engine.transcribe(utterance(samples), unheard)).text
            speaking[1].complete()
            await told[1].wait()
            assert not ends or ends == [1]
            speaking[0].complete()
    assert sorted(ends) == [0, 1]


@real
async def test_an_utterance_that_is_given_up_leaves_nothing_of_itself(nursery: trio.Nursery) -> None:
    engine = await start(nursery, 2)
    samples = await said(nursery, SENTENCE)
    audio = Growing()
    audio.extend(samples)
    with trio.fail_after(60), trio.CancelScope() as scope:

        async def tell(_: str) -> None:
            scope.cancel()
            await trio.lowlevel.checkpoint()

        await engine.transcribe(Utterance(audio, HEARD, "", "en-US", ""), tell)
    assert scope.cancelled_caught
    first = await engine.transcribe(utterance(samples), unheard)
    assert await engine.transcribe(utterance(samples), unheard) == first


async def test_another_format_than_it_wants_is_refused() -> None:
    with pytest.raises(EngineFailed, match="takes pcm16/16000, not mp3"):
        await SphinxRecogniser().transcribe(Utterance(Complete(b""), AudioFormat("mp3"), "", "en-US", ""), unheard)


def test_marks_that_are_no_words_are_dropped() -> None:
    assert words("<s> <sil> hello(2) [NOISE] the(3) ++BREATH++ world </s>") == "hello the world"


def test_hiss_is_given_only_to_sound_with_digital_silence() -> None:
    speech = np.random.default_rng(4).integers(-3000, 3000, 16_000).astype("<i2")
    assert Hiss().over(speech.tobytes()) == speech.tobytes()
    speech[4_000:5_000] = 0
    hissing = np.frombuffer(Hiss().over(speech.tobytes()), "<i2")
    assert 10 < hissing[4_000:5_000].std() < 20
    assert np.array_equal(np.frombuffer(Hiss().over(speech.tobytes()), "<i2"), hissing)
    piecewise = Hiss()
    assert piecewise.over(speech[:8_000].tobytes()) + piecewise.over(speech[8_000:].tobytes()) == hissing.tobytes()
