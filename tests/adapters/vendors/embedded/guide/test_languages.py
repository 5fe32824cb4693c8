"""The data of each language is whole: the same abilities, placeholders, offers and calendar as in English."""

import re
import string

import pytest

from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.text.words import folded
from adapters.vendors.embedded.guide.understanding import certain_language, understand, vocabulary

ENGLISH = LANGUAGES["en"]
CODES = tuple(LANGUAGES)
FREE = {"time", "time_full", "time_one", "time_full_one"}
"""Answers that need not have the same values in each language."""


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", CODES)
def test_has_all_abilities_and_answers(code: str) -> None:
    language = LANGUAGES[code]
    assert set(language.phrases) == set(ENGLISH.phrases)
    assert set(language.answers) - FREE == set(ENGLISH.answers) - FREE
    assert set(language.called) == set(LANGUAGES)
    assert [len(each) for each in (language.calendar.weekdays, language.calendar.months)] == [7, 12]


@pytest.mark.parametrize("code", CODES)
def test_every_ability_has_an_answer(code: str) -> None:
    silent = set(LANGUAGES[code].phrases) - set(LANGUAGES[code].answers)
    assert silent == {"i_am", "more", "go_on", "nothing", "repeat", "count"}


@pytest.mark.parametrize("code", CODES)
def test_answers_have_the_same_values(code: str) -> None:
    for key in set(ENGLISH.answers) - FREE:
        wanted = set().union(*map(fields, ENGLISH.answers[key]))
        got = set().union(*map(fields, LANGUAGES[code].answers[key]))
        assert got <= wanted | {"name", "user"}, key


@pytest.mark.parametrize("code", CODES)
def test_offers_are_sentences_of_its_answers(code: str) -> None:
    every = {
        sentence for answers in LANGUAGES[code].answers.values() for each in answers for sentence in each.split("|")
    }
    for offer, ability in LANGUAGES[code].offers.items():
        assert any(sentence.endswith(offer) for sentence in every)
        assert ability in LANGUAGES[code].phrases


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("each", [5, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
def test_its_own_phrases_ask_for_what_they_stand_under(code: str, each: int) -> None:
    wrong: dict[str, str] = {}
    for ability, row in LANGUAGES[code].phrases.items():
        for phrase in row.split(";")[::each]:
            said = phrase.replace("#", "7").strip()
            if "*" not in said:
                found = understand(said, vocabulary(code)).meanings
                if not found or found[0].ability != ability:
                    wrong[said] = f"{ability}, got {found[0].ability if found else 'none'}"
    assert wrong == {}


@pytest.mark.parametrize("code", CODES)
def test_what_the_guide_says_is_certain_to_be_in_its_language(code: str) -> None:
    for key in ("help", "mind", "model", "identity", "story", "joke", "away", "emergency"):
        for answer in LANGUAGES[code].answers[key]:
            assert certain_language(answer.replace("|", " "), code) == code, answer


@pytest.mark.parametrize("code", CODES)
def test_what_can_you_do_is_answered_in_one_breath(code: str) -> None:
    (answer,) = LANGUAGES[code].answers["help"]
    assert answer.count(".") == 1
    assert len(answer) < 260


@pytest.mark.parametrize("code", CODES)
def test_a_story_is_short_and_long_enough_to_be_interrupted(code: str) -> None:
    for story in LANGUAGES[code].answers["story"]:
        assert 6 <= len(story.split("|")) <= 12
        assert 60 <= len(re.findall(r"\w+", story)) <= 160


@pytest.mark.parametrize("code", CODES)
def test_numbers_are_read_as_they_are_spelled(code: str) -> None:
    voc = vocabulary(code)
    for number in (*range(102), 110, 121, 181, 199, 200, 271, 300, 345, 777, 999):
        words = [folded(word) for word in re.findall(r"[^\W\d_]+", voc.language.numbers.spell(number))]
        read = voc.numbers.read(words, 0)
        assert read is not None, number
        assert (read.value, read.length) == (number, len(words)), number
