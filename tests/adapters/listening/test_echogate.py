"""The gate of echo on samples: what the microphone hears of the avatar is no speech, and everything else passes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from actors.ports.listening import ECHO, FRAME, RATE
from actors.ports.sound import BANDS, FRAMES_A_SECOND
from adapters.listening.echogate import HELD, EchoGates
from adapters.listening.envelopes import envelope
from adapters.processes.frames import JudgeFrame

FRAMES = 3
"""Frames of a request: 96 ms."""
DELAY = RATE // 5
Samples = NDArray[np.float64]


def voice(seed: int, seconds: float) -> Samples:
    """Syllables of noise, each of another colour and level, with pauses."""
    random = np.random.default_rng(seed)
    made = np.zeros(int(seconds * RATE))
    at = 0
    while at < len(made):
        size = int(random.uniform(0.12, 0.3) * RATE)
        frequency, width = random.uniform(300, 2500), random.uniform(100, 900)
        time = np.arange(size) / RATE
        tones = sum(np.sin(2 * np.pi * (frequency + random.normal(0, width)) * time) for _ in range(8))
        part = tones * np.hanning(size) * random.uniform(200, 1200)
        made[at : at + size] = part[: len(made) - at]
        at += size + int(random.uniform(0.02, 0.15) * RATE)
    return made


def passed(gates: EchoGates, heard: Samples, played: Samples, stream: int = 1, speech: float = 1.0) -> list[float]:
    """What is settled of this probability for every frame."""
    noise = np.random.default_rng(9).normal(0, 6, len(heard))
    samples = np.clip(heard + noise, -32768, 32767).astype("<i2").tobytes()
    reference = envelope(np.clip(played, -32768, 32767).astype("<i2").tobytes(), RATE)
    left: list[float] = []
    for at in range(0, len(heard) - FRAMES * FRAME, FRAMES * FRAME):
        since, until = (round(sample / RATE * FRAMES_A_SECOND) * BANDS for sample in (at, at + FRAMES * FRAME))
        part = samples[2 * at : 2 * (at + FRAMES * FRAME)]
        request = JudgeFrame((stream,), (FRAMES,), part, (reference[since:until],), ())
        voiced = np.abs(heard[at : at + FRAMES * FRAME]).max() > 0 or speech == 1.0
        settled, counts, held = gates.settle(request, [float(voiced) or speech] * FRAMES)
        assert (len(settled),) == counts
        left += settled
        assert len(left) + held[0] == at // FRAME + FRAMES, "each frame is settled once, and in order"
        assert held[0] <= HELD
    return left


def later(sound: Samples, gain: float) -> Samples:
    """The sound as it comes back."""
    return np.concatenate([np.zeros(DELAY), sound[:-DELAY]]) * gain


def test_an_echo_is_no_speech_and_its_path_is_told() -> None:
    gates, played = EchoGates(), voice(1, 8.0)
    left = passed(gates, later(played, 0.3), played)
    assert ECHO in left
    assert left.count(1.0) <= left[:10].count(1.0), "nothing passes, but what was heard before the echo could come"
    [(delay, _)] = gates.paths((1,)).values()
    assert abs(delay - 200) <= 30


def test_a_microphone_that_hears_nothing_of_the_avatar_hears_its_user() -> None:
    gates, played = EchoGates(), voice(1, 8.0)
    user = np.concatenate([np.zeros(4 * RATE), voice(2, 4.0)])
    left = passed(gates, user, played)
    assert set(left[4 * RATE // FRAME + 10 :]) == {1.0}


@pytest.mark.parametrize(("onset", "seed"), [(0.1, 1), (0.1, 3), (0.5, 1), (0.5, 3)])
def test_a_user_who_speaks_into_the_first_word_of_the_avatar_loses_none(onset: float, seed: int) -> None:
    gates, played = EchoGates(), voice(seed, 4.0)
    first = int(onset * RATE)
    user = np.concatenate([np.zeros(first), voice(seed + 1, 4.0 - onset)])
    left = passed(gates, user, played, speech=0.02)
    assert ECHO not in left[first // FRAME + 2 :]
    assert len(left) > 3.5 * RATE // FRAME, "nothing is held any more"


def test_silence_is_not_held_while_it_is_not_known_whether_there_is_an_echo() -> None:
    gates, played = EchoGates(), voice(1, 1.0)
    left = passed(gates, np.zeros(RATE), played, speech=0.02)
    assert len(left) == RATE // FRAME // FRAMES * FRAMES
    assert ECHO not in left


def test_what_is_said_when_nothing_plays_passes_whatever_was_learned() -> None:
    gates, played = EchoGates(), voice(1, 8.0)
    passed(gates, later(played, 0.3), played)
    assert all(passed(gates, voice(3, 4.0), np.zeros(4 * RATE))[2 * RATE // FRAME :])


def test_a_stream_has_a_gate_of_its_own_once_something_plays_for_it() -> None:
    gates, played = EchoGates(), voice(1, 3.0)
    assert all(passed(gates, voice(2, 3.0), np.zeros(3 * RATE), stream=2))
    passed(gates, later(played, 0.3), played)
    assert all(passed(gates, voice(2, 1.0), np.zeros(RATE), stream=2))
    gates.end((1, 2))
    assert all(passed(gates, voice(2, 1.0), np.zeros(RATE)))
