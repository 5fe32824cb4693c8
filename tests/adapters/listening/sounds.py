"""Sounds for the tests of what listens, as s16le at 16 kHz in whole frames; and models, or why a test is skipped."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from actors.ports.listening import FRAME, RATE
from adapters.listening import models
from adapters.listening.weights import SHAPES
from adapters.vendors.embedded.espeak import FORMAT
from tests.real.speech import say

SENTENCE, HALF = "The museum opens at nine o'clock in the morning.", "And then I went to the"


def cut(samples: NDArray[np.int16]) -> bytes:
    """The whole frames of the samples."""
    return samples[: len(samples) // FRAME * FRAME].astype("<i2").tobytes()


@cache
def speech(text: str = SENTENCE) -> bytes:
    """The text, spoken by espeak-ng. Not for a test that runs in Trio: it is run in a Trio of its own."""
    return cut(soxr.resample(np.frombuffer(say(text)[text].samples, "<i2"), FORMAT.rate, RATE))


def noise(seconds: float, seed: int = 0, loudness: float = 600.0) -> bytes:
    """Hiss."""
    return cut(np.random.default_rng(seed).normal(0, loudness, round(seconds * RATE)).astype(np.int16))


def silence(seconds: float) -> bytes:
    """Nothing."""
    return cut(np.zeros(round(seconds * RATE), np.int16))


def random_weights(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weights of the shapes of Silero's, so small that the network does not saturate; the spectrum is a true one."""
    random = np.random.default_rng(seed)
    made = {name: random.normal(0, 0.1, shape).astype(np.float32) for name, shape in SHAPES.items()}
    turns = np.exp(-2j * np.pi / 256 * np.outer(np.arange(129), np.arange(256))) * np.hanning(257)[:-1]
    made["stft.forward_basis_buffer"][:, 0] = np.concatenate([turns.real, turns.imag])
    return made


def silero() -> Path:
    """Silero's file; skips the test where it is not there."""
    return _or_skip(models.voice_activity_model())


def smart_turn() -> Path:
    """Smart Turn's file; skips the test where it is not there."""
    return _or_skip(models.turn_end_model())


def _or_skip(file: Path | None) -> Path:
    if file is None:
        pytest.skip(f"the model is not there: {models.HOW}")
    return file
