"""Envelopes like those of speech, made of random syllables, and what a loudspeaker and a room make of them."""

import numpy as np
from numpy.typing import NDArray

from actors.ports.sound import BANDS
from adapters.listening.envelopes import SILENCE, STEPS

Levels = NDArray[np.float64]
NOISE = -70.0
"""dB of the noise in each band."""
_FORMANTS = np.array([-12.0, -6, -4, -5, -9, -13, -17, -22])


def speech(seed: int, frames: int, level: float = -30.0) -> Levels:
    """A voice: syllables of 120 to 300 ms, each louder in some bands, with pauses between some of them."""
    random = np.random.default_rng(seed)
    made = np.full((frames, BANDS), SILENCE)
    at = 0
    while at < frames:
        size = int(random.integers(12, 30))
        shape = np.sin(np.linspace(0.15, np.pi, size)) * 18 - 18
        colour = _FORMANTS + random.normal(0, 7, BANDS)
        part = (level + shape[:, None] + colour)[: frames - at]
        made[at : at + size] = part + random.normal(0, 2, part.shape)
        at += size + (int(random.integers(8, 25)) if random.random() < 0.3 else 0)
    return made


def echo(played: Levels, delay: int, level: float, seed: int = 0) -> Levels:
    """It comes back `delay` frames later, coloured, with reverberation of 0.4 s."""
    random = np.random.default_rng(seed)
    late = np.full_like(played, SILENCE)
    late[delay:] = played[: len(played) - delay]
    late = late + level + random.uniform(-5, 5, BANDS)
    for frame in range(1, len(late)):
        late[frame] = np.maximum(late[frame], late[frame - 1] - 1.5)
    return late + random.normal(0, 2.5, late.shape)


def mixed(*sounds: Levels, seed: int = 0) -> Levels:
    """They sound together, over noise."""
    random = np.random.default_rng(seed)
    noise = NOISE + random.normal(0, 2, sounds[0].shape)
    return np.asarray(10 * np.log10(sum(10 ** (sound / 10) for sound in (*sounds, noise))))


def after(frames: int, sound: Levels, length: int) -> Levels:
    """`sound` after silence, and silence up to `length`."""
    made = np.full((length, BANDS), SILENCE)
    made[frames : frames + len(sound)] = sound[: max(0, length - frames)]
    return made


def packed(levels: Levels) -> bytes:
    """As an envelope."""
    return bytes(np.clip(np.rint((levels - SILENCE) * STEPS), 0, 255).astype(np.uint8).tobytes())
