"""What was heard of a written text, by the times of the spoken words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.words.heardwords import TimedWord, heard_end


def timed(said: str, *, chars: bool = False) -> list[TimedWord]:
    """A word a second."""
    words, at = [], 0
    for number, word in enumerate(said.split(), 1):
        at = said.index(word, at)
        words.append(TimedWord(word, float(number), at if chars else -1))
    return words


def heard(text: str, said: str, seconds: float, *, chars: bool = False) -> str | None:
    end = heard_end(text, said, timed(said, chars=chars), seconds)
    return None if end is None else text[:end]


@pytest.mark.parametrize("chars", [True, False])
def test_the_words_that_have_sounded_were_heard(chars: bool) -> None:
    text = "It is noon, and the museum is open."
    assert [heard(text, text, seconds, chars=chars) for seconds in (0.0, 0.9, 1.0, 3.5, 8.0, 99.0)] == [
        "",
        "",
        "It",
        "It is noon,",
        text,
        text,
    ]


@pytest.mark.parametrize(
    ("text", "said", "seconds", "expected"),
    [
        ("It costs $5 today.", "It costs five dollars today.", 2.0, "It costs"),
        ("It costs $5 today.", "It costs five dollars today.", 3.0, "It costs"),
        ("It costs $5 today.", "It costs five dollars today.", 4.0, "It costs $5"),
        ("It costs $5 today.", "It costs five dollars today.", 5.0, "It costs $5 today."),
        ("**Well** — see `this`, ok?", "Well, see this, ok?", 2.0, "**Well** — see"),
        ("Mr. Smith e.g. comes", "mister Smith for example comes", 1.0, "Mr."),
        ("Mr. Smith e.g. comes", "mister Smith for example comes", 5.0, "Mr. Smith e.g. comes"),
        ("the cat and the dog and the cow", "the cat and the dog and the cow", 5.0, "the cat and the dog"),
        ("DON'T stop", "don't stop", 1.0, "DON'T"),
        ("12:30 sharp", "half past twelve sharp", 3.0, "12:30"),
        ("我们今天去公园。", "我们 今天 去 公园", 2.0, "我们今天"),
        ("wir gehen heute", "vier geben heute", 3.0, "wir gehen heute"),
    ],
)
def test_what_is_spoken_otherwise_is_found(text: str, said: str, seconds: float, expected: str) -> None:
    assert heard(text, said, seconds) == expected


def test_several_words_that_stand_for_one_are_one() -> None:
    speech = "It costs $5 today."
    words = [
        TimedWord("It", 1, 0),
        TimedWord("costs", 2, 3),
        TimedWord("five", 3, 9),
        TimedWord("dollars", 4, 9),
        TimedWord("today", 5, 12),
    ]
    ends = [heard_end(speech, speech, words, time) for time in (2.5, 3.5, 4.5)]
    assert [speech[:end] for end in ends] == ["It costs", "It costs", "It costs $5"]


def test_characters_of_scripts_without_spaces_are_words() -> None:
    speech = "我们今天去公园"
    words = [TimedWord("我们", 1, 0), TimedWord("今天", 2, 2), TimedWord("去公园", 3, 4)]
    assert [heard_end(speech + "。", speech, words, time) for time in (0.5, 1, 2, 3)] == [0, 2, 4, 7]


def test_words_of_another_text_tell_nothing() -> None:
    assert heard("One two three", "uno dos tres", 2.0) is None
    assert heard_end("One two", "One two", [], 2.0) is None
    assert heard("", "One two", 2.0) is None
    assert heard("...", "One two", 2.0) is None


_WRITTEN = ["a", "b", "the", "$5", "—", "我", "don't", "c.", ",", "x\ny", "é", "7%"]
_TEXT = st.lists(st.sampled_from(_WRITTEN), max_size=12).map(" ".join)
_SAID = st.tuples(st.sampled_from(["a", "b", "the", "five", "我们", "c"]), st.integers(-5, 40))


@given(_TEXT, _TEXT, st.lists(_SAID, max_size=12))
def test_more_time_never_means_less_heard(text: str, speech: str, said: list[tuple[str, int]]) -> None:
    words = [TimedWord(word, float(number), char) for number, (word, char) in enumerate(said)]
    ends = [heard_end(text, speech, words, time) for time in range(-1, 14)]
    if ends[0] is None:
        assert set(ends) == {None}
    else:
        known = [end for end in ends if end is not None]
        assert known == sorted(known)
        assert 0 <= known[0] <= known[-1] <= len(text)
