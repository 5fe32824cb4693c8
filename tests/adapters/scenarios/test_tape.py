"""What the caller says as sound: the same words are the same samples, and are found again in what a recogniser gets."""

import wave
from pathlib import Path

import numpy as np
import pytest

from actors.ports.listening import RATE
from adapters.scenarios.callersvoice import CallerLine, Saying, Voices, evenly, line_of_step, read_wav, speak_all
from adapters.scenarios.tape import MicrophoneTape
from tests.adapters.scenarios.performed import scenario_of

TWO = """\
title = "Two"
[[caller]]
say = "Can you hear me, please?"
[[caller]]
say = "Hello."
heard_as = "Yellow submarine"
[[caller]]
play = "tone.wav"
[[caller]]
silence_ms = 500
"""


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """A second of two channels at 8 kHz, of which one is silent."""
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((2, 2, 8_000, 0, "NONE", ""))
        left = np.round(8_000 * np.sin(np.arange(8_000) * 2 * np.pi * 440 / 8_000))
        file.writeframes(np.stack([left, np.zeros(8_000)], axis=1).astype("<i2").tobytes())
    return tmp_path


@pytest.mark.real
def test_what_is_said_depends_on_nothing_that_was_said_before(tone: Path) -> None:
    scenario = scenario_of(tone, 'says = "x"', TWO)
    voices = speak_all([scenario])
    assert set(voices) == {Saying("Can you hear me, please?", "en-US"), Saying("Hello.", "en-US")}
    alone = speak_all([scenario_of(tone, 'says = "x"', 'title = "One"\n[[caller]]\nsay = "Hello."\n')])
    assert alone[Saying("Hello.", "en-US")].samples.tobytes() == voices[Saying("Hello.", "en-US")].samples.tobytes()
    asked = voices[Saying("Can you hear me, please?", "en-US")]
    assert [word.text for word in asked.words] == ["Can", "you", "hear", "me,", "please?"]
    middles = [word.middle for word in asked.words]
    assert middles == sorted(middles)
    assert 0 < middles[0] < middles[-1] < len(asked.samples)
    assert 0.8 * RATE < len(asked.samples) < 2.5 * RATE
    assert _lines(scenario, voices) == [["Can", "you", "hear", "me,", "please?"], ["Yellow", "submarine"], [], []]


def _lines(scenario: object, voices: Voices) -> list[list[str]]:
    from adapters.scenarios.scenario import Scenario

    assert isinstance(scenario, Scenario)
    return [[word.text for word in line_of_step(scenario, step, voices).words] for step in scenario.file.caller]


def test_a_wav_file_is_heard_at_the_microphones_rate(tone: Path) -> None:
    sound = read_wav(tone / "tone.wav")
    assert len(sound) == pytest.approx(RATE, abs=8)
    assert float(np.abs(sound).max()) == pytest.approx(4_000 / 32_768, rel=0.05)


def line(words: str, seconds: float = 1.0) -> CallerLine:
    size = int(seconds * RATE)
    return CallerLine(0.2 * np.sin(np.arange(size) / 7), evenly(words, size))


def test_words_are_found_where_they_were_said_and_nowhere_else() -> None:
    tape = MicrophoneTape()
    silence = tape.hear(4_000)
    first = tape.hear(tape.put(line("how late is it")) - tape.position)
    again = tape.hear(tape.put(line("how late is it"), noise_db=-30.0) - tape.position)
    rest = tape.hear(4_000)
    assert (tape.words_in(silence), tape.words_in(rest)) == ("", "")
    assert tape.words_in(first) == tape.words_in(again) == "how late is it"
    assert tape.words_in(silence + first + again + rest) == "how late is it how late is it"
    assert tape.words_in(first[: len(first) // 2]) == "how late"


def test_the_tape_is_the_same_each_time_and_silence_is_quiet() -> None:
    one, other = MicrophoneTape(), MicrophoneTape()
    for tape in (one, other):
        tape.put(line("one two"), noise_db=-40.0)
    chunks = [one.hear(640) for _ in range(50)]
    assert chunks == [other.hear(640) for _ in range(50)]
    levels = [float(np.sqrt((np.frombuffer(chunk, "<i2").astype(float) ** 2).mean())) for chunk in chunks]
    assert min(levels[:25]) > 1_000 > 40 > max(levels[25:]) > 5
    assert one.position == 50 * 640
