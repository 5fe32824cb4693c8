"""From a Socket.IO event to a typed client message, as tolerantly as docs/protocol.md says."""

import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_type_hints

from protocol import base64text
from protocol.configuration import SessionUpdate, read_update
from protocol.errors import BadMessage, ErrorId
from protocol.handsfree import PlaybackPosition, ResponseCreate
from protocol.messages import (
    CLIENT_EVENTS,
    BufferAppend,
    BufferClear,
    BufferCommit,
    CaptureError,
    ClientMessage,
    InputText,
    Names,
    ResponseCancel,
)
from protocol.tolerant import Unreadable, convert, fold, kind, nearest, show, unset

_DATA_URL = re.compile(r"data:.{0,200}?;base64,", re.ASCII | re.IGNORECASE)
"""FileReader writes it so for what MediaRecorder made: a list of codecs has commas, quoted or not."""
_POSITION_HINTS: Final = get_type_hints(PlaybackPosition, include_extras=True)
_POSITION: Final = "{turn, id, ms, playing}: three whole numbers, and true or false"
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def read_event(name: str, arguments: list[Any], names: Names) -> ClientMessage:
    """The event `name` with its arguments, of which the first counts, as a message. Raises BadMessage."""
    documented = names.documented.get(name)
    payload = arguments[0] if arguments else None
    if documented is None:
        raise BadMessage(ErrorId.UNKNOWN_EVENT, f"unknown event {show(name)}: {nearest(name, names.documented)}")
    return _READERS[documented](payload, name)


def read_audio(payload: object, name: str = "input.buffer.append") -> bytes:
    """The bytes of a chunk: bytes; base64 in either alphabet, padded or not, or a data URL; `{"type": "Buffer", "data":
    [...]}`.

    Raises BadMessage.
    """
    if isinstance(payload, bytes):
        return payload
    if isinstance(payload, str):
        return _read_base64(payload, name)
    if isinstance(payload, Mapping):
        buffer = _folded(payload)
        if buffer.get("type") == "Buffer" and isinstance(buffer.get("data"), list):
            return _read_numbers(buffer["data"], name)
    raise BadMessage(
        ErrorId.UNREADABLE, f"{name}: came {kind(payload)}, allowed: a binary attachment, a base64 string, or a Buffer"
    )


def _folded(payload: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in payload.items()}


def _whole(number: object) -> object:
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _read_numbers(numbers: list[Any], name: str) -> bytes:
    """The bytes; there may be hundreds of thousands, so nothing is done with each of them by itself."""
    try:
        return bytes(numbers)
    except (ValueError, TypeError):
        pass
    try:
        whole = list(map(int, numbers))
        if whole != numbers:
            raise ValueError
        return bytes(whole)
    except (ValueError, TypeError, OverflowError):
        raise BadMessage(ErrorId.UNREADABLE, f"{name}: a Buffer's data is a list of numbers 0 to 255") from None


def _read_base64(text: str, name: str) -> bytes:
    try:
        prefix = _DATA_URL.match(text)
        return base64text.decode(_unquoted(text[prefix.end() :]) if prefix else text)
    except UnicodeEncodeError:
        reason = "letters that are not ASCII"
    except ValueError as error:
        reason = str(error) or "not base64"
    raise BadMessage(ErrorId.UNREADABLE, f"{name}: the string is not base64 ({reason}); send base64 or bytes")


def _unquoted(text: str) -> str:
    """`text` without the escapes of a URL, which may be all of it; urllib's way takes 0.4 s for a megabyte of them."""
    if "%" not in text:
        return text
    if _NO_ESCAPE.search(text):
        raise ValueError("a % that is no escape")
    return binascii.a2b_qp(text.replace("=", "%3D").replace("%", "=")).decode("latin-1")


def _read_append(payload: object, name: str) -> BufferAppend:
    return BufferAppend(b"" if payload is None else read_audio(payload, name))


def _read_commit(payload: object, name: str) -> BufferCommit:
    if unset(payload):
        return BufferCommit()
    if isinstance(payload, Mapping):
        given = _folded(payload)
        if isinstance(given.get("data"), Mapping):
            given.update((key, value) for key, value in _folded(given["data"]).items() if value)
        message = given.get("message") or ""
        code = _whole(given.get("errorid") or given.get("statuscode") or 0)
        if isinstance(message, str) and type(code) is int:
            return BufferCommit(CaptureError(message, code) if message or code or given.get("name") else None)
    raise BadMessage(
        ErrorId.UNREADABLE,
        f"{name}: came {kind(payload)}, allowed: nothing, or an error as {{message, errorId}} "
        "or {name, message, data: {message, statusCode}}",
    )


def _read_text(payload: object, name: str) -> InputText:
    if isinstance(payload, Mapping):
        payload = _folded(payload).get("text")
    if payload is None or isinstance(payload, str):
        return InputText(payload or "")
    raise BadMessage(ErrorId.UNREADABLE, f'{name}: came {kind(payload)}, allowed: a string, or {{"text": a string}}')


def _read_position(payload: object, name: str) -> PlaybackPosition:
    """All four are needed: a position of no turn, or of no part, says nothing."""
    if not isinstance(payload, Mapping):
        came = "nothing" if unset(payload) else kind(payload)
        raise BadMessage(ErrorId.UNREADABLE, f"{name}: came {came}, allowed: {_POSITION}")
    given, _ = fold(payload, {field: field for field in _POSITION_HINTS}, "", 0)
    missing = [field for field in _POSITION_HINTS if unset(given.get(field))]
    if missing:
        raise BadMessage(ErrorId.UNREADABLE, f"{name}: without {', '.join(missing)}, allowed: {_POSITION}")
    try:
        read: dict[str, Any] = {
            field: convert(given[field], hint, f"{name}: {field}") for field, hint in _POSITION_HINTS.items()
        }
    except Unreadable as error:
        raise BadMessage(ErrorId.UNREADABLE, str(error)) from None
    return PlaybackPosition(**read)


_READERS: dict[str, Callable[[object, str], ClientMessage]] = {
    "session.update": lambda payload, name: read_update(payload),
    "input.buffer.append": _read_append,
    "input.buffer.commit": _read_commit,
    "input.buffer.clear": lambda payload, name: BufferClear(),
    "input.text": _read_text,
    "response.create": lambda payload, name: ResponseCreate(),
    "response.cancel": lambda payload, name: ResponseCancel(),
    "playback.position": _read_position,
}
assert tuple(_READERS) == CLIENT_EVENTS
__all__ = ["SessionUpdate", "read_audio", "read_event"]
