"""Reading numbers: in digits and in words, in the words of one language."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from adapters.vendors.embedded.guide.text.language import NumberWords
from adapters.vendors.embedded.guide.text.words import folded

_DIGITS = 12
"""Digits of a number that is read."""
_PLACES = 3
"""Digits after the point of a number that is told."""


class ReadNumber(NamedTuple):
    """A number, and how many words it took."""

    value: Fraction
    length: int


class NumberReader:
    """Reads the numbers of one language out of words in plain form."""

    def __init__(self, data: NumberWords) -> None:
        self._point = data.point
        self._small = _spellings(data)
        self.loose = {word: int(value) for word, value in map(str.split, folded(data.loose).split(";"))}
        self._longest = max(len(words) for words in self._small)
        self._groups = (
            (set(map(folded, data.million.split())), 10**6),
            (set(map(folded, data.thousand.split())), 1000),
        )
        self.words = frozenset(word for words in self._small for word in words).union(
            *(each for each, _ in self._groups)
        )

    def read(self, words: Sequence[str], at: int, *, loose: bool = False) -> ReadNumber | None:
        """The number that begins at `at`, the longest one; None where there is none. `loose`: a number is expected."""
        if words[at][0].isdigit():
            value = self._digits(words[at])
            return None if value is None else self._grouped(words, at + 1, ReadNumber(value, 1))
        found = self._below_thousand(words, at) if words[at] in self.words else self._joined(words[at])
        if found is None and any(words[at] in names for names, _ in self._groups):
            found = ReadNumber(Fraction(1), 0)
        if found is None and loose and words[at] in self.loose:
            found = ReadNumber(Fraction(self.loose[words[at]]), 1)
        return None if found is None else self._grouped(words, at + found.length, found)

    def _grouped(self, words: Sequence[str], at: int, found: ReadNumber) -> ReadNumber:
        """The number, with a thousand or a million behind it and what follows these."""
        value, begin = found.value, at - found.length
        for names, factor in self._groups:
            if at < len(words) and words[at] in names:
                value, at = value * factor, at + 1
                at += at + 1 < len(words) and words[at] == "and"  # two thousand and ten
                rest = self._below_thousand(words, at) if at < len(words) else None
                at -= rest is None and words[at - 1] == "and"
                if rest is not None:
                    value, at = value + rest.value, at + rest.length
        return ReadNumber(value, at - begin)

    def _below_thousand(self, words: Sequence[str], at: int) -> ReadNumber | None:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            value = self._small.get(tuple(words[at : at + length]))
            if value is not None:
                return ReadNumber(Fraction(value), length)
        return None

    def _joined(self, word: str) -> ReadNumber | None:
        """A number that is written with its thousand as one word, as in "zweitausend"."""
        for names, factor in self._groups:
            for name in filter(word.__contains__, names):
                before, found, after = word.partition(name)
                head, tail = self._small.get((before,)), self._small.get((after,), None if after else 0)
                if found and head is not None and tail is not None:
                    return ReadNumber(Fraction(head * factor + tail), 1)
        return None

    def _digits(self, word: str) -> Fraction | None:
        other = "," if self._point == "." else "."
        groups = word.split(other)
        if len(groups) > 1 and all(len(group.partition(self._point)[0]) == 3 for group in groups[1:]):
            word = "".join(groups)
        whole, _, part = word.replace(other, self._point).partition(self._point)
        is_number = (whole + part).isascii() and (whole + part).isdigit() and len(whole + part) <= _DIGITS
        return Fraction(int(whole + part), 10 ** len(part)) if is_number else None

    def show(self, value: Fraction) -> tuple[str, bool]:
        """The number in digits as people of the language write it, and whether that is all of it."""
        rounded = round(value, _PLACES)
        text = (
            f"{float(rounded):.{_PLACES}f}".rstrip("0").rstrip(".")
            if rounded.denominator > 1
            else str(rounded.numerator)
        )
        return text.replace(".", self._point), rounded == value


def _spellings(data: NumberWords) -> Mapping[tuple[str, ...], int]:
    """Every number below a thousand by its words, also without the "one" or the "and" of its hundreds."""
    found: dict[tuple[str, ...], int] = {}
    for number in range(999, -1, -1):
        words = folded(data.spell(number)).replace("-", " ").split()
        found[tuple(words)] = number
        if number >= 100:
            found.setdefault(tuple(word for word in words if word != "and"), number)
            found.setdefault((words[0].removeprefix("ein"), *words[1:]), number)
            if words[0] == "one":
                found.setdefault(tuple(words[1:]), number)
    return found
