"""The guide's faces and gestures: only where they are asked for, and its memory is as good with them as without."""

import pytest

from actors.ports.answering import Exchange
from adapters.vendors.embedded.guide.bodylanguage import with_tags_before, without_tags
from protocol.configuration import FACES, GESTURES
from tests.adapters.vendors.embedded.guide.asking import asked, replied


def shown(text: str, **given: object) -> str:
    """The words of the guide's answer with their tags."""
    question = asked(text, **{"faces": FACES, "gestures": GESTURES, **given})
    answer = replied(text)
    return " ".join(with_tags_before(answer.sentences, answer.abilities, question))


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("Hello", "[face:happy] [anim:wave] "),
        ("Bye", "[face:happy] [anim:wave] "),
        ("I am sad", "[face:sad] "),
        ("What time is it?", ""),
    ],
)
def test_a_tag_goes_with_what_is_said(text: str, tags: str) -> None:
    assert shown(text) == tags + " ".join(replied(text).sentences)


def test_only_names_that_the_avatar_has_are_written() -> None:
    assert shown("Hello", faces=("joy",), gestures=()) == " ".join(replied("Hello").sentences)


def test_tags_in_the_history_are_not_among_its_own_words() -> None:
    hello = " ".join(replied("Hello").sentences)
    history = (Exchange("Hi", shown("Hello"), hello), Exchange("1", "See [1]."))
    words = (Exchange("Hi", hello), Exchange("1", "See [1]."))
    assert without_tags(asked("Repeat that", history=history)).history == words
