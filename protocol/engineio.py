"""Engine.IO v4 packets: a WebSocket frame or a polling payload to packets and back, strictly.

python-engineio's own packets serve the text of polling and the handshake. What it lets pass is refused here: other
types than 0 to 6, digits that are not ASCII, base64 that is none, and payloads parsed as JSON (`4true` is the text
"true").
Source: https://github.com/socketio/engine.io-protocol (revision 4).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from engineio import packet as _packet

from protocol import base64text
from protocol.errors import CloseReason, LocalProtocolError, RemoteProtocolError

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = range(7)
SEPARATOR = "\x1e"
_MESSAGE = str(MESSAGE)

Frame = str | bytes
"""What one WebSocket message carries: text with a type digit first, or the bytes of a binary message."""


class EnginePacket(NamedTuple):
    """A packet; only MESSAGE may carry bytes."""

    type: int
    data: Frame = ""


class OpenPacket(msgspec.Struct, frozen=True, rename="camel"):
    """The handshake's answer; times in whole milliseconds, because Unreal's client reads integers."""

    sid: str
    upgrades: tuple[str, ...]
    ping_interval: int
    ping_timeout: int
    max_payload: int


def encode_frame(packet: EnginePacket) -> Frame:
    """`packet` as one WebSocket frame. Raises LocalProtocolError for bytes that are not a message."""
    if isinstance(packet.data, bytes):
        if packet.type != MESSAGE:
            raise LocalProtocolError("only a message can be binary")
        return packet.data
    return f"{packet.type}{packet.data}"


def decode_frame(frame: Frame) -> EnginePacket:
    """One WebSocket frame as a packet; raises RemoteProtocolError."""
    if isinstance(frame, bytes):
        return EnginePacket(MESSAGE, frame)
    if not frame or frame[0] not in "0123456":
        raise RemoteProtocolError("an Engine.IO packet begins with a type from 0 to 6; does the client speak EIO=4?")
    return EnginePacket(ord(frame[0]) - 48, frame[1:])


def message_in(frame: Frame) -> Frame | None:
    """The message in a WebSocket frame, None for a packet of another type or none at all."""
    if isinstance(frame, bytes):
        return frame
    return frame[1:] if frame[:1] == _MESSAGE else None


def encode_payload(packets: Iterable[EnginePacket]) -> Iterator[str]:
    """`packets` as the body of one long-polling response, piece by piece; bytes become base64."""
    separator = ""
    for packet in packets:
        if isinstance(packet.data, bytes):
            yield f"{separator}b{base64text.encode(packet.data)}"
        else:
            yield separator + str(_packet.Packet(packet.type, packet.data).encode())
        separator = SEPARATOR


def decode_payload(body: bytes) -> Iterator[EnginePacket]:
    """The body of one long-polling POST as packets, each when it is asked for: a body of 1 MB can hold half a million.

    Raises RemoteProtocolError, at once for a body that is no text and else where the packet's turn has come.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RemoteProtocolError("a polling payload is UTF-8 text", CloseReason.BAD_TEXT) from None
    return _decode_polled_text(text)


def _decode_polled_text(text: str) -> Iterator[EnginePacket]:
    start = 0
    while (end := text.find(SEPARATOR, start)) >= 0:
        yield _decode_polled(text[start:end])
        start = end + 1
    yield _decode_polled(text[start:])


def _decode_polled(encoded: str) -> EnginePacket:
    if not encoded.startswith("b"):
        return decode_frame(encoded)
    try:
        return EnginePacket(MESSAGE, base64text.decode(encoded[1:]))
    except ValueError:
        raise RemoteProtocolError("a binary packet in a polling payload is 'b' and base64") from None
