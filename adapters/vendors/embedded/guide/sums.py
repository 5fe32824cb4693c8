"""Small sums: read out of words, and worked out."""

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from adapters.vendors.embedded.guide.numbers import NumberReader
from adapters.vendors.embedded.guide.text.language import NumberWords
from adapters.vendors.embedded.guide.text.words import folded

MOST = 10**15
"""The largest result that is told."""
_OPERANDS = 8
_POWERS = 20

Item = Fraction | str
"""A number, or the sign of an operation."""


class Sum(NamedTuple):
    """What is to be worked out: numbers with a sign between each two; `result` None where it cannot be."""

    items: tuple[Item, ...]
    result: Fraction | None


class SumReader:
    """Reads sums in the words of one language."""

    def __init__(self, data: NumberWords, numbers: NumberReader) -> None:
        self._numbers = numbers
        self._signs = _phrases(data.signs)
        self._verbs = {word: sign for sign, words in data.verbs.items() for word in folded(words).split()}
        self._reverses = _words(data.reverses)
        self._joins = _words(data.joins)
        self._around = _words(data.around)
        self._alone: Mapping[str, frozenset[str]] = {
            "half": _words(data.half),
            "double": _words(data.double),
            "root": _words(data.root),
            "square": _words(data.square),
        }

    def read(self, words: Sequence[str]) -> Sum | None:
        """The sum that the words are, besides those that may stand around one; None where they are none."""
        items: list[Item] = []
        marks: list[str] = []
        at = 0
        while at < len(words):
            at += self._take(words, at, items, marks) or len(words) * 2
        if at > len(words) or len(items) > 2 * _OPERANDS:
            return None
        items = _arranged(items, marks)
        return Sum(tuple(items), _worked_out(items)) if _is_sum(items) else None

    def _take(self, words: Sequence[str], at: int, items: list[Item], marks: list[str]) -> int:
        """Take the next of `items` or `marks`: how many words it took, 0 for a word that is in no sum."""
        expected = not items or isinstance(items[-1], str)
        length, sign = next(((len(each), sign) for each, sign in self._signs if _at(words, at, each)), (0, ""))
        if length and (not expected or sign == "-"):
            items.append(sign)
            return length
        is_article = at + 1 < len(words) and self._numbers.read(words, at + 1) is not None  # "a hundred"
        found = self._numbers.read(words, at, loose=not is_article)
        if found is not None:
            if not expected:
                items.append("?")
            items.append(found.value)
            return found.length
        return 1 if is_article and words[at] in self._numbers.loose else self._mark(words[at], marks)

    def _mark(self, word: str, marks: list[str]) -> int:
        if word in self._verbs:
            marks.append(self._verbs[word])
        elif word in self._reverses:
            marks.append("reverse")
        elif word in self._joins:
            marks.append("join")
        elif name := next((name for name, names in self._alone.items() if word in names), ""):
            marks.append(name)
        elif word in self._around:
            marks.append("")
        else:
            return 0
        return 1


def _arranged(items: list[Item], marks: list[str]) -> list[Item]:
    """The items with the signs that verbs and words between numbers mean."""
    if items[:1] == ["-"] and len(items) > 1 and isinstance(items[1], Fraction):
        items = [-items[1], *items[2:]]
    alone = next((mark for mark in marks if mark in _ALONE), "")
    if alone and len(items) == 1 and isinstance(items[0], Fraction):
        return _ALONE[alone](items[0])
    verb = next((mark for mark in marks if mark in _APPLY), "")
    if verb and items.count("?") == 1 and len(items) == 3:
        first, second = (items[2], items[0]) if "reverse" in marks and verb in "-/" else (items[0], items[2])
        return [first, verb, second]
    means_plus = verb == "+" or ("join" in marks and "" in marks)
    return [("+" if item == "?" and means_plus else item) for item in items]


def _is_sum(items: Sequence[Item]) -> bool:
    turns = all(isinstance(item, str) is bool(place % 2) for place, item in enumerate(items))
    return len(items) >= 3 and len(items) % 2 == 1 and turns and "?" not in items


def _worked_out(items: Sequence[Item]) -> Fraction | None:
    """The result, of powers before products before sums; None where it is none or too large."""
    left = list(items)
    try:
        for signs in ("^v", "*/%", "+-"):
            left = _reduced(left, signs)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    result = left[0]
    return result if isinstance(result, Fraction) and abs(result) <= MOST else None


def _reduced(items: Sequence[Item], signs: str) -> list[Item]:
    found: list[Item] = [items[0]]
    for sign, value in zip(items[1::2], items[2::2], strict=True):
        before = found[-1]
        if str(sign) in signs and isinstance(before, Fraction) and isinstance(value, Fraction):
            found[-1] = _APPLY[str(sign)](before, value)
        else:
            found += [sign, value]
    return found


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator > 1 or abs(exponent) > _POWERS:
        raise OverflowError
    return Fraction(base ** int(exponent))


def _root(number: Fraction, _: Fraction) -> Fraction:
    if number < 0:
        raise ValueError
    return Fraction(float(number) ** 0.5).limit_denominator(10**6)


_APPLY: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": lambda share, whole: share * whole / 100,
    "^": _power,
    "v": _root,
}
_ALONE: Mapping[str, Callable[[Fraction], list[Item]]] = {
    "half": lambda number: [number, "/", Fraction(2)],
    "double": lambda number: [Fraction(2), "*", number],
    "root": lambda number: [number, "v", Fraction(2)],
    "square": lambda number: [number, "^", Fraction(2)],
}


_MARKS = {"+": "+", "-": "-−", "*": "*×·", "/": "/÷", "^": "^"}


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(text).split())


def _phrases(rows: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
    marks = [((mark,), sign) for sign, every in _MARKS.items() for mark in every]
    found = [(tuple(folded(phrase).split()), sign) for sign, row in rows.items() for phrase in row.split(";")] + marks
    return sorted(found, key=lambda each: -len(each[0]))


def _at(words: Sequence[str], at: int, phrase: tuple[str, ...]) -> bool:
    return tuple(words[at : at + len(phrase)]) == phrase
