"""A question as the guide reads it: the language to answer in, and what is asked for in which language."""

from collections.abc import Callable
from typing import NamedTuple

from actors.ports.answering import Question
from adapters.vendors.embedded.guide.languages.every import DEFAULT, LANGUAGES
from adapters.vendors.embedded.guide.memory import last_language, own_name
from adapters.vendors.embedded.guide.text.words import said_words, without
from adapters.vendors.embedded.guide.understanding import (
    SURE,
    Understood,
    certain_language,
    likeliest_language,
    understand,
    vocabulary,
)
from adapters.vendors.embedded.guide.vocabulary import ENOUGH, Vocabulary
from protocol.languages import primary

_SHORT = 12
"""Words of a text for which other languages than the one to answer in are tried."""


class QuestionReading(NamedTuple):
    """`code`: the language to answer in; `found`: what is asked for; `vocabulary`: in which language that is said."""

    code: str
    found: Understood
    vocabulary: Vocabulary


def read(question: Question) -> QuestionReading:
    """What the question asks for; the guide's own name is left out where more is understood without it."""
    reading = _read(question, question.text)
    if reading.found.score < SURE and (text := without(question.text, own_name(question))):
        return max(_read(question, text), reading, key=lambda each: each.found.score)
    return reading


def _read(question: Question, text: str) -> QuestionReading:
    every: dict[str, Understood] = {}

    def of(code: str) -> Understood:
        if code not in every:
            every[code] = understand(text, vocabulary(code))
        return every[code]

    code = _language(question, text, of)
    spoken = code
    if of(code).score < SURE and len(said_words(text)) <= _SHORT:
        best = max((code, *LANGUAGES), key=lambda each: of(each).score)
        spoken = best if of(best).score >= ENOUGH else code
    return QuestionReading(code, of(spoken), vocabulary(spoken))


def _language(question: Question, text: str, of: Callable[[str], Understood]) -> str:
    """The language to answer in: that of the text where it is certain, else the last one.

    Where there is none yet: the one that has the text as a phrase, else the one that has most of its words, else that
    of the session.
    """
    last, asked = last_language(question.history), primary(question.language)
    if code := certain_language(text, last or asked) or last:
        return code
    first = asked if asked in LANGUAGES else DEFAULT
    best = max((first, DEFAULT, *LANGUAGES), key=lambda code: of(code).score)
    return best if of(best).score >= ENOUGH else likeliest_language(text) or first
