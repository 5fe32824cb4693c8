"""What a person's words ask for: sentences, clauses, and the ability that each of them asks for."""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from adapters.vendors.embedded.guide.languages.every import LANGUAGES
from adapters.vendors.embedded.guide.languages.firstnames import FIRST_NAMES
from adapters.vendors.embedded.guide.sums import Sum
from adapters.vendors.embedded.guide.text.words import PAUSES, Word, folded, plain, sentences
from adapters.vendors.embedded.guide.vocabulary import NUMBER, Match, Term, Vocabulary

_AROUND = 4
"""Phrases at either end of a request that are left out."""
_STRIPPED = 0.99
"""A factor of the score for each phrase around the request that is left out."""
_CERTAIN = 3
"""Words by which a language is known."""
_CLAUSES = 4
"""Sentences of a text, and clauses of a sentence, that are looked at."""
_LOOKED_AT = 40
"""Words of a text by which its language is told."""
_ENDING = 2
"""Letters at the end of a language's name that may be others: Russian declines it."""
_NAME = 3
"""Words that a name has at most."""
_LETTERS = 24
"""Letters that a word of a name has at most."""
_SHORTEST, _LONGEST = 2, 16
"""Words of a request beside another one without a mark between, and of a clause in which two are looked for."""
SURE = 0.85
"""The score from which nothing else is tried."""
SOCIAL = frozenset({"greeting", "ok", "yes", "no", "thanks", "sorry", "laugh", "praise", "pleased", "nothing"})
"""Abilities that are answered only where nothing else is asked for."""
_POLITE = SOCIAL | {"goodbye", "goodnight"}
NAMES = ("my_name", "i_am")
"""The abilities by which a person tells a name."""
_NUMBERS_OR_LETTERS = ("count", "spell")


class Meaning(NamedTuple):
    """The ability that is asked for; `words` are all of the clause, `rest` those in the place of a phrase's `*`."""

    ability: str
    score: float
    words: tuple[Word, ...]
    rest: tuple[Word, ...] = ()
    sum: Sum | None = None


class Understood(NamedTuple):
    """What the clauses of a text ask for, in order, and whether there is a question that asks for no ability."""

    meanings: tuple[Meaning, ...]
    is_rest: bool
    asks: bool

    @property
    def score(self) -> float:
        """How well all of the words are understood."""
        return 0.0 if self.is_rest else max((meaning.score for meaning in self.meanings), default=0.0)


@functools.cache
def vocabulary(code: str) -> Vocabulary:
    """The vocabulary of the language `code`, made when it is first needed."""
    return Vocabulary(LANGUAGES[code])


def prepare() -> None:
    """Make the vocabularies of all languages: the first question needs each of them, to tell which it is in."""
    for code in LANGUAGES:
        vocabulary(code)


def certain_language(text: str, last: str = "") -> str:
    """The language that `text` is in by three of its words or more, and by more than are of any other; else "".

    One word in Cyrillic is enough, because one of the languages alone has it. Of two with the same number of words the
    `last` one is taken. Accents decide between two that are equal without them.
    """
    counts = _counts(text)
    most = max(counts.values())
    best = [code for code, count in counts.items() if count == most]
    if most[0] < _CERTAIN or (len(best) > 1 and last not in best):
        return ""
    return last if last in best else best[0]


def likeliest_language(text: str) -> str:
    """The language that has more words of `text` than any other, and two at least; else ""."""
    (first, most), (_, next_most) = sorted(_counts(text).items(), key=lambda item: item[1], reverse=True)[:2]
    return first if most[0] > max(1, next_most[0]) else ""


def _counts(text: str) -> dict[str, tuple[int, int]]:
    """For each language how many words of `text` it has, and how many of them with these accents."""
    words = [token for sentence in sentences(text) for token in sentence if token[0].isalpha()][:_LOOKED_AT]
    if any("а" <= letter <= "я" for word in words for letter in word.casefold()):
        return {code: (_CERTAIN if code == "ru" else 0, 0) for code in LANGUAGES}
    return {code: _known(vocabulary(code), words) for code in LANGUAGES}


def _known(vocabulary: Vocabulary, tokens: list[str]) -> tuple[int, int]:
    """How many words the language has, and how many of them with these accents."""
    known = sum(vocabulary.is_known(word.plain) for word in plain(tokens, vocabulary.expansions))
    return known, sum(map(vocabulary.is_written, tokens))


