"""From a typed server message to the frames of its Socket.IO event."""

from typing import get_args, get_type_hints

from protocol.engineio import Frame
from protocol.messages import Names, ServerMessage
from protocol.socketio import EVENT, Packet, encode


def _holds_bytes(kind: type) -> bool:
    """Whether a field of the struct may hold bytes, by its annotations."""
    return any(bytes in (hint, *get_args(hint)) for hint in get_type_hints(kind).values())


WITH_BYTES = frozenset(kind for kind in get_args(ServerMessage) if _holds_bytes(kind))
"""The messages that may hold bytes; the others are not searched for them, which took longer than writing their JSON."""


def encode_message(message: ServerMessage, names: Names) -> tuple[Frame, ...]:
    """The event of `message` under the name in force; bytes in it follow as attachments."""
    kind = type(message)
    return encode(Packet(EVENT, data=[names.wire[kind], message]), may_hold_bytes=kind in WITH_BYTES)
