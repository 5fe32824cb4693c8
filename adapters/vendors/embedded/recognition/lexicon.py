"""The lexicon: every word that can be heard, in a tree of its phonemes.

The pronunciations are those of CMU's dictionary, which pocketsphinx's wheel brings, and for frequent words those of
hama's own text-to-phoneme as well (`frequent.lex`). hama was trained on its own pronunciations and hears "of" as ɔf and
"to" as toʊ: with CMU's alone, twice as many words of human speech are wrong.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from adapters.vendors.embedded.recognition.phonemes import ARPABET, as_heard
from adapters.vendors.embedded.recognition.trigrams import FOLDER, Trigrams

FREQUENT = Path(__file__).parent / "frequent.lex"
"""Frequent words and their pronunciations by hama, a tab between; made by `recognition/making.py`."""
NOTHING = -1e9
EXPECTED = math.log(1e-2)
"""The logarithm of the probability that an expected word has at least. With thirty names that nobody says, as many
words are wrong as without them; with 3e-2, two more in a hundred of espeak-ng's."""

Sounds = tuple[str, ...]
"""A pronunciation: names of phonemes."""

_VARIANT = re.compile(r"\(\d+\)$")
_LEAF: dict[int, int] = {}
"""The children of every node that has none; never written to."""


class Lexicon:
    """A tree of phonemes; `ids` are the numbers of hama's phonemes.

    Of each node by its number: `children` by phoneme, `words` that end there, and `best`, the largest probability of a
    word at the node or below it, for the search to look ahead.
    """

    def __init__(self, ids: dict[str, int], language: Trigrams) -> None:
        self._ids = ids
        self._language = language
        self.children: list[dict[int, int]] = [_LEAF]
        self.words: list[tuple[str, ...]] = [()]
        self.best: list[float] = [0.0]
        self._own: dict[str, Sequence[Sounds]] = {}
        self._size = 0
        self._undo: list[Callable[[], object]] = []
        probabilities: dict[str, float | None] = {}
        numbers = {symbol: ids[sound] for symbol, sound in ARPABET.items()}
        for word, symbols in dictionary():
            if word not in probabilities:
                probabilities[word] = language.single(word)
            if (probability := probabilities[word]) is not None:
                self._add(word, [numbers[symbol] for symbol in symbols], probability)
        self.known = frozenset(word for word, probability in probabilities.items() if probability is not None)
        for word, text in _frequent():
            if (probability := probabilities.get(word)) is not None:
                self._add(word, [ids[sound] for sound in as_heard(text, ids)], probability)
        self._size = len(self.children)

    def expect(self, own: Mapping[str, Sequence[Sounds]]) -> None:
        """Have the words of `own`, each with its pronunciations, instead of those of the call before.

        They are given the probability EXPECTED at least, after any other words.
        """
        if own == self._own:
            return
        while self._undo:
            self._undo.pop()()
        del self.children[self._size :], self.words[self._size :], self.best[self._size :]
        self._own = dict(own)
        self._language.favour(dict.fromkeys(own, EXPECTED))
        for word, ways in own.items():
            for sounds in ways:
                self._add_own(word, [self._ids[sound] for sound in sounds])

    def _add(self, word: str, numbers: Sequence[int], probability: float) -> None:
        node = 0
        children, best = self.children, self.best
        for number in numbers:
            found = children[node].get(number)
            node = self._grow(node, number) if found is None else found
            if best[node] < probability:
                best[node] = probability
        if node and word not in self.words[node]:
            self.words[node] = (*self.words[node], word)

    def _grow(self, node: int, number: int) -> int:
        if self.children[node] is _LEAF:
            self.children[node] = {}
        self.children[node][number] = grown = len(self.children)
        self.children.append(_LEAF)
        self.words.append(())
        self.best.append(NOTHING)
        return grown

    def _add_own(self, word: str, numbers: Sequence[int]) -> None:
        """Add a word so that `_undo` can take it out again, with the nodes that are made for it."""
        node = 0
        for number in numbers:
            if node >= self._size or (found := self.children[node].get(number)) is None:
                break
            node = found
            self._undo.append(partial(self._restore, node, self.words[node], self.best[node]))
        else:
            number = -1
        if number >= 0 and node < self._size:
            self._undo.append(partial(self._forget, node, number))
        self._add(word, numbers, EXPECTED)

    def _restore(self, node: int, words: tuple[str, ...], best: float) -> None:
        self.words[node], self.best[node] = words, best

    def _forget(self, node: int, number: int) -> None:
        self.children[node].pop(number, None)


def dictionary() -> Iterator[tuple[str, list[str]]]:
    """CMU's dictionary: each word and one of its pronunciations, as the dictionary writes it."""
    with (FOLDER / "cmudict-en-us.dict").open(encoding="utf-8") as lines:
        for line in lines:
            word, *symbols = line.split()
            yield _VARIANT.sub("", word), symbols


def _frequent() -> Iterator[tuple[str, str]]:
    with FREQUENT.open(encoding="utf-8") as lines:
        for line in lines:
            word, _, text = line.rstrip("\n").partition("\t")
            yield word, text
