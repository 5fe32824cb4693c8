"""Who is in a session of the reference model, and what each was told: clients come, go, are lost, and come back."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET

from actors.deciding.limits import Limits
from adapters.client.voiceclient import Received
from protocol.connecting import Role
from protocol.messages import SessionJoined
from protocol.resuming import ResumePoint
from tests.modelanswer import ExpectedAnswer
from tests.story import Slot, line

MARKS = ("response.started ", "response.audio.delta ")
"""How the lines begin behind which a client can resume."""


class ModelMember(NamedTuple):
    """A client, as the session knows it. `until`: where its connection is lost, when its place is given up."""

    role: Role
    format: str
    until: float = 0.0


class OfTurn(str):
    """A line that is not told where its turn is cut before it has left."""

    turn = 0


def behind(lines: list[str]) -> list[str]:
    """The lines behind the last mark, all where there is none."""
    marks = [number for number, one in enumerate(lines, 1) if one.startswith(MARKS)]
    return lines[marks[-1] :] if marks else lines


class ModelMembers:
    """The members by their slots; `told` is what was said to each since it was last asked.

    One that is absent has a slot below 0, and `told` is what it lacks; `absent` says which one the last client of a
    slot has. `recent`: what a client was told behind the last mark.
    """

    def __init__(self, limits: Limits, session_id: str) -> None:
        self.limits = limits
        self.id = session_id
        self.now = 0.0
        self.turn = 0
        self.state = "idle"
        self.touched = 0.0
        self.ends_at = -float("inf")
        self.answer: ExpectedAnswer
        self.members: dict[Slot, ModelMember] = {}
        self.told: dict[Slot, list[str]] = {}
        self.recent: dict[Slot, list[str]] = {}
        self.absent: dict[Slot, Slot] = {}
        self._losses = 0

    # ---- who is told

    @property
    def sender(self) -> tuple[Slot, ...]:
        """The Sender, where there is one."""
        return tuple(slot for slot, member in self.members.items() if member.role != "receiver")

    @property
    def receivers(self) -> tuple[Slot, ...]:
        """The Receivers."""
        return tuple(slot for slot, member in self.members.items() if member.role != "sender")

    @property
    def there(self) -> list[Slot]:
        """Those who are not absent."""
        return [slot for slot in self.members if slot >= 0]

    @property
    def has_sender(self) -> bool:
        """Whether the Sender is there."""
        return any(slot >= 0 for slot in self.sender)

    def tell(self, to: Iterable[Slot], message: Received | str, *, of_turn: bool = False) -> None:
        """Each of them is told; `of_turn`: it is not, where the turn is cut before it has left."""
        text = message if isinstance(message, str) else line(message)
        if of_turn:
            text = OfTurn(text)
            text.turn = self.turn
        for slot in to:
            self.told[slot].append(text)
            if slot >= 0 and not text.startswith("ack "):
                self.recent[slot] = behind([*self.recent[slot], text])

    def take_back(self) -> set[Slot]:
        """The turn is cut: what could not be sent of it is not; those of whom anything was taken back."""
        taken = set()
        for slot in self.members:
            if slot < 0:
                kept = [one for one in self.told[slot] if not (isinstance(one, OfTurn) and one.turn == self.turn)]
                taken |= {slot} if len(kept) < len(self.told[slot]) else set()
                self.told[slot] = kept
        return taken

    # ---- who comes

    def join(self, slot: Slot, role: Role, format_: str) -> int:
        """A new client comes; 0, or the status by which it is refused."""
        return self._join(slot, role, format_, None)

    def back(self, slot: Slot, role: Role, format_: str, point: ResumePoint) -> int:
        """The client comes back that this slot had last, and says what it has; likewise."""
        absent = self.absent.get(slot, 0)
        if absent not in self.members or self.members[absent].until <= self.now:
            return self._join(slot, role, format_, point)
        if role != "receiver" and self.has_sender:
            return 409
        del self.absent[slot]
        lacking = [*self.recent.pop(absent), *self.told.pop(absent)]
        self.members[slot] = self.members.pop(absent)._replace(until=0.0)
        self.answer.rename(absent, slot)
        self._enter(slot, role, absent, SessionJoined(self.id, role, self.state, resumed=point))
        self.told[slot] += lacking
        self.recent[slot] = behind([*lacking])
        return 0

    def _join(self, slot: Slot, role: Role, format_: str, point: ResumePoint | None) -> int:
        if role != "receiver" and self.has_sender:
            return 409
        self.begin()
        self.members[slot] = ModelMember(role, format_)
        was, resumed = self.absent.pop(slot, 0), UNSET if point is None else False
        joined = SessionJoined(self.id, role, self.state, resumed=resumed)
        self._enter(slot, role, 0 if point is None else was, joined)
        return 0

    def begin(self) -> None:
        """There is such a session from now on."""
        raise NotImplementedError

    def _enter(self, slot: Slot, role: Role, was: Slot, joined: SessionJoined) -> None:
        absent = [one for one in self.members if one < 0]
        gone = [one for one in absent if one == was or "receiver" not in (role, self.members[one].role)]
        kept = [one for one in absent if one not in gone]
        there = [one for one in self.receivers if one >= 0 and one != slot]
        excess = len(kept) + len(there) + (role != "sender") - self.limits.receivers
        for one in [*gone, *kept[: max(0, excess)]]:
            self.give_up(one)
        self.told[slot], self.recent[slot] = [], []
        if role != "receiver" and self.state == "receiving":
            self.touched = self.now
        self.tell([slot], joined)
        self.recent[slot] = []

    # ---- who goes

    def lose(self, slot: Slot) -> None:
        """The connection of a client is lost."""
        member = self.members[slot]
        if member.role == "sender" or self.state == "idle":
            return self.leave(slot)
        self._losses -= 1
        absent = self._losses
        self.members[absent] = self.members.pop(slot)._replace(until=self.now + self.limits.grace)
        self.answer.rename(slot, absent)
        self.absent[slot], self.told[absent], self.recent[absent] = absent, [], self.recent.pop(slot)
        return self._note_loss(member)

    def _note_loss(self, member: ModelMember) -> None:
        if member.role != "receiver" and self.state == "receiving":
            self.touched = self.now
        if not self.there:
            self.ends_at = self.now + self.limits.grace

    def leave(self, slot: Slot) -> None:
        """A client is gone."""
        member = self.members.pop(slot)
        self.answer.leave(slot)
        self._note_loss(member)
        if not self.members:
            self.abandon()

    def abandon(self) -> None:
        """The last member has left."""
        raise NotImplementedError

    def give_up(self, absent: Slot) -> None:
        """Nobody takes the place of an absent member any more."""
        del self.members[absent]
        self.answer.leave(absent)

    def give_up_late(self) -> None:
        """The time of those that are absent is over."""
        for slot, member in list(self.members.items()):
            if slot < 0 and member.until <= self.now:
                self.give_up(slot)
