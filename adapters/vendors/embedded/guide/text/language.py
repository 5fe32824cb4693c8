"""The form of a language's data: which words ask for what, and what is answered.

To add a language, write a module like those in `languages/`, and add it to `languages/every.py`; a test says what is
missing. Words are written as people write them; they are compared in small letters and without accents.
"""

from collections.abc import Callable, Mapping

import msgspec


class Grammar(msgspec.Struct, frozen=True):
    """The words by which requests are compared; lists are separated by blanks, rows of phrases by semicolons.

    `light`: articles, prepositions and the like, which say little. `middle`: pronouns, auxiliaries, question words.
    `fillers`: words that say nothing. `same`: rows of words that are taken for the first of their row; `erzahl*` is
    every word that begins so. `expansions`: rows of a contraction, a colon, and what it stands for. `lead` and `tail`:
    phrases around a request that are no part of it. `joins`: words between two requests. `questions`: words that begin
    a question. `common`: frequent words by which the language is known, besides all others that are named.
    """

    light: str
    middle: str
    fillers: str
    same: tuple[str, ...]
    expansions: str
    lead: str
    tail: str
    joins: str
    questions: str
    common: str


class NumberWords(msgspec.Struct, frozen=True):
    """The words of numbers, of counting and of sums; lists are separated by blanks, rows of phrases by semicolons.

    `spell`: a number up to 999 in words. `loose`: rows of another word for a small number and the number, which count
    only where a number is expected. `signs`: for each sign the phrases of its operation, the one that is spoken first.
    `verbs`: for each sign the verbs, as in "add two and three"; `reverses` are the words with which the first number is
    taken from the second. `around`: words that a sum may have besides, and `joins` the words between two numbers that
    may mean a plus. `half`, `double`, `root`, `square`: words of a sum with one number. `start`, `until`, `down`,
    `step`: words of counting. `point`: what stands before the digits after the point.
    """

    spell: Callable[[int], str]
    thousand: str
    million: str
    loose: str
    signs: Mapping[str, str]
    verbs: Mapping[str, str]
    reverses: str
    around: str
    joins: str
    half: str
    double: str
    root: str
    square: str
    start: str
    until: str
    down: str
    step: str
    point: str = "."


class Calendar(msgspec.Struct, frozen=True):
    """The names of weekdays, from Monday on, of months, and of the parts of a day: night, morning, afternoon, evening.

    `hours` and `minutes`: the words for one, for two to four, and for five and more.
    """

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    parts: tuple[str, str, str, str]
    hours: tuple[str, str, str] = ("", "", "")
    minutes: tuple[str, str, str] = ("", "", "")


class Language(msgspec.Struct, frozen=True):
    """A language of the guide. `code` is BCP 47, `voice` the name of espeak-ng's voice.

    `phrases`: for each ability the phrases that ask for it, separated by semicolons, in which `#` is a number and a `*`
    at the end is any words. `answers`: for each ability the answers, of which the turn picks one; sentences of an
    answer are separated by `|`. `offers`: for each sentence that offers something the ability that a yes asks for.
    `called`: what the languages are called in this one, by code. `first`: what the greeting suggests to say.
    """

    code: str
    voice: str
    called: Mapping[str, str]
    grammar: Grammar
    numbers: NumberWords
    calendar: Calendar
    phrases: Mapping[str, str]
    answers: Mapping[str, tuple[str, ...]]
    offers: Mapping[str, str]
    first: str
