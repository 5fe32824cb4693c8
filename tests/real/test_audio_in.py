"""Speech as real devices send it, whole servers that hear it, and bad sound that harms nobody."""

import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
import trio

from actors.ports.sound import Clip
from adapters.client.voiceclient import Received, VoiceClient, connect
from protocol.audioformat import parse_input
from protocol.connecting import Auth
from protocol.messages import CustomError, SessionUpdated, TranscribeDone
from tests.real.inprocess import HEARD, LIMITS, listening
from tests.real.programs import Served
from tests.real.recordings import DEVICES, browser, chunks, cut_at, encoded, phone, raw
from tests.real.speech import QUESTION, THANKS, Sentence, wav, words

pytestmark = pytest.mark.real
T = TypeVar("T", bound=Received)
Said = Mapping[str, Sentence]
NET = 40.0
RATE = 22_050


@asynccontextmanager
async def sender(origin: str, media: str) -> AsyncIterator[VoiceClient]:
    """A client that is ready to send `media`."""
    with trio.fail_after(NET):
        async with connect(origin, Auth(role="sender")) as client:
            await configure(client, media)
            yield client


async def configure(client: VoiceClient, media: str) -> None:
    """Name the format of what comes next."""
    await client.update({"STT": {"mediaFormat": media}, "LLM": {"provider": "local", "model": "guide"}})
    assert (await until(client, SessionUpdated)).success


async def until(client: VoiceClient, kind: type[T]) -> T:
    """The next message of that kind."""
    while not isinstance(message := await client.receive(), kind):
        pass
    return message


async def spoken(client: VoiceClient, parts: Iterable[bytes]) -> TranscribeDone | CustomError:
    """What becomes of an utterance."""
    await client.say(parts)
    while not isinstance(message := await client.receive(), TranscribeDone | CustomError):
        pass
    return message


def heard(outcome: TranscribeDone | CustomError) -> set[str]:
    """The words of a transcript."""
    assert isinstance(outcome, TranscribeDone), outcome
    return set(words(outcome.text))


# ---- what devices send


@pytest.mark.parametrize("name", DEVICES)
async def test_every_device_is_understood(vivavoce: Served, said: Said, name: str) -> None:
    device = DEVICES[name]
    async with sender(vivavoce.origin, device.media) as client:
        outcome = await spoken(client, chunks(device.record(said[THANKS].samples), seed=name))
    assert len(heard(outcome) & set(words(THANKS))) >= 3


@pytest.mark.parametrize("name", ["browser", "ogg"])
async def test_one_recorder_is_left_running_over_two_utterances(vivavoce: Served, said: Said, name: str) -> None:
    pause, device = bytes(RATE), DEVICES[name]
    stream = device.record(said[THANKS].samples + pause + said[QUESTION].samples)
    first, second = cut_at(stream, said[THANKS].seconds + 0.25)
    async with sender(vivavoce.origin, device.media) as client:
        assert len(heard(await spoken(client, chunks(first, seed=name))) & set(words(THANKS))) >= 3
        outcome = await spoken(client, chunks(second, seed=name))
    assert len(heard(outcome) & set(words(QUESTION))) >= 4
    assert "thank" not in heard(outcome)


EARLY = {"phone": 0.0, "phone called pcm16": 0.0, "flac": 0.25}
"""What is heard before the end: nothing of an MP4 whose index comes last; of FLAC, FFmpeg holds ten frames back."""


async def test_sound_is_decoded_as_it_comes_and_is_the_same_as_if_whole(said: Said) -> None:
    async with listening() as (origin, engines):
        for name, device in DEVICES.items():
            data = device.record(said[THANKS].samples)
            samples = await engines.codec.decode(Clip(data, parse_input(device.media)), HEARD.rate)
            async with sender(origin, device.media) as client:
                for chunk in chunks(data, seed=name):
                    await client.append(chunk)
                await engines.ear.has_heard(int(len(samples) * EARLY.get(name, 0.75)))
                await client.commit()
                assert (await until(client, TranscribeDone)).text == f"{len(samples) // 2} samples", name
            assert engines.ear.heard == samples, name


# ---- bad sound

FAULTS: dict[str, tuple[str, Callable[[bytes], bytes], bool | None]] = {
    "half an mp3": ("mp3", lambda said: half(DEVICES["mp3"].record(said)), True),
    "half a WAV": ("wav", lambda said: half(DEVICES["wav"].record(said)), True),
    "half a WebM": ("webm", lambda said: half(browser(said)), True),
    "half a FLAC called mp3": ("mp3", lambda said: half(DEVICES["flac"].record(said)), True),
    "a memo without its index": ("m4a", lambda said: half(phone(said)), False),
    "words": ("mp3", lambda said: b"no sound, but words. " * 500, False),
    "zeros": ("ogg", lambda said: bytes(20_000), False),
    "a header and nothing else": ("wav", lambda said: wav(said)[:44], None),
    "one sample": ("wav", lambda said: wav(said[:2]), True),
    "silence": ("opus", lambda said: encoded(bytes(2 * RATE), "ogg", "libopus", 48_000), True),
}
"""What is wrong with an utterance: its `mediaFormat`, its bytes, whether there is anything to hear all the same; None:
it is in order, and has no sound in it."""
FUZZED = ("mp3", "wav", "flac", "ogg", "aac", "browser", "Safari", "phone")
SEEDS = 4


