"""`sound.wav`: what the Sender said is on the left at its time, what was sent on the right when it plays."""

import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from msgspec import UNSET
from numpy.typing import NDArray

from actors.ports.taping import Tape
from adapters.codec.files_child import encode
from adapters.recordings.calls import AnswerBegun, CallEnded, ClipMade, DeliveryGiven, SynthesisBegun, TakenBack
from adapters.recordings.canvas import RATE, WavCanvas
from adapters.recordings.format import UNFINISHED
from adapters.recordings.mixing import make_wav
from protocol.connecting import Auth
from protocol.handsfree import ResponseHeld, ResponseResumed
from protocol.messages import AudioDelta, ResponseCancelled, ResponseStarted
from tests.adapters.recordings.kit import SESSION, HandClock, only, recorder, writing

Samples = NDArray[np.int16]


class ToldSession:
    """A session that a test tells to its tape, at the times that it says."""

    def __init__(self, tape: Tape, clock: HandClock) -> None:
        self.tape = tape
        self._clock = clock
        self._begun = clock.now
        self._calls = 0
        tape.joined(1, "lobby", Auth(role="both"))

    def at(self, seconds: float) -> "ToldSession":
        """What follows is told then."""
        self._clock.now = self._begun + seconds
        return self

    def configure(self, media_format: str) -> None:
        self.tape.came(1, "session.update", {"STT": {"mediaFormat": media_format}}, None, 0)

    def chunk(self, sound: bytes) -> None:
        self.tape.heard(1, sound, "", None)

    def commit(self) -> None:
        self.tape.came(1, "input.buffer.commit", UNSET, None, 0)

    def makes(self, turn: int, part: int, *clips: bytes | None) -> None:
        """A synthesiser makes a part, at 16 kHz; None takes back what came before."""
        self._calls += 1
        call = self._calls
        asked = SynthesisBegun(call, turn, turn, part, "t", "", "", "en", "male", 1.0, "", True, False, "w")
        self.tape.note("tts.begin", asked)
        for clip in clips:
            if clip is None:
                self.tape.note("tts.retraction", TakenBack(call))
            else:
                self.tape.note("tts.clip", ClipMade(call, f"pcm16/{RATE}"), clip)
        self.tape.note("tts.end", CallEnded(call))

    def starts(self, turn: int) -> None:
        self.tape.sent((1,), ResponseStarted(turn))

    def sends(self, part: int, seconds: float, *, last: bool = True) -> None:
        message = AudioDelta(part, "", b"", False, last, last, 0)
        self.tape.sent((1,), message, 1, seconds)


