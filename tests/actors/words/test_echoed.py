"""Which transcripts are made of the avatar's own words."""

import pytest

from actors.words.echoed import advice, is_echo_of

SPOKEN = "On the ground floor you will find the old masters, and upstairs there are the modern painters."


@pytest.mark.parametrize(
    "words",
    [
        "upstairs there are the modern painters",
        "you'll find the old masters and upstairs",
        "The OLD masters; and, up stairs there are",
        "ground floor",
    ],
)
def test_words_that_were_just_played_are_an_echo(words: str) -> None:
    assert is_echo_of(words, SPOKEN)


@pytest.mark.parametrize(
    "words", ["where are the toilets", "stop", "", "...", "painters modern the are there upstairs"]
)
def test_other_words_are_none(words: str) -> None:
    assert not is_echo_of(words, SPOKEN)


def test_nothing_was_played() -> None:
    assert not is_echo_of("hello", "")


def test_scripts_without_spaces_are_compared_by_letters() -> None:
    assert is_echo_of("今日は天気が", "今日はとても天気がいいです")
    assert not is_echo_of("止めてください", "今日は天気がいいです")


def test_long_texts_are_cut() -> None:
    assert not is_echo_of("word " * 100_000, "other " * 100_000)


def test_the_advice_has_the_delay() -> None:
    assert "180 ms" in advice(180)