def half(data: bytes) -> bytes:
    """The first half."""
    return data[: len(data) // 2]


def fuzzed(data: bytes, seed: str) -> bytes:
    """`data` with bytes of its head changed."""
    choose, changed = random.Random(seed), bytearray(data)
    for _ in range(choose.randint(1, 12)):
        changed[choose.randrange(min(200, len(data)))] = choose.choice((0, 1, 0x7F, 0x80, 0xFF, choose.randrange(256)))
    return bytes(changed)


@pytest.mark.parametrize("live", [True, False], ids=["as it comes", "whole"])
async def test_bad_sound_is_told_in_words_and_the_next_turn_works(said: Said, live: bool) -> None:
    good = raw(said[THANKS].samples, HEARD.rate)
    async with listening() as (origin, engines):
        engines.ear.live = live
        for fault, (media, make, is_heard) in FAULTS.items():
            async with sender(origin, media) as client:
                outcome = await spoken(client, chunks(make(said[THANKS].samples), seed=fault))
                if is_heard:
                    assert isinstance(outcome, TranscribeDone), (fault, outcome)
                elif is_heard is None:
                    assert_soundless(outcome)
                else:
                    assert_undecodable(outcome)
                await configure(client, "pcm16")
                assert isinstance(await spoken(client, [good]), TranscribeDone)
                assert engines.ear.heard == good


def assert_undecodable(outcome: TranscribeDone | CustomError) -> None:
    """Whether the error says that the audio cannot be decoded."""
    assert isinstance(outcome, CustomError), outcome
    assert outcome.error_id == 1007
    assert outcome.message.startswith("the audio cannot be decoded: ")


def assert_too_long(outcome: TranscribeDone | CustomError) -> None:
    """Whether the error says that the utterance plays longer than one may, or than is decoded at once."""
    assert isinstance(outcome, CustomError), outcome
    assert outcome.error_id == 1004
    assert outcome.message in (
        f"the utterance is longer than {LIMITS.utterance_seconds:g} seconds; commit, and speak shorter ones",
        "the audio is longer than the 600 seconds that are taken at once",
    )


def assert_soundless(outcome: TranscribeDone | CustomError) -> None:
    """Whether the error says that there is nothing to transcribe."""
    assert isinstance(outcome, CustomError), outcome
    assert outcome.error_id == 1005
    assert outcome.message.startswith("there is nothing to transcribe: "), outcome


@pytest.mark.parametrize("live", [True, False], ids=["as it comes", "whole"])
async def test_fuzzed_headers_harm_nobody(said: Said, live: bool) -> None:
    good = raw(said[THANKS].samples, HEARD.rate)
    async with listening() as (origin, engines), sender(origin, "pcm16") as other:
        engines.ear.live = live
        workers = engines.workers
        for name in FUZZED:
            data = DEVICES[name].record(said[THANKS].samples)
            async with sender(origin, DEVICES[name].media) as client:
                for seed in range(SEEDS):
                    outcome = await spoken(client, chunks(fuzzed(data, f"{name} {seed}"), seed=name))
                    if isinstance(outcome, CustomError) and outcome.error_id == 1005:
                        assert_soundless(outcome)  # some heads lead to no sound any more
                    elif isinstance(outcome, CustomError):
                        assert_undecodable(outcome)
            assert isinstance(await spoken(other, [good]), TranscribeDone)
            assert engines.ear.heard == good
        assert engines.workers == workers  # none has crashed


@pytest.mark.parametrize("live", [True, False], ids=["as it comes", "whole"])
async def test_eleven_minutes_are_refused_while_another_session_speaks(said: Said, live: bool) -> None:
    minute = encoded(bytes(2 * RATE * 60), "mp3", "libmp3lame", 44_100, write_xing="0", id3v2_version="0")
    good = raw(said[THANKS].samples, HEARD.rate)
    async with listening() as (origin, engines), sender(origin, "mp3") as client, sender(origin, "pcm16") as other:
        engines.ear.live = live
        await client.say([minute] * 11)
        assert isinstance(await spoken(other, [good]), TranscribeDone)
        assert_too_long(await until(client, CustomError))
        await configure(client, "pcm16")
        assert isinstance(await spoken(client, [good]), TranscribeDone)


async def test_the_recogniser_of_a_whole_server_outlives_bad_sound(vivavoce: Served, said: Said) -> None:
    async with sender(vivavoce.origin, "mp3") as client:
        for chunk, count, error_id in ((b"no sound, but words. " * 500, 1, 1007), (bytes(50_000), 201, 1004)):
            outcome = await spoken(client, [chunk] * count)
            assert isinstance(outcome, CustomError)
            assert outcome.error_id == error_id
            assert outcome.message in vivavoce.log.read_text()
        outcome = await spoken(client, chunks(half(DEVICES["mp3"].record(said[QUESTION].samples)), seed="half"))
        assert heard(outcome)
        await configure(client, "opus")
        assert not heard(await spoken(client, [encoded(bytes(2 * RATE), "ogg", "libopus", 48_000)]))
        await configure(client, "wav")
        assert len(heard(await spoken(client, [said[THANKS].wav])) & set(words(THANKS))) >= 3
