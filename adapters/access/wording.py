"""What is wrong with claims or with a wish for a token, in words that say what would be right."""

import re
from typing import get_args

import msgspec

from actors.ports.access import SubjectLimits
from protocol.connecting import Role

_AT = re.compile(r"(?P<what>.*) - at `\$\.?(?P<field>[^`]*)`\Z", re.DOTALL)


def explain(error: msgspec.ValidationError, read: type[msgspec.Struct]) -> str:
    """The field of `read`, what is wrong with it, and what it may be where msgspec does not say so."""
    found = _AT.match(str(error))
    what, field = (found["what"], found["field"]) if found else (str(error), "")
    told = f"{field}: {what}" if field else what
    if "enum value" in what:
        return f"{told}; it may be {_either(get_args(Role))}"
    if "unknown field" in what:
        of = SubjectLimits if field == "limits" else read
        return f"{told}; there are {', '.join(one.encode_name for one in msgspec.structs.fields(of))}"
    return told


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
