"""The words and phrases of one language, and how well a clause matches each phrase.

A phrase is compared as a whole: the score is the weight of the words that clause and phrase share, as a part of the
weight of all words of both. So a word that a phrase has nothing to do with lowers the score, and one cue in a long
sentence asks for nothing: "hear" does not match "heart attack", nor "how long" "how long is the Nile". The order of
the words counts for a tenth. A word that the language data does not know may be one letter away from one that it knows,
because recognisers mishear; it counts less.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from adapters.vendors.embedded.guide.numbers import NumberReader
from adapters.vendors.embedded.guide.sums import SumReader
from adapters.vendors.embedded.guide.text.language import Language
from adapters.vendors.embedded.guide.text.words import Word, folded, plain

ENOUGH = 0.7
"""The score from which a phrase is what was asked for."""
_OPEN = 0.86
"""The score of a phrase that ends in any words: less than that of a phrase that has all words."""
_NEAR = 0.8
"""The weight of a word that was misheard by a letter, as a part of its own."""
_FILLER, _LIGHT, _MIDDLE = 0.05, 0.2, 0.5
_ORDER = 0.1
_LONGEST = 24
"""Letters of a word that is looked at as a misheard or inflected one."""
_SHORTEST = 4
"""Letters of a word that may be a misheard one, and of the beginning of a word."""
_SHORT = 3
"""Letters of a word that may lack a letter of one that is known, as "jok"."""
NUMBER = "#"


class Term(NamedTuple):
    """A word of a clause: the word of the language data that it is taken for, its weight, what it was, and its number.

    `share`: how much of its weight counts as heard.
    """

    name: str
    weight: float
    word: Word
    share: float = 1.0


class _Phrase(NamedTuple):
    """A phrase without a `*`: its words, how many of each, and their weight."""

    ability: str
    names: tuple[str, ...]
    counts: Mapping[str, int]
    weight: float


class _OpenPhrase(NamedTuple):
    """A phrase with a `*`: the words before and behind it."""

    ability: str
    before: tuple[str, ...]
    behind: tuple[str, ...]


class Match(NamedTuple):
    """A phrase that a clause matches: the ability, how well, and the words in the place of its `*`."""

    ability: str
    score: float
    rest: tuple[Word, ...] = ()


class Vocabulary:
    """The phrases of a language, prepared for matching."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.numbers = NumberReader(language.numbers)
        self.sums = SumReader(language.numbers, self.numbers)
        grammar = language.grammar
        pairs = (row.split(":") for row in folded(grammar.expansions).split(";"))
        self.expansions = {word.strip().replace("'", ""): text.strip() for word, text in pairs}
        self.joins = frozenset(grammar.joins.split())
        self._articles = frozenset(folded(grammar.light).split())
        self._same, self._beginnings = _alike(grammar.same)
        self._weights = self._weighed()
        self._near: Mapping[str, str] = {}
        rows = " ".join((*language.phrases.values(), grammar.lead, grammar.tail)).replace(";", " ")
        often = Counter(word.plain for word in plain(rows.split(), self.expansions))
        words = {*often, *self._same}
        self.known = self.numbers.words.union(words, self._weights, folded(grammar.common).split(), self.expansions)
        every = f"{rows} {grammar.light} {grammar.middle} {grammar.common} {' '.join(grammar.same)}"
        self._written = frozenset(every.casefold().split())
        self.lead = _by(0, self._rows(grammar.lead))
        self.tail = _by(-1, self._rows(grammar.tail))
        """The phrases around a request, by their first and by their last word."""
        self.questions = frozenset(self._names(grammar.questions))
        self.manners = {
            ability: [names for names in self._rows(language.phrases[ability]) if self._is_short(names)]
            for ability in ("slower", "faster", "female", "male")
        }
        """The phrases of a manner of speaking that can be said along with another request: "slowly", "deep voice"."""
        self._whole: dict[str, list[_Phrase]] = {}
        self._open: dict[str, list[_OpenPhrase]] = {}
        for ability, phrases in language.phrases.items():
            for names in self._rows(phrases):
                self._add(ability, names)
        near = (word for word in words if len(word) >= _SHORTEST)
        self._near = _one_letter_away(sorted(near, key=lambda word: (often[word], word)))

    def _weighed(self) -> Mapping[str, float]:
        grammar = self.language.grammar
        rows = ((grammar.light, _LIGHT), (grammar.middle, _MIDDLE), (grammar.fillers, _FILLER))
        return {name: weight for row, weight in rows for name in self._names(row)}

    def _names(self, text: str) -> tuple[str, ...]:
        return tuple(self._name(word) for word in folded(text).split())

    def _rows(self, text: str) -> tuple[tuple[str, ...], ...]:
        rows = (plain(row.split(), self.expansions) for row in text.split(";"))
        return tuple(tuple(term.name for term in self.terms(row)) for row in rows if row)

    def _name(self, word: str) -> str:
        """The first word of the row that `word` belongs to; itself where it is in none."""
        if word in self._same:
            return self._same[word]
        for end in range(min(len(word), _LONGEST), _SHORTEST - 2, -1):
            if word[:end] in self._beginnings:
                return self._beginnings[word[:end]]
        return word

    def _weight(self, name: str) -> float:
        return self._weights.get(name, 1.0)

    def _add(self, ability: str, names: tuple[str, ...]) -> None:
        if "*" in names:
            place = names.index("*")
            self._open.setdefault(names[0], []).append(_OpenPhrase(ability, names[:place], names[place + 1 :]))
            return
        phrase = _Phrase(ability, names, Counter(names), sum(map(self._weight, names)))
        self._whole.setdefault(max(names, key=self._weight), []).append(phrase)

    def _is_short(self, names: tuple[str, ...]) -> bool:
        return len(names) <= 2 and all(self._weight(name) >= 1.0 for name in names)

    def is_known(self, word: str) -> bool:
        """Whether the language data has the word, in plain form."""
        return word in self.known or self._name(word) != word

    def is_written(self, word: str) -> bool:
        """Whether the language data has the word with its accents, as it was said."""
        return word.casefold() in self._written

    def is_content(self, word: str) -> bool:
        """Whether the word says more than an article, a pronoun or the like."""
        return self._weight(self._name(word)) >= 1.0

    def is_addition(self, word: str) -> bool:
        """Whether the word changes nothing beside a greeting: a name, or a word that says little."""
        return not self.is_known(word) or self._weight(self._name(word)) <= _FILLER

    def terms(self, words: Sequence[Word]) -> list[Term]:
        """The words as the language data names them; numbers become `#`, one for each."""
        found: list[Term] = []
        texts = [word.plain for word in words]
        at = 0
        while at < len(words):
            number = self.numbers.read(texts, at)
            if number is not None and not (number.length == 1 and words[at].plain in self._articles):
                found.append(Term(NUMBER, 1.0, words[at]))
                at += max(number.length, 1)
            else:
                found.append(self._term(words[at]))
                at += 1
        return found

    def _term(self, word: Word) -> Term:
        name, share = self._name(word.plain), 1.0
        if _SHORT <= len(word.plain) <= _LONGEST and not self.is_known(word.plain):
            keys = _keys(word.plain) if len(word.plain) >= _SHORTEST else (word.plain,)
            if near := next((self._near[key] for key in keys if key in self._near), ""):
                name, share = self._name(near), _NEAR
        return Term(name, self._weight(name), word, share)

    def best(self, terms: Sequence[Term], fits: Callable[[Match], bool]) -> Match | None:
        """The phrase that the terms match best, of those that `fits` allows; None where none is matched well enough."""
        found = [*self._closed_matches(terms), *self._open_matches(terms)]
        return max(filter(fits, found), key=lambda match: match.score, default=None)

    def _closed_matches(self, terms: Sequence[Term]) -> Iterator[Match]:
        names = [term.name for term in terms]
        counts, whole = Counter(names), sum(term.weight for term in terms)
        shares = {term.name: term.share for term in terms}
        for phrase in (phrase for name in counts for phrase in self._whole.get(name, ())):
            if not whole * ENOUGH <= phrase.weight <= whole / ENOUGH:
                continue  # it cannot be enough, whatever they share
            common = {name: self._weight(name) * min(count, counts[name]) for name, count in phrase.counts.items()}
            heard = sum(weight * shares.get(name, 0.0) for name, weight in common.items())
            score = heard / (phrase.weight + whole - sum(common.values()))
            if score >= ENOUGH:
                yield Match(phrase.ability, score * (1 - _ORDER * _disorder(names, phrase.names)))

    def _open_matches(self, terms: Sequence[Term]) -> Iterator[Match]:
        names = tuple(term.name for term in terms)
        for phrase in self._open.get(names[0], ()) if names else ():
            begin, end = len(phrase.before), len(names) - len(phrase.behind)
            if begin < end and names[:begin] == phrase.before and names[end:] == phrase.behind:
                heard = min((term.share for term in (*terms[:begin], *terms[end:])), default=1.0)
                score = heard * (_OPEN + (begin + len(phrase.behind)) / 1000)  # more words of its own are better
                yield Match(phrase.ability, score, tuple(term.word for term in terms[begin:end]))