def understand(text: str, vocabulary: Vocabulary) -> Understood:
    """What `text` asks for in one language."""
    meanings: list[Meaning] = []
    is_rest = asks = False
    for tokens in sentences(text)[:_CLAUSES]:
        for meaning in _of_sentence(tokens, vocabulary):
            if meaning.ability:
                meanings.append(meaning)
            else:
                is_rest = True
                asks = asks or _asks(meaning.words, vocabulary)
    return Understood(tuple(meanings), is_rest, asks or (is_rest and "?" in text))


def _asks(words: Sequence[Word], vocabulary: Vocabulary) -> bool:
    return any(term.name in vocabulary.questions for term in vocabulary.terms(words))


def _of_sentence(tokens: list[str], vocabulary: Vocabulary) -> Iterator[Meaning]:
    """The meanings of a sentence as a whole, else of its clauses, each "" where a clause asks for no ability."""
    whole = tuple(plain([token for token in tokens if token not in PAUSES], vocabulary.expansions))
    meanings = _requests(whole, vocabulary)
    pieces = [] if meanings else _pieces(tokens, vocabulary)
    if meanings or len(pieces) < 2:
        yield from meanings or [Meaning("", 0.0, whole)]
        return
    for piece in pieces:
        yield from _requests(piece, vocabulary) or [Meaning("", 0.0, piece)]


def _requests(words: tuple[Word, ...], vocabulary: Vocabulary) -> list[Meaning]:
    """What a clause asks for: one thing, or two that no mark divides, because recognisers write none."""
    if meaning := _of_clause(words, vocabulary):
        return _with_next(meaning, vocabulary)
    found: list[tuple[Meaning, Meaning]] = []
    for cut in range(1, len(words) if len(words) <= _LONGEST else 0):
        first = _beside(words[:cut], vocabulary)
        if first and (second := _beside(words[cut:], vocabulary)):
            found.append((first, second))
    if not found:
        return []
    first, second = max(found, key=lambda pair: pair[0].score + pair[1].score)
    return [first, *_with_next(second, vocabulary)]


def _beside(words: tuple[Word, ...], vocabulary: Vocabulary) -> Meaning | None:
    """What the words surely ask for beside a request without a mark between: one word can only be polite."""
    meaning = _of_clause(words, vocabulary)
    is_enough = meaning is not None and (len(words) >= _SHORTEST or meaning.ability in _POLITE)
    return meaning if meaning and is_enough and meaning.score >= SURE else None


def _with_next(meaning: Meaning, vocabulary: Vocabulary) -> list[Meaning]:
    """The meaning, and the request that its `rest` ends in, as in "I am Peter what time is it"."""
    rest, is_name = meaning.rest, meaning.ability in NAMES
    if not (is_name or meaning.ability in _NUMBERS_OR_LETTERS) or meaning.words[-len(rest) :] != rest:
        return [meaning]
    start = len(name_in(meaning, vocabulary).split()) if is_name else 1
    for cut in range(start, min(len(rest), _LONGEST) - _SHORTEST + 1):
        is_number = all(term.name == NUMBER for term in vocabulary.terms(rest[cut:]))
        second = None if is_number else _beside(rest[cut:], vocabulary)
        if second and second.ability != meaning.ability:
            words = meaning.words[: len(meaning.words) - len(rest) + cut]
            return [meaning._replace(words=words, rest=rest[:cut]), second]
    return [meaning]


def told_name(text: str, vocabulary: Vocabulary) -> list[Meaning]:
    """What an answer to "what is your name?" says: a name, and perhaps a request behind it; nothing if no name."""
    tokens = next(iter(sentences(text)), [])
    words = tuple(plain([token for token in tokens if token not in PAUSES], vocabulary.expansions))
    meaning = Meaning("my_name", 1.0, words, words)
    return _with_next(meaning, vocabulary) if name_in(meaning, vocabulary) else []


def _pieces(tokens: list[str], vocabulary: Vocabulary) -> list[tuple[Word, ...]]:
    """The clauses of a sentence, cut at its pauses and at words such as "and"."""
    pieces: list[list[Word]] = [[]]
    for token in tokens:
        words = [] if token in PAUSES else plain([token], vocabulary.expansions)
        if not words or token.casefold() in vocabulary.joins:
            pieces.append([])
        else:
            pieces[-1] += words
    return [tuple(piece) for piece in pieces if piece][:_CLAUSES]


