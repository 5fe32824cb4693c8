"""The words of a text: cut into sentences and clauses, and put into the plain form in which they are compared."""

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

LONGEST = 2_000
"""Characters of a text that are looked at."""
MOST = 60
"""Words of a sentence that are looked at: more are no request."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[+*/×÷=^%−·-]|[.?!;…\n]+|[,:]")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-‐‑](?=[^\W\d_])")
_ENDS = frozenset(".?!;…\n")
PAUSES = frozenset(",:")
_AROUND = ".,:;!?…\"'¿¡"


class Word(NamedTuple):
    """A word in the form in which it is compared, and as it was said."""

    plain: str
    said: str


def sentences(text: str) -> list[list[str]]:
    """The sentences of `text`, each as its words, signs of calculation and pauses; marks and mark-up are left out."""
    found: list[list[str]] = [[]]
    for token in _TOKEN.findall(_HYPHEN.sub(" ", text[:LONGEST])):
        if token[0] in _ENDS:
            found.append([])
        elif len(found[-1]) < MOST:
            found[-1].append(token)
    return [sentence for sentence in found if any(token not in PAUSES for token in sentence)]


def said_words(text: str, most: int = MOST) -> list[str]:
    """The first `most` words of `text` as they were said, without marks and signs."""
    every = [token for sentence in sentences(text) for token in sentence if token[0].isalnum()]
    return every[:most]


def folded(word: str) -> str:
    """The word in small letters without accents: Ä and a are one, and so are ё and е."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.replace("’", "'").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def plain(tokens: list[str], expansions: Mapping[str, str]) -> list[Word]:
    """The words in plain form. `expansions`: what a contraction, written without its apostrophe, stands for."""
    found: list[Word] = []
    for token in tokens:
        word = folded(token)
        joined = word.replace("'", "")
        expanded = expansions.get(joined) or " ".join(part for part in word.split("'") if part)
        found += [Word(part, token) for part in expanded.split()]
    return found


def without(text: str, name: str) -> str:
    """`text` without the words of `name` where they begin or end it, "" where they do not or nothing is left."""
    words, called = text[:LONGEST].split(), [folded(word) for word in name.split()]
    plain_words = [folded(word.strip(_AROUND)) for word in words]
    if not called or len(words) <= len(called):
        return ""
    if plain_words[: len(called)] == called:
        return " ".join(words[len(called) :])
    return " ".join(words[: -len(called)]) if plain_words[-len(called) :] == called else ""
