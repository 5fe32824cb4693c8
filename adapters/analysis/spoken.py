"""The language in which a text is to be spoken: the one that is configured, unless the text is plainly in another.

A wrong switch is worse than none: an English sentence with a Spanish accent is not understood. So another language is
taken for another script, or for six words that the identifier is sure of.
"""

from collections.abc import Callable
from functools import lru_cache

import langcodes
import regex  # type: ignore[import-untyped]

from adapters.analysis.language import SURE
from protocol.languages import folded, primary

HEARD = 400
"""Characters that are looked at."""
WORDS, CERTAIN = 6, 0.99
"""Words that a text must have, and the probability, for another language in the same script."""

Guess = Callable[[str], tuple[str, float]]
"""The likeliest language of a text (BCP 47, "" for none), and its probability."""

_LETTERS = regex.compile(r"\p{L}")
_WORD = regex.compile(r"[\p{L}\p{M}'’-]+")
_SCRIPTS = (
    "Latn", "Cyrl", "Grek", "Hani", "Hira", "Kana", "Hang", "Arab", "Hebr", "Deva", "Beng", "Guru", "Gujr", "Orya",
    "Taml", "Telu", "Knda", "Mlym", "Sinh", "Thai", "Laoo", "Khmr", "Mymr", "Geor", "Armn", "Ethi", "Tibt",
)  # fmt: skip
_LETTERS_OF = {script: regex.compile(rf"\p{{Script={script}}}") for script in _SCRIPTS}
_WRITTEN_WITH = {"Hans": {"Hani"}, "Hant": {"Hani"}, "Jpan": {"Hani", "Hira", "Kana"}, "Kore": {"Hang", "Hani"}}
_BOTH = {"sr": {"Latn"}, "bs": {"Cyrl"}, "uz": {"Cyrl"}, "kk": {"Latn"}, "az": {"Cyrl"}}
"""Languages that are written with a second script too."""
_JAPANESE = ("Hira", "Kana")


def spoken_language(text: str, language: str, guess: Guess) -> str:
    """The language of `text`, BCP 47: `language` itself, or another one that the text is plainly in."""
    head = text[:HEARD]
    script = _script(head)
    if script and script not in scripts_of(language):
        found, probability = guess(head)
        fits = probability >= SURE and script in scripts_of(found)
        return found if fits else _usual(script)
    if len(_WORD.findall(head)) >= WORDS:
        found, probability = guess(head)
        if probability >= CERTAIN and primary(found) != primary(language):
            return found
    return language


@lru_cache(maxsize=256)
def scripts_of(language: str) -> frozenset[str]:
    """The scripts in which the language is written."""
    tag = folded(language)
    if not langcodes.tag_is_valid(tag):
        return frozenset({"Latn"})
    script = langcodes.get(tag).maximize().script or "Latn"
    return frozenset(_WRITTEN_WITH.get(script, {script}) | _BOTH.get(primary(language), set()))


@lru_cache(maxsize=len(_SCRIPTS))
def _usual(script: str) -> str:
    """The language that most texts in this script are in."""
    if script in _JAPANESE:
        return "ja"
    return langcodes.get(f"und-{script}").maximize().language or "en"


def _script(text: str) -> str:
    """The script of more than half of the letters; "" where there is none."""
    letters = len(_LETTERS.findall(text))
    if text.isascii():
        return "Latn" if letters else ""
    counts = {script: len(of.findall(text)) for script, of in _LETTERS_OF.items()}
    if any(counts[script] for script in _JAPANESE) and counts["Hani"]:
        counts["Hira"] += counts.pop("Hani") + counts.pop("Kana")
    most = max(counts, key=counts.__getitem__)
    return most if 2 * counts[most] > letters else ""
