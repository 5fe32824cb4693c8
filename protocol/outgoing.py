"""From a typed server message to the frames of its Socket.IO event."""

from protocol.engineio import Frame
from protocol.messages import Names, ServerMessage
from protocol.socketio import EVENT, Packet, encode


def encode_message(message: ServerMessage, names: Names) -> tuple[Frame, ...]:
    """The event of `message` under the name in force; bytes in it follow as attachments."""
    return encode(Packet(EVENT, data=[names.wire[type(message)], message]))
