"""Events out of a body that comes in pieces, however the server divides them: no I/O.

Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), and what servers send in their
place: events with one line end between them, where the standard wants two; a JSON value in each line without a field's
name (NDJSON); one JSON value for the whole body. The bytes tell these apart, whatever the content type says.
"""

import re

import msgspec

from adapters.reach.jsontext import parsed

LINE = 1_000_000
"""Bytes that a line, and the data of an event, may have."""
DONE = "[DONE]"
"""By these data OpenAI and many others say that a stream is over."""
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n?|\n")
_CLOSED = {"{": "}", "[": "]"}


class TooLong(Exception):
    """A line or an event is longer than any that makes sense."""


class ServerSentEvent(msgspec.Struct, frozen=True):
    """One event: its type, "message" where none was said, and its data."""

    event: str
    data: str


class EventReader:
    """Reads a stream of events. A piece may end anywhere: inside a line, a CRLF, a character.

    Data that are a whole JSON object or array in one line are an event at once, without an empty line. A line that
    begins such a value without a field's name is data, too; a value that has several lines ends with the body.
    """

    def __init__(self, most: int = LINE) -> None:
        self._most = most
        self._rest = bytearray()
        self._searched = 0
        self._after_cr = False
        self._is_first = True
        self._event = ""
        self._data: list[str] = []
        self._length = 0
        self._is_blank = True
        self._is_bare = False
        self.is_torn = False
        """Whether the stream has ended inside a line that says something."""

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """The events that are complete by now. Raises TooLong."""
        self._rest += piece
        events = [event for line in self._lines() if (event := self._read(line)) is not None]
        if len(self._rest) > self._most and not self._is_bare and not _opens(self._rest[:64]):
            raise TooLong
        return events

    def finish(self) -> list[ServerSentEvent]:
        """The stream is at its end: the events that lack only their empty line, or the end of their last line."""
        last = bytes(self._rest)
        self._rest.clear()
        event = None
        if self._is_bare or _is_whole_line(last):
            event = self._read(last)
        else:
            self.is_torn = bool(last.strip()) and not last.startswith(b":")
        return [event for event in (event, self._dispatch()) if event is not None]

    def _lines(self) -> list[bytes]:
        """Take the complete lines out of what has come; LF, CR and CRLF end one."""
        lines: list[bytes] = []
        rest, start = self._rest, 0
        if self._after_cr and rest:
            start, self._after_cr = int(rest[0] == 0x0A), False
        for end in _LINE_END.finditer(rest, max(start, self._searched)):
            lines.append(bytes(rest[start : end.start()]))
            start = end.end()
        self._after_cr = bool(lines) and start == len(rest) and rest[-1] == 0x0D
        del rest[:start]
        self._searched = len(rest)
        return lines

    def _read(self, line: bytes) -> ServerSentEvent | None:
        """Take in a line; the event that it completes, if it does."""
        if self._is_first:
            self._is_first = False
            line = line.removeprefix(_BOM)
        if self._is_bare:
            self._data.append(line.decode("utf-8", "replace"))
            return None
        if not line:
            return self._dispatch()
        if self._is_blank and (_opens(line) or line.strip() == DONE.encode()):
            return self._read_bare(line.decode("utf-8", "replace"))
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            return self._take(value, len(line))
        if name == "error" and _is_whole(value):  # so llama.cpp's server tells that it failed
            self._event, self._data = "error", [value]
            return self._dispatch()
        if name == "event":
            self._event = value
        return None

    def _read_bare(self, line: str) -> ServerSentEvent | None:
        """Take in a line that is data without saying so."""
        self._data = [line]
        if _is_whole(line):
            return self._dispatch()
        self._is_bare = True
        return None

    def _take(self, value: str, length: int) -> ServerSentEvent | None:
        if self._is_blank and _is_whole(value):
            self._data = [value]
            return self._dispatch()
        self._is_blank = self._is_blank and not value.strip()
        self._length += length
        if self._length > self._most:
            raise TooLong
        self._data.append(value)
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        """The event that has been read, unless it has no data."""
        event, data = self._event, self._data
        self._event, self._data, self._length, self._is_blank = "", [], 0, True
        return ServerSentEvent(event or "message", "\n".join(data)) if data else None


def _opens(line: bytes | bytearray) -> bool:
    """Whether a line begins a JSON object or array of objects: no field's name does."""
    return line.lstrip().startswith((b"{", b"[{"))


def _is_whole(value: str) -> bool:
    """Whether data are complete in one line."""
    value = value.strip()
    if value == DONE:
        return True
    if value[-1:] != _CLOSED.get(value[:1], "-"):
        return False
    try:
        parsed(value)
    except ValueError:
        return False
    return True


def _is_whole_line(line: bytes) -> bool:
    """Whether a line without an end is complete all the same."""
    text = line.removeprefix(_BOM).decode("utf-8", "replace")
    return _is_whole(text.removeprefix("data:") if text.startswith("data:") else text)
