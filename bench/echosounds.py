"""Rooms for the benchmark of echo: voices, loudspeakers, and what microphones hear of them, all made here."""

from typing import Literal

import msgspec
import numpy as np
import soxr
import trio
from numpy.typing import NDArray

from actors.ports.calls import Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.vendors.embedded.espeak import EspeakSpeech

Samples = NDArray[np.float64]
Gender = Literal["male", "female"]
RATE = 16_000
SPEECH = -26.0
"""dB RMS of all voices, where they sound."""
AVATAR = (
    "Welcome to our museum. On the ground floor you will find the old masters, upstairs there are the modern painters.",
    "There are three trains to the coast today. The first one leaves at ten past nine, and you have to change once.",
    "First you boil the water, then you add a pinch of salt. After eight minutes the pasta is ready to be served.",
)
USERS = (
    "No wait, I wanted to ask something else.",
    "Stop.",
    "Could you please say that again?",
    "Hold on a second, what about the tickets?",
    "That is not what I meant at all.",
    "How much does it cost for two children?",
)


class Voices(msgspec.Struct, frozen=True):
    """What the avatar says, and the users: each a sound."""

    avatar: tuple[Samples, ...]
    users: tuple[Samples, ...]


def voices() -> Voices:
    """The sentences, spoken by espeak-ng: an American avatar, and a woman and a man from England."""
    avatar = trio.run(_spoken, AVATAR, "en-US", "male")
    women, men = trio.run(_spoken, USERS, "en-GB", "female"), trio.run(_spoken, USERS, "en-GB", "male")
    return Voices(avatar, women + men)


async def _spoken(texts: tuple[str, ...], language: str, gender: Gender) -> tuple[Samples, ...]:
    engine, made = EspeakSpeech(1), []
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run)
        for text in texts:
            pieces: list[Clip] = []

            async def take(clip: Clip | Retraction, pieces: list[Clip] = pieces) -> None:
                assert isinstance(clip, Clip)
                pieces.append(clip)

            await engine.synthesise(Speech(text, "", "", language, gender, 1.0, stream=True), take)
            samples = np.frombuffer(b"".join(piece.data for piece in pieces), "<i2") / 32_768
            made.append(_trimmed(levelled(soxr.resample(samples, pieces[0].format.rate, RATE), SPEECH)))
        nursery.cancel_scope.cancel()
    return tuple(made)


def levelled(samples: Samples, level: float) -> Samples:
    """The sound with so many dB RMS, counted where it is not silent."""
    energy = (samples[: len(samples) // 320 * 320].reshape(-1, 320) ** 2).mean(axis=1)
    loud = energy[energy > energy.max() / 3_000]
    return np.asarray(samples * (10 ** (level / 20) / np.sqrt(loud.mean())))


def _trimmed(samples: Samples) -> Samples:
    """Without the silence before it, so that its first sample is its onset."""
    energy = (samples[: len(samples) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    return samples[int((energy > energy.max() / 1_000).argmax()) * 160 :]


def echo(random: np.random.Generator, played: Samples, delay: float, level: float) -> Samples:
    """What a microphone hears of it: late, through a small loudspeaker, in a room with an RT60 of 0.3 to 0.5 s."""
    ringing = random.uniform(0.3, 0.5)
    at = np.arange(int(RATE * ringing)) / RATE
    room = random.standard_normal(len(at)) * 10 ** (-3 * at / ringing)
    room[: RATE // 300] = 0
    room *= 0.9 / np.sqrt((room**2).sum())
    room[0] = 1.0
    size = 1 << (len(played) + len(room)).bit_length()
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1)
    colour = np.interp(np.log(hertz), np.linspace(np.log(50), np.log(8_000), 7), random.uniform(-5, 5, 7))
    speaker = 10 ** (colour / 20) / np.sqrt((1 + (350 / hertz) ** 6) * (1 + (hertz / 6_000) ** 6))
    heard = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(room, size) * speaker, size)
    late = np.concatenate((np.zeros(int(delay * RATE)), heard))[: len(played)]
    return levelled(late, level)


def noise(random: np.random.Generator, size: int, level: float) -> Samples:
    """Pink noise."""
    spectrum = np.fft.rfft(random.standard_normal(size))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.fft.rfftfreq(size, 1 / RATE), 60)), size)
    return np.asarray(pink * 10 ** (level / 20) / np.sqrt((pink**2).mean()))


def packed(samples: Samples) -> bytes:
    """The sound in s16le."""
    return bytes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
