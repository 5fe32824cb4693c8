"""Backchannels: what listeners say to show that they listen, and not to have the floor.

Speech under a second, of three words at most, each of which is such a sound or word, in any of the languages below.
Whoever says "yes, but" means it: one other word is enough. Sources: the bound, Full-Duplex-Bench 1.5; the words, each
language's own list of acknowledgements, without those that stop somebody ("no", "wait").

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
"""
"""English, German, French, Spanish, Italian, Portuguese, Russian: a line each."""
_WORDS: Final = frozenset(_LISTED.split())
_NOT_ALONE: Final = frozenset({"i", "it", "of", "got", "see", "ich", "so", "de", "d", "je", "vois", "ho", "va", "eso"})
"""Words of a phrase that say nothing by themselves."""


def is_backchannel(text: str, seconds: float) -> bool:
    """Whether `text`, spoken within so many seconds, only shows that somebody listens."""
    words = _WORD.findall(text.casefold())
    if not words or seconds >= MOST_SECONDS or len(words) > MOST_WORDS:
        return False
    if all(word in _NOT_ALONE for word in words):
        return " ".join(words) in {"i see", "got it", "je vois"}
    return all(word in _WORDS or _SOUNDS.fullmatch(word) for word in words)
