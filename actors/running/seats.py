"""The seats that the turns of one session have in the pools: all that a turn needs, or none.

Terms: docs/glossary.md.
"""

from actors.ports.calls import Kind
from actors.running.pool import Pool


class Seats:
    """Which seats each turn has; a turn gives all of them back at once. Only the session's task uses it."""

    def __init__(self, pools: dict[Kind, Pool]) -> None:
        self._pools = pools
        self._taken: dict[int, tuple[Kind, ...]] = {}

    @property
    def turns(self) -> tuple[int, ...]:
        """The turns that have seats."""
        return tuple(self._taken)

    def take(self, turn: int, kinds: tuple[Kind, ...]) -> bool:
        """Take a seat in each of these pools where the turn has none; False, and none taken, where one is full."""
        has = self._taken.get(turn, ())
        taken: list[Kind] = []
        for kind in (kind for kind in kinds if kind not in has):
            if not self._pools[kind].reserve():
                for earlier in taken:
                    self._pools[earlier].give_back()
                return False
            taken.append(kind)
        self._taken[turn] = (*has, *taken)
        return True

    def take_to_listen(self, turn: int) -> bool:
        """Take the seat of a recogniser that listens to the turn's utterance; False where there is none to spare."""
        if not self._pools["STT"].reserve_to_listen():
            return False
        self._taken[turn] = ("STT",)
        return True

    def note_spoken(self) -> None:
        """A person that a recogniser listens to has finished speaking, or is gone; the seat stays taken."""
        self._pools["STT"].note_spoken()

    def give_back(self, turn: int) -> None:
        """The turn is over."""
        for kind in self._taken.pop(turn, ()):
            self._pools[kind].give_back()
