"""The marks of a voice model's sound: stress, short pauses, and words that are said as one or as several."""

import pytest

from adapters.voices.clauses import runs
from adapters.voices.voicemarks import PhonemeSpan, TextWord, phone_marks, phonemes_in, word_marks, words_of

RATE = 1_000
"""A sample is a ms."""


def spans(*symbols: str, each: int = 50) -> list[PhonemeSpan]:
    """Spans of one length; " " is a pause."""
    return [PhonemeSpan(symbol.strip(), each) for symbol in symbols]


def test_stress_is_of_the_phoneme_after_it_and_a_short_pause_of_the_one_before() -> None:
    marks = phone_marks([PhonemeSpan("", 100), *spans("ˈ", "m", "æ", " ", "p"), PhonemeSpan("", 120)], 500, RATE)
    assert [(mark.text, mark.at, mark.ms) for mark in marks] == [
        ("", 500, 100),
        ("m", 600, 100),
        ("æ", 700, 100),
        ("p", 800, 50),
        ("", 850, 120),
    ]


@pytest.mark.parametrize(
    ("words", "said", "times"),
    [
        (["map", "two"], "mæp tu", [1_000, 1_200]),
        (["of", "the", "map"], "ʌvðə mæp", [1_000, 1_100, 1_250]),  # two words said as one
        (["42", "maps"], "fɔɹti tu mæps", [1_000, 1_450]),  # one word said as two
        (["one"], "wʌn ə", [1_000]),
        ([], "wʌn", []),
    ],
)
def test_words_begin_with_their_phonemes(words: list[str], said: str, times: list[float]) -> None:
    sizes = {"42": 7}
    found = word_marks([TextWord(word, 0) for word in words], spans(*said), 1_000, RATE, lambda w: sizes.get(w, len(w)))
    assert [mark.at for mark in found] == pytest.approx(times, abs=51)
    assert all(mark.ms > 0 for mark in found)


def test_a_word_ends_before_the_pause_after_it() -> None:
    first, second = word_marks([TextWord("a", 0), TextWord("b", 2)], spans("a", " ", " ", "b"), 0, RATE, len)
    assert (first.ms, second.at, second.char) == (50, 150, 2)


def test_without_a_sound_or_a_word_nothing_is_told() -> None:
    assert word_marks([TextWord("a", 0)], spans(" "), 0, RATE, len) == []
    assert phone_marks([], 0, RATE) == []


def test_words_are_found_in_the_text_in_order_though_they_come_twice() -> None:
    text = "The map, “the” map. (42!) - The End"
    found: list[TextWord] = []
    at = 0
    for run in runs(text, "en"):
        words, at = words_of(run, text, at)
        found += words
    assert [word.text for word in found] == ["The", "map", "the", "map", "42", "The", "End"]
    assert [text[word.char : word.char + len(word.text)] for word in found] == [word.text for word in found]
    assert [word.char for word in found] == sorted(word.char for word in found)


def test_phonemes_are_counted_without_stress_and_length() -> None:
    assert phonemes_in("fˈɔːɹɾi tˈuː") == 7
