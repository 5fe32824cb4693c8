"""The search: phoneme probabilities to the words that fit them best.

A beam search over CTC frames of 20 ms. A hypothesis is a place in the lexicon's tree, the last phoneme (CTC says a
phoneme again only after a blank), and its last two words; of those that share all three the best one is kept, because
nothing that follows can tell them apart. A hypothesis is charged the probability of the best word below its place at
once (`Lexicon.best`), and the word's own after its history once it ends: otherwise a long rare word would be ahead of
short frequent ones until its end, and crowd them out of the beam.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from adapters.vendors.embedded.recognition.acoustics import Posteriors
from adapters.vendors.embedded.recognition.lexicon import Lexicon
from adapters.vendors.embedded.recognition.trigrams import BEGIN, END, Past, Trigrams

WEIGHT = 0.8
"""Of the language model's logarithms against hama's."""
BONUS = 0.5
"""For each word, against the language model's liking for few words."""
UNBOUNDED = -2.5
"""For a word that ends without the mark that hama puts between words."""
BOUND_INSIDE = -3.0
"""For such a mark within a word."""
EXTRA = -6.0
"""For a phoneme that the word does not have."""
EXTRA_FROM = -1.5
"""The least probability of a phoneme that may be extra."""
LEAST = -9.0
"""The least probability of a phoneme that is looked at."""
SURE = -0.01
"""The probability of a blank from which on a frame with nothing else in it is nothing else."""
BEAM = 60
"""Hypotheses after a frame."""
WIDTH = 10.0
"""How much worse than the best one a hypothesis may be."""


def nothing() -> None:
    """Look at nothing between two frames."""


class FoundWords(msgspec.Struct, frozen=True):
    """The words that were found, and the logarithm of their probability with all that counts for them."""

    words: tuple[str, ...]
    score: float


Chain = tuple[Any, str] | None
"""The words of a hypothesis: those before, and the last one."""
Key = tuple[int, int, Past]
"""The place in the tree, the last phoneme, and the last two words."""
Hypothesis = tuple[Key, tuple[float, Chain]]
Sounds = list[tuple[int, float]]


