"""Backchannels: what listeners say to show that they listen, and not to have the floor.

Speech under a second, of three words at most, each of which is such a sound or word, in any of the languages below.
Whoever says "yes, but" means it: one other word is enough. Sources: the bound, Full-Duplex-Bench 1.5; the words, each
language's own list of acknowledgements, without those that stop somebody ("no", "wait").

A recogniser has no word for a hum, and writes short ones that sound like it: the embedded one "I can", "I mean", "a
man" and "then" for what joe and espeak-ng make of "mhm" and "mm", others "thank you". So words that say nothing by
themselves are none here either. The sound of a hum does not tell it from "home" or "mum": how bright it is was
measured, and is the same. What is written as other words ("an answer", for "mm-hmm" by espeak-ng) still interrupts.

Terms: docs/glossary.md.
"""

import re
from typing import Final

MOST_SECONDS: Final = 1.0
MOST_WORDS: Final = 3
_WORD = re.compile(r"[^\W\d_]+")
_SOUNDS: Final = re.compile(r"(?:[uo]?h*m+h*m*|m+h+m*|[ue]h+|a+h+|o+h+|a+ha+|uhuh|hu+h|hä|hein|э+м*|а+г?а*|у+гу+)")
_LISTED: Final = """
yes yeah yep yup ya okay ok okey right sure really wow cool nice great good fine true exactly absolutely indeed alright
totally hm i see got it of course
ja jap jo genau gut klar stimmt richtig achso ach so aha echt verstehe alles toll schön doch eben ich
oui ouais d accord bien sûr bon voilà exact exactement vraiment je vois
sí si vale claro bueno ya de acuerdo entiendo exacto perfecto ajá eso verdad
sì certo va bene giusto esatto capito ho vero bello
sim pois é tá está bem entendi exato beleza legal
да ага угу ладно хорошо понятно ясно точно конечно правда так
thank thanks you danke merci gracias grazie obrigado obrigada спасибо
"""
"""English, German, French, Spanish, Italian, Portuguese, Russian: a line each; and thanks."""
_WORDS: Final = frozenset(_LISTED.split())
_EMPTY: Final = frozenset(
    (
        "i",
        "a",
        "an",
        "the",
        "am",
        "is",
        "in",
        "of",
        "and",
        "can",
        "mean",
        "then",
        "than",
        "them",
        "him",
        "that",
        "it",
        "yo",
        "we",
        "at",
        "all",
    )
)
"""Short English words that say nothing by themselves, and that hums are written as."""
_HUMMED: Final = re.compile(r"[hmy]?[aeiou]{1,2}[mn]{1,2}")
"""Words that sound like a hum: a vowel between nasals."""


def is_backchannel(text: str, seconds: float) -> bool:
    """Whether `text`, spoken within so many seconds, only shows that somebody listens."""
    words = _WORD.findall(text.casefold())
    if not words or seconds >= MOST_SECONDS or len(words) > MOST_WORDS:
        return False
    return all(word in _WORDS or word in _EMPTY or _SOUNDS.fullmatch(word) or _HUMMED.fullmatch(word) for word in words)
