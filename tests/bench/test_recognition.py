"""How the benchmark of recognisers counts words; with --long, that most words are right."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.recognition import distance, words_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a c", 1),
        ("a b", "a x b", 1),
        ("a b c", "a x c", 1),
        ("", "a b", 2),
        ("a", "", 1),
    ],
)
def test_wrong_words_are_counted(said: str, heard: str, wrong: int) -> None:
    assert distance(words_of(said), words_of(heard)) == wrong


def test_case_and_marks_do_not_count() -> None:
    assert words_of("Mr. Jones, it's five o'clock!") == ("mister", "jones", "it's", "five", "o'clock")


@pytest.mark.real
@pytest.mark.long
def test_most_words_of_clean_speech_are_right() -> None:
    command = [sys.executable, "-m", "bench", "recognition", "--models", "hama"]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600).stdout
    rates = {
        group.strip(): float(rest.split("%")[0])
        for line in printed.splitlines()
        if "% of" in line
        for group, rest in [(line[:26], line[26:])]
    }
    assert rates["joe"] < 8
    assert rates["espeak-ng"] < 25
    assert rates["joe, telephone"] < 20
    assert np.isfinite(list(rates.values())).all()
