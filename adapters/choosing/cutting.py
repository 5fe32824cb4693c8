"""Cuts a text that is longer than one request to a synthesiser may be."""

from collections.abc import Callable, Iterator

import regex  # type: ignore[import-untyped]

from actors.words.sentences import Cutter
from adapters.reach.lengths import Limit

_CLAUSE = regex.compile(r"(?s).+?(?:[,;:–—](?=\s)\s*|[、，；：،؛]\s*|\Z)")
_WORD = regex.compile(r"\S+\s*|\s+")
_GRAPHEME = regex.compile(r"\X")
_VOICED = regex.compile(r"[\p{L}\p{N}]")


def cut(text: str, limit: Limit, language: str) -> list[str]:
    """`text` in pieces that keep `limit`, each as long as possible; `language` is BCP 47.

    A cut is at the end of a sentence; where that is not possible, of a clause, a word, a character (grapheme), and at
    last of a code point, because a character may have more marks than a request can have. The pieces joined are the
    text, without the pieces that have no letter or digit.
    """
    if limit.weigh(text) <= limit.most:
        return [text]
    pieces = _packed(text, (lambda whole: _sentences(whole, language), _clauses, _words, _graphemes, iter), limit)
    return [piece for piece in pieces if _VOICED.search(piece)] or pieces[:1]


Level = Callable[[str], Iterator[str]]
"""A way to take a text apart; the units joined are the text."""


def _packed(text: str, levels: tuple[Level, ...], limit: Limit) -> list[str]:
    """The units of the first level, as many in a piece as fit; a unit that is too long is cut by the next levels."""
    first, *finer = levels
    pieces: list[str] = []
    held, weight = "", 0
    for unit in first(text):
        heavy = limit.weigh(unit)
        if weight + heavy <= limit.most:
            held, weight = held + unit, weight + heavy
            continue
        pieces += [held] if held else []
        held, weight = unit, heavy
        if heavy > limit.most and finer:
            *full, held = _packed(unit, tuple(finer), limit)
            pieces += full
            weight = limit.weigh(held)
    return [*pieces, held]


def _sentences(text: str, language: str) -> Iterator[str]:
    cutter = Cutter(language, max(3 * len(text), 1))  # so long that nothing but the end of a sentence cuts
    yield from cutter.push(text)
    yield from cutter.finish()


def _clauses(text: str) -> Iterator[str]:
    return (found[0] for found in _CLAUSE.finditer(text))


def _words(text: str) -> Iterator[str]:
    return (found[0] for found in _WORD.finditer(text))


def _graphemes(text: str) -> Iterator[str]:
    return (found[0] for found in _GRAPHEME.finditer(text))
