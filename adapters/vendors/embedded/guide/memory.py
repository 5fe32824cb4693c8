"""What the guide knows of the conversation so far: read out of the history, and out of the note of its last answer.

The history loses what is older than some turns; a note does not.
"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from actors.ports.answering import Exchange, Question
from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.text.words import plain, said_words
from adapters.vendors.embedded.guide.understanding import NAMES, certain_language, name_in, understand, vocabulary

SLOWER, FASTER = 0.75, 1.3
"""Factors of the speed."""
SLOWEST, FASTEST = 0.5, 2.0
FEMALE, MALE = "f3", "m3"
"""Variants of espeak-ng's voices."""
NAME = "Vivavoce"
"""What the guide is called where the session names nobody."""
_PLACEHOLDER = "string"
"""The name in the reference's example, with which nobody names anything."""
_LONGEST_NAME = 4
"""Words of the guide's name."""
BETWEEN = 2
"""Answers between two that say how to give the guide a mind."""


class Manner(NamedTuple):
    """How the guide speaks: `speed` 1 is normal, `variant` of espeak-ng's voice or "" for the usual voice."""

    speed: float = 1.0
    variant: str = ""


def own_name(question: Question) -> str:
    """What the guide is called in this session."""
    given = " ".join(said_words(question.name, _LONGEST_NAME))
    return given if given and given != _PLACEHOLDER else NAME


def last_language(history: Sequence[Exchange]) -> str:
    """The language that was spoken last, "" where none was certain."""
    for exchange in reversed(history):
        if code := certain_language(exchange.answered) or certain_language(exchange.said):
            return code
    return ""


def users_name(history: Sequence[Exchange]) -> str:
    """The name that the person told last, "" where none was told."""
    for exchange in reversed(history):
        for code in LANGUAGES:
            voc = vocabulary(code)
            words = " ".join(word.plain for word in plain(said_words(exchange.said), voc.expansions))
            if any(start in words for start in _name_starts(code)):
                for meaning in understand(exchange.said, voc).meanings:
                    if meaning.ability in NAMES:
                        return name_in(meaning, voc)
    return ""


@functools.cache
def _name_starts(code: str) -> tuple[str, ...]:
    """The beginnings of phrases with which people say their names: only such words are looked at closely."""
    phrases, expansions = LANGUAGES[code].phrases, vocabulary(code).expansions
    starts = (row.partition("*")[0].split() for row in f"{phrases['my_name']};{phrases['i_am']}".split(";"))
    return tuple(" ".join(word.plain for word in plain(start, expansions)) for start in starts)


class GuideNote(msgspec.Struct, frozen=True):
    """What a note says: the person's name, "" for unknown, and how the guide speaks."""

    user: str = ""
    manner: Manner = Manner()


def kept_of(question: Question) -> GuideNote:
    """What the note says; where there is none, because others answered so far, the name that the history has."""
    try:
        return msgspec.json.decode(question.facts.note, type=GuideNote)
    except msgspec.DecodeError:
        return GuideNote(users_name(question.history))


def note_of(kept: GuideNote) -> str:
    """The note that says this."""
    return msgspec.json.encode(kept).decode()


def changed(manner: Manner, ability: str) -> Manner:
    """The manner after the ability was asked for."""
    match ability:
        case "slower":
            return manner._replace(speed=max(SLOWEST, manner.speed * SLOWER))
        case "faster":
            return manner._replace(speed=min(FASTEST, manner.speed * FASTER))
        case "voice":
            return manner._replace(variant=MALE if manner.variant == FEMALE else FEMALE)
        case "female" | "male":
            return manner._replace(variant=FEMALE if ability == "female" else MALE)
        case "normal":
            return Manner()
    return manner


def first_sentence(text: str) -> str:
    """The words of the first sentence of `text`, as they are compared."""
    for end, letter in enumerate(text):
        if letter in ".!?":
            return text[:end].strip()
    return text.strip()


def has_told_of_mind(history: Sequence[Exchange]) -> bool:
    """Whether one of the last answers said how to give the guide a mind."""
    told = [exchange.answered for exchange in history[-BETWEEN:]]
    return any(first_sentence(answer) in text for answer in _minds() for text in told)


@functools.cache
def _minds() -> tuple[str, ...]:
    return tuple(answer for language in LANGUAGES.values() for answer in language.answers["mind"])
