"""The queue of marks: order, durations, and what of them is left out."""

import math

import pytest

from actors.ports.mouth import Mark, MarkKind
from adapters.vendors.shared import markqueue
from adapters.vendors.shared.markqueue import MarkQueue
from tests.lag import MOST_GROWTH, growth


def told(kind: MarkKind, text: str, at: float, ms: float, char: int = -1) -> Mark:
    return Mark(kind, text, at, ms, char, "provider")


def test_a_phoneme_lasts_until_the_next_one_and_the_last_one_until_the_end() -> None:
    marks = MarkQueue("me")
    for at, phone in ((50, "p"), (0, ""), (120, "i")):
        marks.add_phone(phone, at)
    assert marks.release(10) == (told("phone", "", 0, 50), told("phone", "p", 50, 70))
    assert marks.finish(300) == (told("phone", "i", 120, 180),)
    assert marks.finish(300) == ()


def test_a_phoneme_whose_sound_leaves_is_told_with_it() -> None:
    marks = MarkQueue("me")
    marks.add_phone("p", 50)
    assert marks.release(40) == ()
    assert marks.release(60) == (told("phone", "p", 50, 0),)
    marks.add_phone("i", 45)  # too late: what is shown by now is not gone back on
    marks.add_phone("s", 200)
    assert marks.finish(260) == (told("phone", "s", 200, 60),)


def test_words_and_phonemes_are_told_in_the_order_of_time() -> None:
    marks = MarkQueue("me too")
    marks.add_word("me", 50, 100)
    marks.add_word("too", 200, 100)
    marks.add_phone("p", 50)
    marks.add_phone("i", 100)
    marks.add_phone("t", 200)
    all_ = marks.release(math.inf)
    assert [(mark.kind, mark.at) for mark in all_] == [("word", 50), ("phone", 50), ("phone", 100)]
    all_ += marks.finish(math.inf)  # a word waits for its phonemes
    assert [(mark.kind, mark.at) for mark in all_[3:]] == [("word", 200), ("phone", 200)]
    assert [(mark.text, mark.char) for mark in all_ if mark.kind == "word"] == [("me", 0), ("too", 3)]


def test_what_is_later_than_the_sound_is_left_out_and_what_passes_its_end_is_cut() -> None:
    marks = MarkQueue("one two three")
    for number, word in enumerate(("one", "two", "three")):
        marks.add_word(word, 5_000 * number, 6_000)
    assert [mark.text for mark in marks.release(500)] == ["one"]
    assert marks.finish(5_500) == (told("word", "two", 5_000, 500, 4),)


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf])
def test_times_that_are_none_are_left_out(at: float) -> None:
    marks = MarkQueue("one")
    marks.add_word("one", at, 10)
    marks.add_phone("p", at)
    assert marks.finish(math.inf) == ()


def test_a_time_before_the_sound_is_its_beginning_and_punctuation_is_no_word() -> None:
    marks = MarkQueue("one, two")
    marks.add_word("one", -20, math.nan)
    marks.add_word(",", 10, 10)
    assert marks.finish(100) == (told("word", "one", 0, 0, 0),)


def test_there_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markqueue, "MOST", 3)
    marks = MarkQueue("one " * 9)
    for at in range(9):
        marks.add_word("one", at, 1)
    assert len(marks.finish(math.inf)) == 3


def test_time_grows_with_what_is_told() -> None:
    def run(count: int) -> None:
        marks = MarkQueue("one " * 50)
        for number in range(count):
            marks.add_word("one", 1e6 - number, 1)
            marks.add_phone("p", 1e6 + number)
            marks.release(0)

    assert growth(run, 400) <= 2 * MOST_GROWTH