def mixed(folder: Path, tell: Callable[[ToldSession], None], end: float) -> tuple[Samples, Samples]:
    """The channels of what is told, up to `end` seconds."""
    clock = HandClock()
    with writing() as thread:
        tape = recorder(folder, thread, clock).open(SESSION, "lobby", {})
        assert tape is not None
        told = ToldSession(tape, clock)
        tell(told)
        told.at(end).tape.left(1)
        tape.close("over")
    make_wav(only(folder))
    with wave.open(str(only(folder) / "sound.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        both = np.frombuffer(file.readframes(file.getnframes()), np.dtype("<i2")).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def tone(value: int, seconds: float) -> bytes:
    """So many seconds of one value."""
    return np.full(round(seconds * RATE), value, "<i2").tobytes()


def stretches(channel: Samples) -> list[tuple[int, float, float]]:
    """The stretches of one value: the value, and when it begins and ends; silence is left out."""
    edges = np.flatnonzero(np.diff(channel)) + 1
    bounds = [0, *edges.tolist(), len(channel)]
    found = [(int(channel[a]), round(a / RATE, 3), round(b / RATE, 3)) for a, b in pairwise(bounds) if a < b]
    return [stretch for stretch in found if stretch[0]]


def test_raw_chunks_are_where_they_were_said(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(0.1).configure("pcm16")
        for number in range(5):
            told.at(1.1 + number * 0.1 + number % 2 * 0.05).chunk(tone(100 + number, 0.1))
        told.commit()
        told.at(5.5).chunk(tone(7, 0.5))

    left, right = mixed(tmp_path, tell, 6.0)
    begins = [1.0, 1.1, 1.2, 1.3, 1.4]
    expected = [(100 + number, begin, round(begin + 0.1, 3)) for number, begin in enumerate(begins)]
    assert stretches(left) == [*expected, (7, 5.0, 5.5)]
    assert not right.any()
    assert len(left) == 6 * RATE


def test_raw_samples_at_another_rate_that_are_cut_anywhere_are_whole(tmp_path: Path) -> None:
    sound = np.full(48_000, 1_000, "<i2").tobytes()

    def tell(told: ToldSession) -> None:
        told.at(0.1).configure("pcm16/48000")
        for number in range(32):
            told.at(2 + number / 32).chunk(sound[number * 3_001 : (number + 1) * 3_001])

    left, _ = mixed(tmp_path, tell, 4.0)
    inside = left[round(2.1 * RATE) : round(2.9 * RATE)]
    assert np.abs(inside.astype(int) - 1_000).max() < 20
    assert not left[: round(1.9 * RATE)].any()
    assert not left[round(3.1 * RATE) :].any()


@pytest.mark.parametrize("name", ["mp3", "opus", "wav"])
def test_a_file_is_decoded_where_it_was_said(tmp_path: Path, name: str) -> None:
    rate = 24_000
    wave_ = (8_000 * np.sin(2 * np.pi * 440 * np.arange(rate * 2) / rate)).astype("<i2").tobytes()
    file = encode(wave_, name, lambda: None)
    step = len(file) // 20 + 1

    def tell(told: ToldSession) -> None:
        told.at(0.1).configure(name)
        for number in range(20):
            told.at(3.1 + number * 0.1).chunk(file[number * step : (number + 1) * step])
        told.commit()

    left, _ = mixed(tmp_path, tell, 6.0)
    loud = np.flatnonzero(np.abs(left) > 4_000) / RATE
    assert loud[0] == pytest.approx(3.0, abs=0.06)
    assert loud[-1] == pytest.approx(5.0, abs=0.06)


def test_speech_that_came_all_at_once_is_whole(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(0.1).configure("pcm16")
        for _ in range(10):
            told.at(0.2).chunk(tone(5, 0.5))

    left, _ = mixed(tmp_path, tell, 1.0)
    assert stretches(left) == [(5, 0.0, 5.0)]


def test_parts_play_one_after_the_other_and_each_when_it_was_sent(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(1).starts(1)
        told.makes(1, 0, tone(1, 0.5), tone(2, 0.5))
        told.makes(1, 1, tone(99, 0.3), None, tone(3, 1.0))
        told.at(1.2).sends(0, 0.5, last=False)
        told.at(1.3).sends(0, 0.5)
        told.at(1.4).sends(1, 1.0)
        told.at(4).makes(1, 2, tone(4, 0.5))
        told.sends(2, 0.5)

    _, right = mixed(tmp_path, tell, 6.0)
    assert stretches(right) == [(1, 1.2, 1.7), (2, 1.7, 2.2), (3, 2.2, 3.2), (4, 4.0, 4.5)]


def test_a_part_waits_for_the_one_before_it(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(1).starts(1)
        told.makes(1, 0, tone(1, 1.0))
        told.makes(1, 1, tone(2, 1.0))
        told.sends(1, 1.0)
        told.at(1.5).sends(0, 0.5, last=False)
        told.at(3).sends(0, 0.5)

    _, right = mixed(tmp_path, tell, 5.0)
    assert stretches(right) == [(1, 1.5, 2.0), (1, 3.0, 3.5), (2, 3.5, 4.5)]


def test_an_answer_that_is_cut_ends_there(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(1).starts(1)
        told.makes(1, 0, tone(1, 4.0))
        told.sends(0, 4.0)
        told.at(2).tape.sent((1,), ResponseCancelled("interrupted"))
        told.at(3).starts(2)
        told.makes(2, 0, tone(2, 1.0))
        told.sends(0, 1.0)

    _, right = mixed(tmp_path, tell, 6.0)
    assert stretches(right) == [(1, 1.0, 2.0), (2, 3.0, 4.0)]


def test_an_answer_that_is_held_goes_on_later(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(1).starts(1)
        told.makes(1, 0, tone(1, 1.0), tone(2, 1.0))
        told.sends(0, 1.0, last=False)
        told.at(1.25).tape.sent((1,), ResponseHeld(1, "duck"))
        told.at(1.5).tape.sent((1,), ResponseHeld(1, "pause"))
        told.sends(0, 1.0)
        told.at(2.5).tape.sent((1,), ResponseResumed(1))
        told.at(3.5).tape.sent((1,), ResponseHeld(1, "pause"))
        told.at(5).tape.sent((1,), ResponseCancelled("interrupted"))

    _, right = mixed(tmp_path, tell, 6.0)
    assert stretches(right) == [(1, 1.0, 1.5), (1, 2.5, 3.0), (2, 3.0, 3.5)]


def test_a_models_own_sound_is_that_of_its_answer(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(1).starts(1)
        told.tape.note("llm.begin", AnswerBegun(9, 1, 1, "echo", "m", "w", False, 0))
        told.tape.note("llm.delivery", DeliveryGiven(9, format=f"pcm16/{RATE}"), tone(6, 0.5))
        told.at(2).sends(0, 0.5)

    _, right = mixed(tmp_path, tell, 3.0)
    assert stretches(right) == [(6, 2.0, 2.5)]


def test_what_does_not_decode_is_silence(tmp_path: Path) -> None:
    def tell(told: ToldSession) -> None:
        told.at(0.1).configure("mp3")
        told.at(1).chunk(b"no sound at all " * 40)
        told.commit()

    left, _ = mixed(tmp_path, tell, 2.0)
    assert not left.any()


def test_an_attempt_that_was_ended_from_outside_is_not_made_again(tmp_path: Path) -> None:
    mixed(tmp_path, lambda told: None, 1.0)
    folder = only(tmp_path)
    (folder / "sound.wav").unlink()
    (folder / UNFINISHED).touch()
    with pytest.raises(FileExistsError):
        make_wav(folder)


def test_long_silence_takes_no_space(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with WavCanvas(path) as canvas:
        canvas.paint(0, 3_600 * RATE, tone(5, 1.0))
        canvas.finish()
    status = path.stat()
    assert status.st_size == 44 + 3_601 * RATE * 4
    assert status.st_blocks * 512 < 1_000_000
