"""Places of spoken words in a text, where a provider says only how the words sound, and perhaps as it has read them.

A synthesiser speaks "$5" as "five dollars" and "Dr." as "doctor". Such words have the place of what they stand for. So
that a later word of the text is not taken for one of them, words of the text are only skipped after words that were
not found, two for each, and one besides where the text goes on with a word of letters, which is read as it is written.
"""

import unicodedata

import regex  # type: ignore[import-untyped]

from actors.words.scripts import UNSPACED

_TOKEN = regex.compile(rf"(?V1)[{UNSPACED}]|[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}]]+|\S")
_EDGES = regex.compile(r"^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$")
_PUNCTUATION = r"[\p{P}\s--[&%@#]]"
_AROUND = regex.compile(rf"(?V1)^{_PUNCTUATION}+|{_PUNCTUATION}+$")
_SPOKEN_SYMBOL = regex.compile(r"[\p{L}\p{M}\p{N}\p{Sc}&%@#+=]")
_UNSAYABLE = regex.compile(r"[\p{Cc}\p{Cs}]+")
_PLAIN = regex.compile(r"[\p{L}\p{M}]+")
_LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
_UNSPACED_LETTER = regex.compile(rf"[{UNSPACED}]")
_SPOKEN, _SILENT = frozenset("&%@#"), frozenset("<>|^`~")
"""Punctuation that is spoken as a word, and other symbols that are not."""
MOST_LETTERS = 200
"""Letters of a word that are told."""
SKIPS = 2
"""Words of the text that may be skipped for each spoken word that was not found."""
MOST_TOKENS = 64
"""Tokens of the text among which a spoken word is looked for."""


class WordPlaces:
    """Finds the words of one text, in the order in which they are spoken."""

    def __init__(self, text: str) -> None:
        self._text = _folded(text)
        self._starts: list[int] = [found.start() for found in _TOKEN.finditer(text)]
        self._next = 0
        self._unknown = 0

    def place(self, word: str) -> int:
        """The index of the first character of the next spoken word, or of what it stands for; -1 at the text's end."""
        for wanted in dict.fromkeys(map(_folded, (shown(word), bare(word)))):
            if wanted and (found := self._find(wanted)) is not None:
                return self._pass(found, len(wanted))
        self._unknown += 1
        return self._current()

    def _pass(self, number: int, length: int) -> int:
        """Go on behind the word that begins with this token; the place where it begins."""
        start = self._starts[number]
        self._unknown, self._next = 0, number
        while self._next < len(self._starts) and self._starts[self._next] < start + length:
            self._next += 1
        return start

    def begins(self, word: str) -> bool:
        """Whether the text goes on with this word, whole."""
        wanted = _folded(bare(word))
        return bool(wanted) and self._find(wanted) is not None

    def _find(self, wanted: str) -> int | None:
        """The number of the token at which the word begins; None where it is none of the next ones."""
        current = self._current()
        skips = SKIPS * self._unknown + (current >= 0 and bool(_PLAIN.match(self._text, current)))
        for number in range(self._next, min(self._next + MOST_TOKENS, len(self._starts))):
            start = self._starts[number]
            if self._text.startswith(wanted, start) and self._ends(start + len(wanted)):
                return number
            if _PLAIN.match(self._text, start):
                skips -= 1
                if skips < 0:
                    return None
        return None

    def _ends(self, at: int) -> bool:
        """Whether a word can end before this character."""
        after, before = self._text[at : at + 1], self._text[at - 1]
        return not _LETTER.match(after) or bool(_UNSPACED_LETTER.match(before))

    def _current(self) -> int:
        """The place of what is spoken now, besides punctuation that nobody hears."""
        for number in range(self._next, min(self._next + MOST_TOKENS, len(self._starts))):
            character = self._text[self._starts[number]]
            is_silent = unicodedata.category(character).startswith("P") or character in _SILENT
            if not is_silent or character in _SPOKEN:
                return self._starts[number]
        return -1


def shown(word: str) -> str:
    """The word without quotation marks, commas and their like around it; "" where it is nothing that is spoken."""
    return str(_AROUND.sub("", _UNSAYABLE.sub("", word[:MOST_LETTERS]))) if _SPOKEN_SYMBOL.search(word) else ""


def bare(word: str) -> str:
    """The word without what is around its letters and digits; "" where it has none."""
    return str(_EDGES.sub("", word))


def _folded(text: str) -> str:
    """The text in small letters with plain apostrophes; each character stays one."""
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text.replace("’", "'"))
