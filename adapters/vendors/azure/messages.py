"""The messages of Azure's WebSocket for speech: headers like HTTP's, an empty line, and a body. No I/O.

A binary message has the length of its headers before them, in two bytes, big-endian. The protocol is documented by
Microsoft's own client: https://github.com/microsoft/cognitive-services-speech-sdk-js (src/common.speech).
"""

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.vendors.azure.visemes import phone_of
from adapters.vendors.shared.markqueue import MarkQueue

TICKS = 10_000
"""Of 100 ns, in a ms."""
_LINE = "\r\n"
_END = _LINE + _LINE


class _AzureWord(msgspec.Struct):
    text: str = msgspec.field(name="Text", default="")
    kind: str = msgspec.field(name="BoundaryType", default="WordBoundary")


class _AzureMoment(msgspec.Struct):
    offset: float = msgspec.field(name="Offset")
    duration: float = msgspec.field(name="Duration", default=0.0)
    viseme: int = msgspec.field(name="VisemeId", default=-1)
    word: _AzureWord = msgspec.field(name="text", default_factory=_AzureWord)


class _AzureEntry(msgspec.Struct):
    type: str = msgspec.field(name="Type", default="")
    data: msgspec.Raw = msgspec.field(name="Data", default_factory=msgspec.Raw)


class _AzureMetadata(msgspec.Struct):
    entries: list[_AzureEntry] = msgspec.field(name="Metadata", default_factory=list)


class AzureMessage(msgspec.Struct, frozen=True):
    """A message of the service: what it is about (`path`, in small letters), and its body."""

    path: str
    body: bytes


def written(path: str, request: str, body: str | bytes, content_type: str = "application/json") -> str:
    """A message to the service; `request` is the number of the request, 32 hex digits."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    head = {"Path": path, "X-RequestId": request, "X-Timestamp": now, "Content-Type": content_type}
    text = body if isinstance(body, str) else body.decode()
    return _LINE.join(f"{name}:{value}" for name, value in head.items()) + _END + text


def read(message: str | bytes) -> AzureMessage:
    """A message of the service. What cannot be read has no path."""
    if isinstance(message, str):
        head, _, body = message.partition(_END)
        return AzureMessage(_path_in(head), body.encode())
    start = 2 + int.from_bytes(message[:2])
    return AzureMessage(_path_in(message[2:start].decode("utf-8", "replace")), message[start:])


def _path_in(head: str) -> str:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "path":
            return value.strip().lower()
    return ""


def configuration() -> bytes:
    """The body of `speech.config`, which has to come first."""
    return msgspec.json.encode({"context": {"system": {"name": "vivavoce", "version": "1", "build": "Python"}}})


def context(output_format: str) -> bytes:
    """The body of `synthesis.context`: the format of the sound, and that visemes and words are wanted."""
    wanted: dict[str, Any] = {
        "bookmarkEnabled": False,
        "punctuationBoundaryEnabled": False,
        "sentenceBoundaryEnabled": False,
        "sessionEndEnabled": True,
        "visemeEnabled": True,
        "wordBoundaryEnabled": True,
    }
    audio = {"metadataOptions": wanted, "outputFormat": output_format}
    return msgspec.json.encode({"synthesis": {"audio": audio, "language": {"autoDetection": False}}})


def mark(body: bytes, marks: MarkQueue) -> None:
    """Add what an `audio.metadata` tells to `marks`; what cannot be read of it is left out."""
    for kind, moment in sorted(_moments(body), key=lambda each: each[1].offset):
        at = moment.offset / TICKS
        if kind == "Viseme" and (phone := phone_of(moment.viseme)) is not None:
            marks.add_phone(phone, at)
        # Voices of pt-PT tell words, all of them at 0: github.com/Azure-Samples/cognitive-services-speech-sdk #2930
        elif kind == "WordBoundary" and moment.word.kind == "WordBoundary" and (at > 0 or not marks.has_come):
            marks.add_word(html.unescape(moment.word.text), at, moment.duration / TICKS)


def _moments(body: bytes) -> Iterator[tuple[str, _AzureMoment]]:
    try:
        entries = msgspec.json.decode(body, type=_AzureMetadata).entries
    except (msgspec.DecodeError, RecursionError):
        return
    for entry in entries:
        if entry.type in ("Viseme", "WordBoundary"):
            try:
                yield entry.type, msgspec.json.decode(entry.data, type=_AzureMoment)
            except (msgspec.DecodeError, RecursionError):
                continue
