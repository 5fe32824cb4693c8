"""Words of Google's sound: a mark in the markup before each word, and the times at which the marks came.

https://docs.cloud.google.com/text-to-speech/docs/reference/rest/v1beta1/text/synthesize#TimepointType
"""

import math
import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

import msgspec

from actors.ports.mouth import Mark
from actors.ports.synthesis import Speech
from adapters.vendors.shared.sound import sayable
from adapters.vendors.shared.wordplaces import shown
from protocol.languages import writes_spaces

TOLD = 0.5
"""The share of words whose time has to be known; with less, the sound is better aligned with the text."""
MARK = len('<mark name="w0000"/>')
"""Bytes that a mark takes."""
_FAMILIES = re.compile(r"-(Standard|Wavenet|Neural2|News|Casual|Polyglot)-", re.IGNORECASE)
"""Families of voices that heed marks; Studio, Chirp and Gemini do not.
https://docs.cloud.google.com/text-to-speech/docs/list-voices-and-types"""
_TOKEN = re.compile(r"\S+")
_SLOW = 250.0, 100.0
"""Ms that a word takes at most, and for each of its letters; the rest is a pause, or words that were not told."""
_DIGIT = 4
"""Letters for which a digit counts."""


class Timepoint(msgspec.Struct, rename="camel"):
    """When a mark came, in seconds; a 0 may be left out."""

    mark_name: str = ""
    time_seconds: float = 0.0


def heeds_marks(speech: Speech) -> bool:
    """Whether the voice can tell words. The languages that have no spaces are left to others."""
    return writes_spaces(speech.language) and (not speech.voice or bool(_FAMILIES.search(speech.voice)))


def marked(text: str) -> str:
    """The SSML that speaks `text`, with a mark before each word."""
    parts, end = ["<speak>"], 0
    for number, (start, token) in enumerate(_words(text)):
        parts += [escape(sayable(text[end:start])), f'<mark name="w{number}"/>', escape(sayable(token))]
        end = start + len(token)
    return "".join((*parts, escape(sayable(text[end:])), "</speak>"))


def weight(text: str) -> int:
    """The bytes of the SSML for `text`, without what is around it."""
    return len(escape(text).encode("utf-8", "replace")) + MARK * sum(1 for _ in _words(text))


def words_of(speech: Speech, timepoints: Sequence[Timepoint], end: float) -> tuple[Mark, ...] | None:
    """The words of a sound that lasts `end` ms, inf where that is not known; None where too little was told."""
    times = {point.mark_name: 1e3 * point.time_seconds for point in timepoints}
    told: list[tuple[int, str, float]] = []
    total = 0
    for number, (start, token) in enumerate(_words(speech.text)):
        total += 1
        at = times.get(f"w{number}", math.nan)
        if (told[-1][2] if told else -1.0) < at < end and at >= 0:
            told.append((start, token, at))
    if not told or len(told) < TOLD * total:
        return None
    ends = [at for _, _, at in told[1:]] + [end]
    return tuple(
        Mark("word", shown(token), at, min(then - at, _longest(token) / speech.speed), start, "provider")
        for (start, token, at), then in zip(told, ends, strict=True)
    )


def _words(text: str) -> Iterator[tuple[int, str]]:
    return ((found.start(), found[0]) for found in _TOKEN.finditer(text) if shown(found[0]))


def _longest(token: str) -> float:
    base, letter = _SLOW
    return base + letter * sum(_DIGIT if each.isdigit() else each.isalpha() for each in token)
