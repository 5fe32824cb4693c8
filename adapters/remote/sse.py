"""Server-sent events out of bytes that come in pieces: no I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import msgspec

LINE = 1_000_000
"""Bytes that a line, and the data of an event, may have."""
_BOM = b"\xef\xbb\xbf"


class TooLong(Exception):
    """A line or an event is longer than any that makes sense."""


class ServerSentEvent(msgspec.Struct, frozen=True):
    """One event: its type, "message" where none was said, and its data."""

    event: str
    data: str


class EventReader:
    """Reads a stream of events. A piece may end anywhere: inside a line, a CRLF, a character."""

    def __init__(self, most: int = LINE) -> None:
        self._most = most
        self._rest = bytearray()
        self._searched = 0
        self._after_cr = False
        self._is_first = True
        self._event = ""
        self._data: list[str] = []
        self._length = 0

    def feed(self, piece: bytes) -> list[ServerSentEvent]:
        """The events that are complete by now. Raises TooLong."""
        self._rest += piece
        events = [event for line in self._lines() if (event := self._read(line)) is not None]
        if len(self._rest) > self._most:
            raise TooLong
        return events

    def finish(self) -> list[ServerSentEvent]:
        """The stream is at its end: the event that lacks only its empty line. An incomplete line is no event."""
        event = self._dispatch()
        return [event] if event is not None else []

    def _lines(self) -> list[bytes]:
        """Take the complete lines out of what has come; LF, CR and CRLF end one."""
        lines: list[bytes] = []
        rest, start = self._rest, 0
        if self._after_cr and rest:
            start, self._after_cr = int(rest[0] == 0x0A), False
        search = max(start, self._searched)
        while (end := self._end_of_line(search)) >= 0:
            lines.append(bytes(rest[start:end]))
            start = end + 1
            if rest[end] == 0x0D:
                self._after_cr = start == len(rest)
                start += rest[start : start + 1] == b"\n"
            search = start
        del rest[:start]
        self._searched = len(rest)
        return lines

    def _end_of_line(self, start: int) -> int:
        """Where the first line end from `start` on is, -1 where there is none."""
        lf = self._rest.find(b"\n", start)
        cr = self._rest.find(b"\r", start, lf if lf >= 0 else len(self._rest))
        return lf if cr < 0 else cr

    def _read(self, line: bytes) -> ServerSentEvent | None:
        """Take in a line; the event that it completes, if it does."""
        if self._is_first:
            self._is_first = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._length += len(line)
            if self._length > self._most:
                raise TooLong
            self._data.append(value)
        elif name == "event":
            self._event = value
        return None

    def _dispatch(self) -> ServerSentEvent | None:
        """The event that has been read, unless it has no data."""
        event, data = self._event, self._data
        self._event, self._data, self._length = "", [], 0
        return ServerSentEvent(event or "message", "\n".join(data)) if data else None
