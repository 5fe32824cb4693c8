"""What is taken down of one member of a session that is recorded: its events as they come, and what is for it alone."""

from msgspec import UNSET

from actors.deciding.events import MemberId
from actors.ports.taping import Tape
from protocol.connecting import Acknowledgement, Auth
from protocol.messages import BufferAppend, ClientMessage, ServerMessage
from protocol.multiplex import EventCame


class MemberTape:
    """The tape of the session, for one of its members. `size`: bytes of messages that came since the last event."""

    def __init__(self, tape: Tape, member: MemberId) -> None:
        self.size = 0
        self._tape = tape
        self._member = member

    def joined(self, subject: str, auth: Auth) -> None:
        """The member came, with these keys of its handshake."""
        self._tape.joined(self._member, subject, auth)

    def came(self, came: EventCame, message: ClientMessage | None, named: str) -> None:
        """An event came; `message`: what was read of it, None where it is refused. `named`: what its sound is said to
        be.
        """
        size, self.size = self.size, 0
        if isinstance(message, BufferAppend):
            self._tape.heard(self._member, message.audio, named, came.ack)
        else:
            payload = came.arguments[0] if came.arguments else UNSET
            self._tape.came(self._member, came.name, payload, came.ack, size)

    def sent(self, message: ServerMessage) -> None:
        """The member alone was sent a message."""
        self._tape.sent((self._member,), message)

    def acknowledged(self, ack: int, answer: Acknowledgement) -> None:
        """The member was sent an ack."""
        self._tape.acknowledged(self._member, ack, answer)

    def dropped(self, turn: int, messages: int) -> None:
        """Messages of a turn that was cut do not leave."""
        if messages:
            self._tape.dropped(self._member, turn, messages)
