"""The events of Wyoming as bytes: no I/O.

An event is a line of JSON (its type, and how long the rest is), then JSON data, then a payload of bytes. Older peers
put the data into the line.
"""

import msgspec

from adapters.reach.wyoming.messages import Incoming, Outgoing, WyomingError

MAX_JSON, MAX_PAYLOAD = 4 * 1024 * 1024, 16 * 1024 * 1024
"""Bytes that a line or the data of an event may have, and its payload; more is taken for something else than Wyoming.

A list of a thousand voices takes 300 KB, a minute of 48 kHz stereo sound 11 MB."""
_KNOWN = frozenset(
    {
        *("info", "audio-start", "audio-chunk", "audio-stop", "error"),
        *("transcript", "transcript-start", "transcript-chunk", "transcript-stop"),
    }
)


class _EventHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """The line before an event; nulls are not sent, because the protocol's own package cannot read them."""

    type: str
    data: dict[str, object] | None = None
    data_length: int | None = None
    payload_length: int | None = None


_header = msgspec.json.Decoder(_EventHeader)
_data = msgspec.json.Decoder(dict[str, object])


def pack(event: Outgoing) -> bytes:
    """`event` as its bytes."""
    fields = msgspec.to_builtins(event, builtin_types=(bytes,))
    kind, payload = fields.pop("type"), fields.pop("audio", b"")
    data = msgspec.json.encode(fields) if fields else b""
    line = msgspec.json.encode(_EventHeader(kind, None, len(data) or None, len(payload) or None))
    return b"".join((line, b"\n", data, payload))


class NotWyoming(Exception):
    """The bytes are no event of the protocol; the message says why."""


class WyomingReader:
    """Takes events out of the bytes that come; an event leaves the buffer only when all of it is there."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._looked = 0

    def feed(self, data: bytes) -> None:
        """The next bytes came."""
        self._buffer += data

    def take(self) -> Incoming | WyomingError | int | None:
        """The next event, None for an unknown type; or the number of bytes missing at least. Raises NotWyoming."""
        try:
            return self._event()
        except (msgspec.DecodeError, RecursionError) as error:
            raise NotWyoming(str(error)) from None

    def _event(self) -> Incoming | WyomingError | int | None:
        size = self._buffer.find(b"\n", self._looked)
        if size < 0:
            self._looked = _bounded(len(self._buffer), MAX_JSON)
            return 1
        header = _header.decode(memoryview(self._buffer)[:size])
        begin = size + 1
        middle = begin + _bounded(header.data_length, MAX_JSON)
        end = middle + _bounded(header.payload_length, MAX_PAYLOAD)
        if len(self._buffer) < end:
            return end - len(self._buffer)
        data, payload = bytes(self._buffer[begin:middle]), bytes(self._buffer[middle:end])
        del self._buffer[:end]
        self._looked = 0
        if header.type not in _KNOWN:
            return None
        fields = {**(header.data or {}), **(_data.decode(data) if data else {})}
        event: Incoming | WyomingError = msgspec.convert(
            {**fields, "type": header.type, "audio": payload}, type=Incoming | WyomingError
        )
        return event


def _bounded(length: int | None, most: int) -> int:
    if not 0 <= (length or 0) <= most:
        raise NotWyoming(f"a length of {length} bytes")
    return length or 0
