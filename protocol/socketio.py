"""Socket.IO v5 packets: the text and the attachments of a message to a packet and back, strictly.

A packet and its attachments are one value here. Source: https://github.com/socketio/socket.io-protocol (revision 5).
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from protocol import jsonbounds, jsontext
from protocol.engineio import MESSAGE, Frame
from protocol.errors import LocalProtocolError, RemoteProtocolError
from protocol.messages import RESERVED

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
MAX_ATTACHMENTS: Final = 64
MAX_NESTING: Final = 100
MAX_VALUES: Final = 10_000
"""Strings, arrays and objects that the JSON of a packet may hold; and numbers too, where its bytes are attachments.

Reading more would take the loop that serves everybody for longer than is right: 300,000 arrays in 1 MB cost 130 ms.
Numbers alone are cheap (5 ms), and a Buffer as JSON is one for each byte.
"""
ADVICE: Final = "; send sound as an attachment or as base64"
_MAX_NAMESPACE: Final = 256

_HEADER = re.compile(r"([0-6])(?:([0-9]{1,4})-)?(?:(/[^,]*)(?:,|\Z))?([0-9]{1,15})?", re.ASCII)
_NAME = re.compile(r'\s*\[\s*"([^"\\]{1,100})"')
_BYTES = (bytes, bytearray, memoryview)
_MAY_HOLD_BYTES = (*_BYTES, list, tuple, dict, msgspec.Struct)
_encode_json = msgspec.json.Encoder().encode


class Packet(NamedTuple):
    """A packet; `data` is what its JSON says, with bytes where the attachments belong, None where there is none."""

    type: int
    namespace: str = "/"
    ack: int | None = None
    data: Any = None


class Header(NamedTuple):
    """The text of a packet whose attachments are still to come."""

    packet: Packet
    attachments: int


class TooMuch(RemoteProtocolError):
    """A packet whose JSON holds more than is read; `packet` has the name alone of an event without attachments."""

    def __init__(self, message: str, packet: Packet) -> None:
        super().__init__(message)
        self.packet = packet


def decode_text(text: str) -> Packet | Header:
    """The text of a message; a Header where attachments belong to it. Raises RemoteProtocolError, TooMuch."""
    match = _HEADER.match(text)
    if match is None:
        raise RemoteProtocolError("a Socket.IO packet begins with a type from 0 to 6")
    kind, count, namespace, ack = int(match[1]), match[2], match[3] or "/", match[4]
    binary = kind in (BINARY_EVENT, BINARY_ACK)
    if binary != (count is not None):
        raise RemoteProtocolError("a number of attachments is given for binary packets and for no others")
    if len(namespace) > _MAX_NAMESPACE:
        raise RemoteProtocolError("the name of the namespace is too long")
    packet = Packet(kind, namespace, int(ack) if ack else None)
    data = text[match.end() :]
    if excess := jsonbounds.excess(data, MAX_VALUES, MAX_NESTING, numbers=not binary):
        name = _NAME.match(data)
        raise TooMuch(f"{excess}{ADVICE}", packet._replace(data=[name[1] if name else ""]))
    packet = packet._replace(data=_decode_data(data))
    _check(packet)
    if not binary:
        return packet
    if int(count) > MAX_ATTACHMENTS:
        raise RemoteProtocolError(f"an event has at most {MAX_ATTACHMENTS} attachments")
    return Header(packet, int(count)) if int(count) else join(Header(packet, 0), [])


def _decode_data(text: str) -> Any:
    if not text:
        return None
    try:
        return jsontext.decode(text)
    except ValueError as error:
        hint = "does the client use another parser, such as msgpack?"
        raise RemoteProtocolError(f"the payload of a Socket.IO packet is JSON ({error}); {hint}") from None


def _check(packet: Packet) -> None:
    """Refuse what the specification calls an invalid payload."""
    data = packet.data
    match packet.type:
        case 0:
            valid = packet.ack is None and (data is None or isinstance(data, dict))
        case 1:
            valid = packet.ack is None and data is None
        case 2 | 5:
            valid = isinstance(data, list) and bool(data) and _is_event_name(data[0])
        case 3 | 6:
            valid = isinstance(data, list) and packet.ack is not None
        case _:
            valid = isinstance(data, str | dict)
    if not valid:
        raise RemoteProtocolError("the payload does not fit the type of its Socket.IO packet")


def _is_event_name(name: object) -> bool:
    return (isinstance(name, str) and name not in RESERVED) or (isinstance(name, int) and not isinstance(name, bool))


def join(header: Header, attachments: Sequence[bytes]) -> Packet:
    """The whole packet, its placeholders replaced; raises RemoteProtocolError for a placeholder without attachment."""
    return header.packet._replace(data=_fill(header.packet.data, attachments))


def _fill(data: Any, attachments: Sequence[bytes]) -> Any:
    if isinstance(data, list):
        return [_fill(item, attachments) for item in data]
    if not isinstance(data, dict):
        return data
    if data.get("_placeholder") is not True:
        return {key: _fill(value, attachments) for key, value in data.items()}
    number = data.get("num")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(attachments):
        raise RemoteProtocolError("a placeholder names an attachment that is not there")
    return attachments[number]


def encode(packet: Packet, *, may_hold_bytes: bool = True) -> tuple[Frame, ...]:
    """The Engine.IO frames of `packet`: its text as a message, then its attachments.

    bytes anywhere in an event's or ack's data, which may hold structs, lists and dicts, become attachments; with
    `may_hold_bytes` false none are looked for, and there are to be none. Raises LocalProtocolError for data that is not
    JSON.
    """
    attachments: list[Frame] = []
    data = packet.data
    try:
        if may_hold_bytes and packet.type in (EVENT, ACK):
            data = _extract(data, attachments)
        text = "" if data is None else _encode_json(data).decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise LocalProtocolError(f"this cannot be sent as JSON: {error}") from error
    return (_head(packet, len(attachments)) + text, *attachments)


def _head(packet: Packet, attachments: int) -> str:
    kind = f"{packet.type + BINARY_EVENT - EVENT}{attachments}-" if attachments else str(packet.type)
    namespace = "" if packet.namespace == "/" else f"{packet.namespace},"
    return f"{MESSAGE}{kind}{namespace}{'' if packet.ack is None else packet.ack}"


def _extract(data: Any, attachments: list[Frame]) -> Any:
    """`data` with a placeholder for each bytes in it, which go to `attachments`; without bytes, `data` itself."""
    if isinstance(data, _BYTES):
        attachments.append(bytes(data))
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(data, msgspec.Struct):
        return _extract_fields(data, attachments)
    if isinstance(data, list | tuple):
        return [_extract(item, attachments) for item in data]
    if isinstance(data, dict):
        return {key: _extract(value, attachments) for key, value in data.items()}
    return data


def _extract_fields(data: msgspec.Struct, attachments: list[Frame]) -> msgspec.Struct:
    """The struct with placeholders in the fields that hold bytes; the others stay, so defaults are left out as ever."""
    held = {}
    for field in data.__struct_fields__:
        value = getattr(data, field)
        if isinstance(value, _MAY_HOLD_BYTES):
            count = len(attachments)
            extracted = _extract(value, attachments)
            if len(attachments) > count:
                held[field] = extracted
    return msgspec.structs.replace(data, **held) if held else data
