"""Counting: from where, to where and in which steps a person wants it, and the numbers as they are spoken."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from adapters.vendors.embedded.guide.text.language import Language
from adapters.vendors.embedded.guide.text.words import Word, folded
from adapters.vendors.embedded.guide.vocabulary import Vocabulary

MOST = 100
"""Numbers of one answer."""
GROUP = 5
"""Numbers of one sentence."""
_USUAL = 20
_USUAL_DOWN = 10


class CountingWish(NamedTuple):
    """The first and the last number, and the step, which is below zero downwards; `is_cut`: there were too many."""

    start: int
    end: int
    step: int
    is_cut: bool = False


def read(words: Sequence[Word], vocabulary: Vocabulary) -> CountingWish:
    """What the words of a request to count ask for."""
    data = vocabulary.language.numbers
    kinds = {
        word: kind
        for kind, row in (("start", data.start), ("until", data.until), ("step", data.step), ("down", data.down))
        for word in folded(row).split()
    }
    found: dict[str, int] = {}
    is_down, kind, texts, at = False, "", [word.plain for word in words], 0
    while at < len(texts):
        word = texts[at]
        is_word_before = word in kinds and (not word.isdigit()) and _is_number_behind(texts, at, vocabulary, kind)
        number = None if is_word_before else vocabulary.numbers.read(texts, at, loose=bool(kind))
        if number is not None:
            place = kind if kind and kind not in found else "start" if "until" in found else "until"
            if place == "until" and "until" in found:
                place, found["start"] = "until", found["until"]
            found[place] = int(number.value)
            kind = ""
        elif word in kinds:
            is_down = is_down or kinds[word] == "down"
            kind = kind if kinds[word] == "down" else kinds[word]
        at += number.length if number is not None else 1
    return _wish(found, is_down)


def _is_number_behind(texts: Sequence[str], at: int, vocabulary: Vocabulary, kind: str) -> bool:
    """Whether a word that may be a number or the word before one, as "two" for "to", has a number behind it."""
    return not kind and at + 1 < len(texts) and vocabulary.numbers.read(texts, at + 1, loose=True) is not None


def _wish(found: dict[str, int], is_down: bool) -> CountingWish:
    start, end, step = found.get("start"), found.get("until"), abs(found.get("step", 1)) or 1
    if is_down:
        if start is None and end is not None:
            start, end = end, None
        start = _USUAL_DOWN if start is None else start
        end = min(1, start) if end is None else end
        start, end = max(start, end), min(start, end)
    else:
        end = (_USUAL if start is None else start + 9 * step) if end is None else end
        start = (1 if end >= 1 else 0) if start is None else start
    step = step if end >= start else -step
    last = start + step * (MOST - 1)
    is_cut = abs(end - start) // abs(step) >= MOST
    return CountingWish(start, last if is_cut else end, step, is_cut)


def numbers(wish: CountingWish) -> tuple[int, ...]:
    """The numbers of the wish, at most MOST."""
    return tuple(range(wish.start, wish.end + (1 if wish.step > 0 else -1), wish.step))


def spoken(every: Sequence[int], language: Language) -> Iterator[str]:
    """The numbers in words, a few in each sentence."""
    for start in range(0, len(every), GROUP):
        words = [
            language.numbers.spell(number) if 0 <= number < 1000 else str(number)
            for number in every[start : start + GROUP]
        ]
        text = ", ".join(words)
        yield f"{text[0].upper()}{text[1:]}."
