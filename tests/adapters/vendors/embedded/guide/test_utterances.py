"""A table of utterances, as people say and recognisers write them, with the ability that should answer.

`utterances/` has a file for each language: an ability and an utterance in each line, `unknown` for what asks for none.
"""

from pathlib import Path

import pytest

from actors.ports.answering import Exchange
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from tests.adapters.vendors.embedded.guide.asking import replied

TABLES = Path(__file__).parent / "utterances"
UNKNOWN = ("mind", "unknown", "unknown_question")
NAMES = ("my_name", "i_am")


def rows(code: str) -> list[tuple[str, str]]:
    """The ability and the utterance of each line."""
    lines = (TABLES / f"{code}.txt").read_text("utf-8").splitlines()
    return [(ability, said) for ability, _, said in (line.partition(" | ") for line in lines)]


def is_right(got: str, wanted: str) -> bool:
    return got == wanted or (wanted == "unknown" and got in UNKNOWN) or {got, wanted} == set(NAMES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_ability_that_should_answer_answers_in_the_language(code: str) -> None:
    before = Exchange(LANGUAGES[code].first, LANGUAGES[code].answers["help"][0])
    wrong: dict[str, tuple[str, str]] = {}
    for wanted, said in rows(code):
        answer = replied(said, history=(before,))
        if not is_right(answer.abilities[0], wanted) or answer.delivery.language != LANGUAGES[code].code:
            wrong[said] = (answer.abilities[0], answer.delivery.language)
    assert wrong == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_first_utterance_of_three_words_is_answered_in_its_language(code: str) -> None:
    said = [said for ability, said in rows(code) if len(said.split()) >= 3 and ability != "unknown"]
    other = {text: replied(text).delivery.language for text in said}
    assert {text: language for text, language in other.items() if language != LANGUAGES[code].code} == {}


def test_there_are_enough() -> None:
    assert sum(len(rows(code)) for code in LANGUAGES) > 800
    assert all(len([each for each in rows(code) if each[0] == "unknown"]) >= 5 for code in LANGUAGES)
