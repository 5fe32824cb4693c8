"""Languages as recognisers name them, from and to BCP 47; how codes are spelt and compared: `protocol.languages`."""

import langcodes
from langcodes.tag_parser import LanguageTagError

from protocol.languages import primary

_LONGEST_NAME = 40
_NO_LANGUAGE = ("mul", "mis", "zxx")
"""Codes of ISO 639 for several languages, one without a code, and what is no speech."""
_WHISPER = {"nb": "no", "fil": "tl", "cmn": "zh", "iw": "he"}
"""Languages that Whisper knows by another code than BCP 47 does."""


def bcp47(name: str) -> str:
    """A language that an engine detected as BCP 47: "english", "EN-us", "jw"; "" for what names no language."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():  # langcodes breaks over control characters
        return ""
    try:
        language = langcodes.get(name)
    except LanguageTagError:
        return _by_name(name)
    if language.language is None or language.language in _NO_LANGUAGE:
        return ""
    return language.to_tag() if language.is_valid() else _by_name(name)


def _by_name(name: str) -> str:
    try:
        return langcodes.find(name).to_tag()
    except LookupError:
        return ""


def whisper_code(tag: str) -> str:
    """The language of a tag without its region, as Whisper's models name it: `en` of en-US, `no` of nb-NO."""
    first = primary(tag)
    return _WHISPER.get(first, first)