class WordSearch:
    """Searches in one lexicon; `blank` and `bound` are the numbers of hama's blank and of its mark between words."""

    def __init__(self, lexicon: Lexicon, language: Trigrams, blank: int, bound: int) -> None:
        self._lexicon = lexicon
        self._language = language
        self._blank = blank
        self._bound = bound
        self._grown: dict[Key, tuple[float, Chain]] = {}

    def find(
        self,
        posteriors: Posteriors,
        before: Sequence[str] = (),
        *,
        beam: int = BEAM,
        is_last: bool = True,
        check: Callable[[], None] = nothing,
    ) -> FoundWords:
        """The words of `posteriors`, after the words `before`; `is_last`: the utterance ends with them.

        `check` is called for each frame, and may raise.
        """
        past: Past = (*reversed(before[-2:]), BEGIN)[:2]
        beams: list[Hypothesis] = [((0, self._blank, past), (0.0, None))]
        for blank, sounds in self._frames(posteriors):
            check()
            is_empty = not sounds and blank > SURE
            beams = self._rest(beams, blank) if is_empty else self._step(beams, blank, sounds, beam)
        return self._end(beams, is_last=is_last)

    def _frames(self, posteriors: Posteriors) -> Iterator[tuple[float, Sounds]]:
        """For each frame the blank, and the phonemes that may be there."""
        blanks: list[float] = posteriors[:, self._blank].tolist()
        may_be = posteriors > LEAST
        may_be[:, self._blank] = False
        frames, numbers = np.nonzero(may_be)
        values: list[float] = posteriors[frames, numbers].tolist()
        starts = np.searchsorted(frames, np.arange(len(posteriors) + 1)).tolist()
        pairs = list(zip(numbers.tolist(), values, strict=True))
        for frame, blank in enumerate(blanks):
            yield blank, pairs[starts[frame] : starts[frame + 1]]

    def _rest(self, beams: list[Hypothesis], blank: float) -> list[Hypothesis]:
        """A frame with nothing in it."""
        grown = self._grown = {}
        for (node, _, past), (score, chain) in beams:
            self._put((node, self._blank, past), score + blank, chain)
        return list(grown.items())  # still in order: the first of two with one key was the better one

    def _step(self, beams: list[Hypothesis], blank: float, sounds: Sounds, beam: int) -> list[Hypothesis]:
        self._grown = {}
        floor = beams[0][1][0] + blank - WIDTH  # the best one may stay where it is
        for key, (score, chain) in beams:
            if score + blank > floor:
                self._put((key[0], self._blank, key[2]), score + blank, chain)
            self._grow(key, score, chain, sounds, floor)
        best = sorted(self._grown.items(), key=_score, reverse=True)[:beam]
        floor = best[0][1][0] - WIDTH
        return [each for each in best if each[1][0] > floor]

    def _put(self, key: Key, score: float, chain: Chain) -> None:
        old = self._grown.get(key)
        if old is None or old[0] < score:
            self._grown[key] = (score, chain)

    def _grow(self, key: Key, score: float, chain: Chain, sounds: Sounds, floor: float) -> None:
        """Add what the hypothesis becomes with each of the sounds."""
        node, last, past = key
        lexicon, put = self._lexicon, self._put
        children, best = lexicon.children[node], lexicon.best
        ends = self._ends(node, past, score, chain) if lexicon.words[node] else ()
        for number, probability in sounds:
            grown = score + probability
            if number == last:
                if grown > floor:
                    put(key, grown, chain)
            elif number == self._bound:
                put((node, number, past), grown + (BOUND_INSIDE if node else 0.0), chain)
                for ended, after, words in ends:
                    put((0, number, after), ended + probability, words)
            else:
                child = children.get(number)
                if child is not None:
                    grown += WEIGHT * (best[child] - best[node])
                    if grown > floor:
                        put((child, number, past), grown, chain)
                elif probability > EXTRA_FROM:
                    put((node, number, past), grown + EXTRA, chain)
                if ends and (first := lexicon.children[0].get(number)) is not None:
                    begins = probability + UNBOUNDED + WEIGHT * best[first]
                    for ended, after, words in ends:
                        if ended + begins > floor:
                            put((first, number, after), ended + begins, words)

    def _ends(self, node: int, past: Past, score: float, chain: Chain) -> list[tuple[float, Past, Chain]]:
        """The hypothesis with each of the words that end at `node`: its score, its last two words, its words."""
        known = self._language.after(past)
        score += BONUS - WEIGHT * self._lexicon.best[node]
        found: list[tuple[float, Past, Chain]] = []
        for word in self._lexicon.words[node]:
            probability = known.get(word)
            if probability is None:
                probability = self._language.fill(known, past, word)
            found.append((score + WEIGHT * probability, (word, past[0]), (chain, word)))
        return found

    def _end(self, beams: list[Hypothesis], *, is_last: bool) -> FoundWords:
        """The best of the hypotheses in which no word is left unfinished."""
        whole: list[tuple[float, Past, Chain]] = []
        for (node, _, past), (score, chain) in beams:
            whole += self._ends(node, past, score, chain) if node else [(score, past, chain)]
        if is_last:
            whole = [(score + WEIGHT * self._probability(past, END), past, chain) for score, past, chain in whole]
        score, _, chain = max(whole, key=_first, default=(-math.inf, (), None))
        words: list[str] = []
        while chain is not None:
            chain, word = chain
            words.append(word)
        return FoundWords(tuple(reversed(words)), score)

    def _probability(self, past: Past, word: str) -> float:
        known = self._language.after(past)
        found = known.get(word)
        return self._language.fill(known, past, word) if found is None else found


def _score(hypothesis: Hypothesis) -> float:
    return hypothesis[1][0]


def _first(ended: tuple[float, Past, Chain]) -> float:
    return ended[0]
