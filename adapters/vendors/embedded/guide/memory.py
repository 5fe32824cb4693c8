"""What the guide knows of the conversation so far; all of it is read out of the history, and nothing is kept."""

import functools
from collections.abc import Sequence
from typing import NamedTuple

from actors.ports.answering import Exchange, Question
from adapters.vendors.embedded.guide.languages.every import DEFAULT, LANGUAGES
from adapters.vendors.embedded.guide.text.words import plain, said_words
from adapters.vendors.embedded.guide.understanding import certain_language, name_in, understand, vocabulary
from protocol.languages import primary

SLOWER, FASTER = 0.75, 1.3
"""Factors of the speed."""
SLOWEST, FASTEST = 0.5, 2.0
FEMALE, MALE = "f3", "m3"
"""Variants of espeak-ng's voices."""
BETWEEN = 2
"""Answers between two that say how to give the guide a mind."""


class Manner(NamedTuple):
    """How the guide speaks: `speed` 1 is normal, `variant` of espeak-ng's voice or "" for the usual voice."""

    speed: float = 1.0
    variant: str = ""


def last_language(history: Sequence[Exchange]) -> str:
    """The language that was spoken last, "" where none was certain."""
    for exchange in reversed(history):
        if code := certain_language(exchange.answered) or certain_language(exchange.said):
            return code
    return ""


def language_of(question: Question) -> str:
    """The language to answer in: that of the question where it is certain, else the last one.

    Where there is none yet: the one that has the words of the question as a phrase, else that of the session.
    """
    last, asked = last_language(question.history), primary(question.language)
    if code := certain_language(question.text, last or asked) or last:
        return code
    first = asked if asked in LANGUAGES else DEFAULT
    scores = {code: _score(question.text, code) for code in (first, DEFAULT, *LANGUAGES)}
    return max(scores, key=lambda code: scores[code])


def _score(text: str, code: str) -> float:
    found = understand(text, vocabulary(code))
    return 0.0 if found.is_rest else max((meaning.score for meaning in found.meanings), default=0.0)


def users_name(history: Sequence[Exchange]) -> str:
    """The name that the person told last, "" where none was told."""
    for exchange in reversed(history):
        for code in LANGUAGES:
            voc = vocabulary(code)
            words = " ".join(word.plain for word in plain(said_words(exchange.said), voc.expansions))
            if any(start in words for start in _name_starts(code)):
                for meaning in understand(exchange.said, voc).meanings:
                    if meaning.ability in ("my_name", "i_am"):
                        return name_in(meaning, voc)
    return ""


@functools.cache
def _name_starts(code: str) -> tuple[str, ...]:
    """The beginnings of phrases with which people say their names: only such words are looked at closely."""
    phrases, expansions = LANGUAGES[code].phrases, vocabulary(code).expansions
    starts = (row.partition("*")[0].split() for row in f"{phrases['my_name']};{phrases['i_am']}".split(";"))
    return tuple(" ".join(word.plain for word in plain(start, expansions)) for start in starts)


def manner_of(history: Sequence[Exchange]) -> Manner:
    """How the guide speaks by now: what it was asked for, told by its answers."""
    manner = Manner()
    for exchange in history:
        if ability := _manners().get(first_sentence(exchange.answered)):
            manner = changed(manner, ability)
    return manner


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


@functools.cache
def _manners() -> dict[str, str]:
    abilities = ("slower", "faster", "voice", "female", "male", "normal")
    return {
        first_sentence(answer.partition("|")[0]): ability
        for language in LANGUAGES.values()
        for ability in abilities
        for answer in language.answers[ability]
    }


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
