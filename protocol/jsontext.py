"""JSON texts as other languages write them: with halves of an emoji, and with numbers that are too large for ours.

msgspec reads what is in order. What it refuses is looked at a second time, at a cost that grows with the text alone.
JavaScript strings are UTF-16, so a text that is cut inside an emoji has half of it, which JSON.stringify writes as an
escape of one surrogate. That is valid JSON (RFC 8259, 8.2), but no character, and becomes U+FFFD here. Numbers have no
bound in JSON either; JavaScript reads one that is too large as Infinity, and so is it here.

msgspec takes some eight microseconds for a number near the ends of what a double holds (1e300), forty times as long as
for others: a megabyte of them is more than a second. Python's own reader knows no such number.
"""

import itertools
import json
import math
import re
from typing import Any, Final

import msgspec

REPLACEMENT: Final = "\ufffd"
_decode = msgspec.json.Decoder(Any).decode

_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE = re.compile(f"{_HIGH}(?!{_LOW})|(?<!{_HIGH}){_LOW}")
_LONE_CHARACTER = re.compile("[\ud800-\udfff]")
_MOST_DIGITS = 4_000
_MOST_EXPONENTS = 1_000
_EXPONENT = re.compile(r"[0-9][eE][-+]?[0-9]{2}", re.ASCII)


def has_many_exponents(text: str) -> bool:
    """Whether the JSON `text` may hold so many numbers with exponents that msgspec should not read them."""
    if text.count(",") < _MOST_EXPONENTS or text.count("e") + text.count("E") <= _MOST_EXPONENTS:
        return False
    return sum(1 for _ in itertools.islice(_EXPONENT.finditer(text), _MOST_EXPONENTS + 1)) > _MOST_EXPONENTS


def decode(text: str) -> Any:
    """The value of the JSON `text`. Raises ValueError, whose message holds nothing of the text."""
    if has_many_exponents(text):
        return _decode_large_numbers(_mended(text))
    try:
        return _decode(text)
    except msgspec.ValidationError:
        return _decode_large_numbers(_mended(text))
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        mended = _mended(text)
        if mended == text:
            raise ValueError(str(error)) from None
    try:
        return _decode(mended)
    except msgspec.ValidationError:
        return _decode_large_numbers(mended)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None


def _mended(text: str) -> str:
    """`text` with U+FFFD for each surrogate without its other half, whether it is escaped or, in a str, bare."""
    text = _LONE_CHARACTER.sub(REPLACEMENT, text)
    if "\\u" not in text or "\0" in text:  # NUL is no JSON, and stands for an escaped backslash below
        return text
    # An escape begins at a backslash that is not itself escaped; a run of backslashes begins with such a one.
    return _LONE.sub(r"\\ufffd", text.replace("\\\\", "\0\0")).replace("\0\0", "\\\\")


def _decode_large_numbers(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_integer, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    except ValueError:
        raise ValueError("JSON is malformed") from None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.copysign(math.inf, -1 if digits[0] == "-" else 1)


def _refuse(constant: str) -> float:
    raise ValueError(constant)