def _disorder(names: Sequence[str], phrase: Sequence[str]) -> float:
    """The part of neighbours in the phrase that the clause has in another order, from 0 to 1."""
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    held = [places[name] for name in phrase if name in places]
    pairs = list(pairwise(held))
    return sum(second < first for first, second in pairs) / len(pairs) if pairs else 0.0


def _by(place: int, rows: Sequence[tuple[str, ...]]) -> Mapping[str, list[tuple[str, ...]]]:
    """The rows by their word at `place`."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows:
        found.setdefault(row[place], []).append(row)
    return found


def _alike(rows: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """For each word of the rows, and for each beginning of words, the first word of its row."""
    words: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    for row in rows:
        first, *others = folded(row).split()
        words[first] = first
        for other in others:
            if other.endswith("*"):
                beginnings[other[:-1]] = first
            else:
                words[other] = first
    return words, beginnings


def _keys(word: str) -> list[str]:
    """The word, and the word without each of its letters: two words one letter apart have one of these in common.

    Doubled letters come first, because they are the letters that people are least sure of.
    """
    places = sorted(range(len(word)), key=lambda place: word[place] != word[place - 1 : place])
    return [word, *(word[:place] + word[place + 1 :] for place in places)]


def _one_letter_away(words: Sequence[str]) -> Mapping[str, str]:
    """For each key the last of the words that has it."""
    return {key: word for word in words for key in _keys(word) if len(key) >= _SHORT}
