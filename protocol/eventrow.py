"""The kinds of the registry: what is known of one event beside its struct."""

from typing import Any, Final, Literal, get_args

import msgspec

from protocol.connecting import Acknowledgement, Auth, ErrorObject
from protocol.errors import ErrorId
from protocol.messages import EVENTS, ClientMessage, ServerMessage

Origin = Literal["reference", "addition"]
SESSION: Final = "32a5e96a-c35d-4e97-8ee0-a2166057feac"
"""The session of all examples."""
CONNECTING: Final[dict[str, type[msgspec.Struct]]] = {
    "connect": Auth,
    "connect_error": ErrorObject,
    "ack": Acknowledgement,
}
"""What is no event of Socket.IO and is documented like one: its packets CONNECT, CONNECT_ERROR and ACK."""


class Example(msgspec.Struct, frozen=True):
    """One payload to copy: a message of the server, or JSON text; "" is an event without a payload."""

    title: str
    message: ServerMessage | str


class EventRow(msgspec.Struct, frozen=True):
    """The facts about one event that its struct does not hold.

    `who` sends it, or for an event of the server is told it. `payloads` are the types that it may have on the wire,
    where that is not the struct itself; None is an event without a payload. `answers` are the messages that it leads
    to. `text` is what it means where the docstring of the struct does not say it.
    """

    message: type[msgspec.Struct]
    title: str
    who: str
    origin: Origin
    examples: tuple[Example, ...]
    payloads: tuple[Any, ...] = ()
    errors: tuple[ErrorId, ...] = ()
    answers: tuple[type[msgspec.Struct], ...] = ()
    text: str = ""

    @property
    def name(self) -> str:
        """Its documented name."""
        return NAMES[self.message]

    @property
    def is_from_client(self) -> bool:
        """Whether a client sends it."""
        return self.message is Auth or self.message in get_args(ClientMessage)

    @property
    def meaning(self) -> str:
        """What it means, on one line."""
        return " ".join((self.text or self.message.__doc__ or "").split())

    @property
    def answer_names(self) -> tuple[str, ...]:
        """The documented names of the messages that it leads to."""
        return tuple(NAMES[answer] for answer in self.answers)

    @property
    def forms(self) -> tuple[Any, ...]:
        """The types that its payload may have on the wire; None: it may have none."""
        return self.payloads or (self.message,)


NAMES: Final[dict[type, str]] = {kind: name for name, kind in (*CONNECTING.items(), *EVENTS.items())}