def _of_clause(words: tuple[Word, ...], vocabulary: Vocabulary) -> Meaning | None:
    worked = vocabulary.sums.read([word.plain for word in words]) if words else None
    if worked is not None:
        return Meaning("sum", 1.0, words, sum=worked)
    terms = vocabulary.terms(words)
    found = [
        Meaning(match.ability, match.score * _STRIPPED**stripped, words, match.rest)
        for stripped, inner in _stripped(terms, vocabulary)
        if (match := vocabulary.best(inner, functools.partial(_fits, vocabulary))) is not None
    ]
    return max(found, key=lambda meaning: meaning.score, default=None)


def _stripped(terms: Sequence[Term], vocabulary: Vocabulary) -> Iterator[tuple[int, Sequence[Term]]]:
    """The terms, and what is left of them without phrases around a request: how many were left out."""
    names = tuple(term.name for term in terms)
    begins, ends = {0: 0}, {len(names): 0}
    for begin, count in _walked(begins):
        for phrase in vocabulary.lead.get(names[begin], ()) if begin < len(names) else ():
            if names[begin : begin + len(phrase)] == phrase:
                begins.setdefault(begin + len(phrase), count + 1)
    for end, count in _walked(ends):
        for phrase in vocabulary.tail.get(names[end - 1], ()) if end else ():
            if len(phrase) <= end and names[end - len(phrase) : end] == phrase:
                ends.setdefault(end - len(phrase), count + 1)
    for begin, before in begins.items():
        for end, after in ends.items():
            if begin < end:
                yield before + after, terms[begin:end]


def _walked(places: dict[int, int]) -> Iterator[tuple[int, int]]:
    """The items of `places`, and those that are added meanwhile, up to a few."""
    for seen in range(_AROUND):
        if seen < len(places):
            place = list(places)[seen]
            yield place, places[place]


def _fits(vocabulary: Vocabulary, match: Match) -> bool:
    """Whether the words in the place of a phrase's `*` are of the kind that the ability takes."""
    words = [word.plain for word in match.rest]
    match match.ability:
        case "my_name" | "i_am":
            return bool(name_in(match, vocabulary))
        case "count":
            return not words or _can_count(match.rest, vocabulary)
        case "greeting":
            return len(words) <= _NAME and all(vocabulary.is_addition(word) for word in words)
        case "speak":
            return bool(language_in(match, vocabulary))
        case "speak_unknown":
            return len(words) == 1 and not vocabulary.is_known(words[0])
    return True


def language_in(found: Match | Meaning, vocabulary: Vocabulary) -> str:
    """The code of the language of the guide that is named in the place of `*`, "" where none is."""
    words = [word.plain for word in found.rest]
    for code, language in LANGUAGES.items():
        for name in (vocabulary.language.called[code], language.called[code]):
            start = folded(name)[:-_ENDING]
            if any(word.startswith(start) and len(word) <= len(name) + _ENDING for word in words):
                return code
    return ""


def _can_count(rest: Sequence[Word], vocabulary: Vocabulary) -> bool:
    """Whether the words behind "count" have a number, or say only how to count."""
    texts = [word.plain for word in rest]
    manners = {name for row in vocabulary.manners.values() for names in row for name in names}
    data = vocabulary.language.numbers
    before = set(folded(f"{data.start} {data.until}").split())
    terms = vocabulary.terms(rest)
    is_number = any(term.name == NUMBER for term in terms) or any(
        vocabulary.numbers.read(texts, at + 1, loose=True) for at in range(len(texts) - 1) if texts[at] in before
    )
    return is_number or all(term.weight < 1.0 or term.name in manners for term in terms)


def name_in(found: Match | Meaning, vocabulary: Vocabulary) -> str:
    """The name that the words in the place of `*` begin with, "" for none.

    After "I am", which anything may follow, a name is one that is written as a name, or a common first name.
    """
    words: list[Word] = []
    for word in found.rest[:_NAME]:
        is_name = folded(word.said) in FIRST_NAMES
        if not word.plain.isalpha() or len(word.said) > _LETTERS or (vocabulary.is_known(word.plain) and not is_name):
            break
        words.append(word)
    is_first_name = bool(words) and folded(words[0].said) in FIRST_NAMES
    is_written_so = bool(words) and words[0].said[0].isupper()
    is_all = len(words) == len(found.rest)
    if not words or not (is_first_name or is_all or (is_written_so and found.ability == "my_name")):
        return ""
    if found.ability == "i_am" and not (is_first_name or is_written_so):
        return ""
    return " ".join(word.said[0].upper() + word.said[1:] for word in words)
