"""The outlets of one session, by their members: what leaves the session passes here, and is taken down on its tape."""

from actors.deciding.events import MemberId
from actors.ports.taping import Tape
from actors.running.outlet import NewMember, Outlet
from protocol.messages import CustomError, Names, ServerMessage
from protocol.outgoing import encode_message


class Outlets:
    """The outlets of the members that there are; `tape`: None in a session that is not recorded. Nothing here waits."""

    def __init__(self, names: Names, tape: Tape | None) -> None:
        self._names = names
        self._tape = tape
        self._outlets: dict[MemberId, Outlet] = {}

    def add(self, arrival: NewMember) -> None:
        """A member came."""
        self._outlets[arrival.joined.member] = arrival.outlet

    def remove(self, member: MemberId) -> None:
        """A member went, if it was there."""
        if self._outlets.pop(member, None) is not None and self._tape is not None:
            self._tape.left(member)

    def send(self, to: tuple[MemberId, ...], message: ServerMessage, turn: int | None, seconds: float) -> None:
        """Send a message, written once for all; its sound plays for so many seconds."""
        frames = encode_message(message, self._names)
        if self._tape is not None:
            self._tape.sent(to, message, turn, seconds)
        for member in to:
            self._outlets[member].deliver(frames, turn)

    def acknowledge(self, member: MemberId, ack: int, error: CustomError | None) -> None:
        """Answer an event that asked for it."""
        self._outlets[member].acknowledge(ack, error)

    def drop(self, turn: int) -> set[MemberId]:
        """Take the turn's messages out of all queues; the members in whose queue there were some."""
        return {member for member, outlet in self._outlets.items() if outlet.drop(turn)}

    def dismiss(self, fault: CustomError | None) -> None:
        """Let go of the members that are left, telling them of the fault that ended the session."""
        members = tuple(self._outlets)
        if fault is not None:
            self.send(members, fault, None, 0.0)
        if self._tape is not None:
            self._tape.dismissed(members)
        for outlet in self._outlets.values():
            outlet.disconnect()
