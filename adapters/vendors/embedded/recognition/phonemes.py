"""The phonemes in which hama hears, and how other spellings of them are read."""

import re
from collections.abc import Iterable

_TABLE = """
AA ɑ  AE æ  AH ʌ  AO ɔ  AW aʊ  AY aɪ  B b  CH t͡ʃ  D d  DH ð  EH ɛ  ER ɝ  EY eɪ  F f  G ɡ  HH h  IH ɪ  IY i  JH d͡ʒ  K k
L l  M m  N n  NG ŋ  OW oʊ  OY ɔɪ  P p  R ɹ  S s  SH ʃ  T t  TH θ  UH ʊ  UW u  V v  W w  Y j  Z z  ZH ʒ
"""
ARPABET = dict(zip(_TABLE.split()[::2], _TABLE.split()[1::2], strict=True))
"""The phonemes of CMU's dictionary as hama writes them."""
SAME = {"ə": "ʌ", "ɚ": "ɝ", "g": "ɡ", "r": "ɹ", "ɫ": "l", "ɾ": "t"}
"""Phonemes that hama writes in two ways, and the one under which the search looks for both."""
FOREIGN = {**SAME, "a": "ɑ", "e": "eɪ", "o": "oʊ", "ɒ": "ɑ", "ɜ": "ɝ", "ɐ": "ʌ", "x": "k", "y": "i", "ø": "ɝ", "ʁ": "ɹ"}
"""What an English speaker says for vowels and consonants with which hama writes names that it takes for foreign."""
ENGLISH = frozenset(ARPABET.values())

_SPACES = re.compile("[\\s‿]")
_MARKS = re.compile("[\\s‿ˈˌːˑ\u0303\u0325\u0329\u032a\u032c\u032f\u031a\u031d\u031e\u031f\u0320ʰʲʷˀ˞]")


def of_arpabet(symbols: list[str]) -> tuple[str, ...]:
    """The pronunciation that CMU's dictionary writes as `symbols`. Raises KeyError for a symbol that it has not."""
    return tuple(ARPABET[symbol] for symbol in symbols)


def as_heard(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """The pronunciation `text` of hama's text-to-phoneme, as its acoustic model, which knows `names`, hears it.

    For some words the two have learnt the writing of another language, "one" as o-n-e: it is heard so as well. () where
    some of it is no phoneme.
    """
    return tuple(SAME.get(symbol, symbol) for symbol in _split(_SPACES.sub("", text), names))


def as_english(text: str) -> tuple[str, ...]:
    """The pronunciation `text` of hama's text-to-phoneme, as an English speaker says it; () where it is none."""
    return tuple(FOREIGN.get(symbol, symbol) for symbol in _split(_MARKS.sub("", text), (*ENGLISH, *FOREIGN)))


def _split(text: str, names: Iterable[str]) -> list[str]:
    """`text` as names of phonemes, the longest first; empty where a part has none."""
    known = frozenset(names)
    longest = max(map(len, known))
    found: list[str] = []
    while text:
        size = next((size for size in range(longest, 0, -1) if text[:size] in known), 0)
        if not size:
            return []
        found.append(text[:size])
        text = text[size:]
    return found
