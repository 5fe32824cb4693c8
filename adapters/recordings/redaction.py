"""Redaction: what people say and are answered is made unreadable, and what may be a credential is taken out.

Texts are told from names by the key that they stand under, and what is under no known key is a text. So a key that is
forgotten here costs a replay, and no secret.
"""

import re
import unicodedata
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from actors.ports.mouth import Mark
from protocol.configuration import Configuration
from protocol.connecting import Acknowledgement, Auth
from protocol.handsfree import PlaybackPosition
from protocol.messages import EVENTS

HIDDEN: Final = "***"
_SECRETS: Final = frozenset(
    {"token", "authorization", "password", "secret", "apikey", "accesstoken", "bearer", "credential", "credentials"}
)
_PLAIN: Final = re.compile(r"[\w.:/+@*-]{0,64}", re.ASCII)
"""What a name is made of; a text that stands under a name's key has spaces, or other letters."""
_NAMES: Final = frozenset(
    {
        "state", "sessionid", "role", "reason", "how", "language", "languagecode", "sentiment", "provider", "model",
        "mediaformat", "audioformat", "responsetype", "ssmlgender", "gender", "voice", "type", "echo", "eagerness",
        "cues", "set", "source", "kind", "format", "accepts", "wants", "error", "pieces", "client", "mouth",
    }
)  # fmt: skip
"""Keys of values that are names of this protocol or of a provider, in small letters."""
_NAMED: Final = frozenset({"provider", "responsetype", "ssmlgender"})
"""Keys whose objects have a `name` that is such a name too; a `name` elsewhere is somebody's."""
_SHAPES: Final = frozenset({"shapes", "weights", "values", "names", "times"})
"""What a mouth does: whoever reads lips could read it."""


class _Mask(dict[int, str]):
    """What each character becomes: a letter x or X, a digit 0; signs of vowels are letters too."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] in "LM":
            masked = "X" if category in ("Lu", "Lt") else "x"
        else:
            masked = "0" if category[0] == "N" else character
        self[code] = masked
        return masked


_MASK: Final = _Mask()


def mask(text: str) -> str:
    """`text` with each letter as x or X and each digit as 0; all else stays, so it is cut at the same places."""
    return text.translate(_MASK)


def _fold(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _keys_of(*structs: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for struct in structs for field in msgspec.structs.fields(struct)}


def _known_keys() -> frozenset[str]:
    """The keys that the protocol has, folded; another one may be a word."""
    sections = [field.type for field in msgspec.structs.fields(Configuration)]
    structs = (*EVENTS.values(), Configuration, Auth, Acknowledgement, PlaybackPosition, *sections)
    return frozenset(map(_fold, _keys_of(*structs) | {"name", "title", "data", "statusCode"}))


_KNOWN: Final = _known_keys()


def without_secrets(payload: Any) -> Any:
    """The payload of a client's event without what stands under the key of a credential; bytes are their length."""
    match payload:
        case dict():
            return {key: _hidden(key, value) for key, value in payload.items()}
        case list() | tuple():
            return [without_secrets(item) for item in payload]
        case bytes():
            return {"bytes": len(payload)}
        case _:
            return payload


def _hidden(key: str, value: Any) -> Any:
    return HIDDEN if _fold(key) in _SECRETS and value else without_secrets(value)


def redact_payload(payload: Any, *, of_client: bool) -> Any:
    """A payload, as JSON has it, with every text masked that is not the name of something.

    `of_client`: it came from a client, which may have written anything into it, keys too.
    """
    return _redacted(payload, "", "", of_client=of_client)


def _redacted(value: Any, key: str, above: str, *, of_client: bool) -> Any:
    match value:
        case str():
            is_name = key in _NAMES or (key == "name" and above in _NAMED)
            return value if is_name and _PLAIN.fullmatch(value) else mask(value)
        case dict():
            return {
                _key(name, of_client=of_client): _redacted(inner, _fold(name), key, of_client=of_client)
                for name, inner in value.items()
            }
        case list() | tuple():
            return [_redacted(item, key, above, of_client=of_client) for item in value]
        case int() | float() if of_client and not isinstance(value, bool) and (key == "text" or key not in _KNOWN):
            return 0  # somebody's telephone number, in the place of a text
        case _:
            return value


def _key(name: str, *, of_client: bool) -> str:
    return mask(name) if of_client and _fold(name) not in _KNOWN else name


def without_shapes(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of `response.mouth` without what the mouth does."""
    return {key: value for key, value in payload.items() if key not in _SHAPES}


def redact_marks(marks: tuple[Mark, ...] | None) -> tuple[Mark, ...] | None:
    """The times of the words, masked; phonemes are left out."""
    if marks is None:
        return None
    return tuple(replace(mark, text=mask(mark.text)) for mark in marks if mark.kind == "word")
