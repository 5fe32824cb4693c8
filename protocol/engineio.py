"""Engine.IO v4 packets: a WebSocket frame or a polling payload to packets and back, strictly.

python-engineio's own packets serve polling and the handshake. What it lets pass is refused here: other types than 0 to
6, digits that are not ASCII, base64 that is none, and payloads parsed as JSON (`4true` is the text "true").
Source: https://github.com/socketio/engine.io-protocol (revision 4).
"""

import binascii
from typing import NamedTuple

import msgspec
from engineio import packet as _packet
from engineio import payload as _payload

from protocol.errors import LocalProtocolError, RemoteProtocolError

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = range(7)
SEPARATOR = "\x1e"

Frame = str | bytes
"""What one WebSocket message carries: text with a type digit first, or the bytes of a binary message."""


class Packet(NamedTuple):
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


def encode_frame(packet: Packet) -> Frame:
    """`packet` as one WebSocket frame."""
    if isinstance(packet.data, bytes):
        if packet.type != MESSAGE:
            raise LocalProtocolError("only a message can be binary")
        return packet.data
    return f"{packet.type}{packet.data}"


def decode_frame(frame: Frame) -> Packet:
    """One WebSocket frame as a packet; raises RemoteProtocolError."""
    if isinstance(frame, bytes):
        return Packet(MESSAGE, frame)
    if not frame or frame[0] not in "0123456":
        raise RemoteProtocolError("an Engine.IO packet begins with a type from 0 to 6")
    return Packet(ord(frame[0]) - 48, frame[1:])


def encode_payload(packets: list[Packet]) -> str:
    """`packets` as the body of one long-polling response; bytes become base64."""
    encoded = _payload.Payload([_packet.Packet(packet.type, packet.data) for packet in packets])
    return str(encoded.encode())


def decode_payload(body: bytes) -> list[Packet]:
    """The body of one long-polling POST as packets; raises RemoteProtocolError."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RemoteProtocolError("a polling payload is UTF-8 text") from None
    return [_decode_polled(encoded) for encoded in text.split(SEPARATOR)]


def _decode_polled(encoded: str) -> Packet:
    if not encoded.startswith("b"):
        return decode_frame(encoded)
    try:
        return Packet(MESSAGE, binascii.a2b_base64(encoded[1:].encode("ascii"), strict_mode=True))
    except ValueError:
        raise RemoteProtocolError("a binary packet in a polling payload is 'b' and base64") from None
