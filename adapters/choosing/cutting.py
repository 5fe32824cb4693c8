"""Where a text is cut that is longer than one request to a synthesiser may be."""

from collections.abc import Callable, Iterator

import regex  # type: ignore[import-untyped]

from actors.words.sentences import Cutter
from adapters.reach.lengths import Limit

_CLAUSE = regex.compile(r"(?s).+?(?:[,;:–—](?=\s)\s*|[、，；：،؛]\s*|\Z)")
_WORD = regex.compile(r"\S+\s*|\s+")
_GRAPHEME = regex.compile(r"\X")
_VOICED = regex.compile(r"[\p{L}\p{N}]")


def cut(text: str, limit: Limit, language: str) -> list[str]:
    """`text` in as few pieces as keep the limit: whole sentences, else clauses, words, whole characters;
    at last the parts of a character, where one has more marks than a request can have.

    The pieces joined are the text, but for those without a letter or digit, which are left out.
    """
    if limit.weigh(text) <= limit.most:
        return [text]
    pieces = _packed(text, (lambda whole: _sentences(whole, language), _clauses, _words, _graphemes, iter), limit)
    return [piece for piece in pieces if _VOICED.search(piece)] or pieces[:1]


Level = Callable[[str], Iterator[str]]


def _packed(text: str, levels: tuple[Level, ...], limit: Limit) -> list[str]:
    """The units of the first level, as many in a piece as fit; one that is too heavy by itself by the next levels."""
    first, *rest = levels
    pieces: list[str] = []
    held, weight = "", 0
    for unit in first(text):
        heavy = limit.weigh(unit)
        if weight + heavy <= limit.most:
            held, weight = held + unit, weight + heavy
            continue
        pieces += [held] if held else []
        held, weight = unit, heavy
        if heavy > limit.most and rest:
            *full, held = _packed(unit, tuple(rest), limit)
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
