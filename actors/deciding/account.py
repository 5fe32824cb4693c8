"""The memory account of a server: the bytes of what people say and are answered, against one bound for all of it.

The bound of one utterance or one outbox is small, but there are many of each, and the machine has to have their sum. So
an owner of such bytes opens a Charge, takes what it holds, and closes the charge at its end, however it ends; then all
comes back. A charge has one owner:

    a turn           its utterance, its typed words, its answer and its sound; what engines are given for it besides
    a connection     what waits to be sent, and the frame that is leaving

At the bound, an owner that cannot wait is told so (`take`), and one that can is called when there may be room
(`waiting`). A connection does neither (`hold`): what goes into its outbox was taken by its turn before, at the size
that it has there. So only small messages make the sum pass the bound.

What is left of the bound may be filled with what nobody needs (SpareCharge): what Receivers were sent lately, so that
they can resume. As soon as somebody needs the room, it is given up, first by the owner who has had some for longest.

Terms: docs/glossary.md.
"""

import math
from collections.abc import Callable


class Account:
    """The sum of all charges, and its bound `most`, in bytes."""

    def __init__(self, most: float = math.inf) -> None:
        self.most = most
        self.used = 0
        self.returned = 0
        """How many bytes were given back since the beginning."""
        self.waiting: dict[Callable[[], None], None] = {}
        """What is called, in order, when something is given back."""
        self.spare = 0
        """How many bytes there are besides those that are used, which are given up where somebody needs them."""
        self.spares: dict[Callable[[], None], None] = {}
        """What is called, in order and once, to have spare bytes given up."""

    def __repr__(self) -> str:
        return f"<Account {self.used} of {self.most} bytes, {self.spare} to spare>"

    def has_room(self, size: int) -> bool:
        """Whether `size` bytes could be taken now."""
        return self.used + size <= self.most

    def make_room(self, size: int) -> bool:
        """Have what is spare given up until `size` bytes can be taken; False where there is no room then."""
        while self.used + self.spare + size > self.most and self.spares:
            give_up = next(iter(self.spares))
            del self.spares[give_up]
            give_up()
        return self.used + size <= self.most

    def open(self) -> "Charge":
        """A charge of nothing, for an owner who closes it."""
        return Charge(self)

    def _change(self, size: int) -> None:
        self.used += size
        if size < 0:
            self.returned -= size
            for wake in tuple(self.waiting):
                wake()


class Charge:
    """The bytes that one owner has taken of an account.

    A closed charge stays at 0, also where `take` or `hold` is called.
    """

    def __init__(self, account: Account) -> None:
        self.size = 0
        self.account = account
        self._closed = False

    def __repr__(self) -> str:
        return f"<Charge {self.size} bytes{', closed' if self._closed else ''}>"

    def has_room(self, size: int) -> bool:
        """Whether `size` bytes could be taken if the owner gave back all that it has."""
        return self.account.has_room(size - self.size)

    def take(self, size: int) -> bool:
        """Take `size` bytes more; False, and nothing is taken, where there is no room. A closed charge returns True."""
        account = self.account
        if self._closed:
            return True
        if account.used + account.spare + size > account.most and not account.make_room(size):  # each chunk asks
            return False
        self.size += size
        account.used += size
        return True

    def hold(self, size: int) -> None:
        """Have exactly `size` bytes from now on, whether there is room or not."""
        if not self._closed and size != self.size:
            change, self.size = size - self.size, size
            self.account._change(change)

    def give_back(self, size: int) -> None:
        """Have `size` bytes less."""
        self.hold(self.size - size)

    def close(self) -> None:
        """Give all back; the owner has come to its end."""
        self.hold(0)
        self._closed = True


class SpareCharge:
    """The bytes that an owner has as long as nobody else needs them; `give_up` is called to have it let go of them."""

    def __init__(self, account: Account, give_up: Callable[[], None]) -> None:
        self.size = 0
        self._account = account
        self._give_up: Callable[[], None] | None = give_up

    def hold(self, size: int) -> None:
        """Have exactly `size` bytes from now on; where they do not fit, what is spare is given up, perhaps they too."""
        account, give_up = self._account, self._give_up
        if give_up is None or size == self.size:
            return
        account.spare += size - self.size
        self.size = size
        if not size:
            account.spares.pop(give_up, None)
            return
        account.spares.setdefault(give_up)
        if account.used + account.spare > account.most:
            account.make_room(0)

    def close(self) -> None:
        """Give all back; the owner has come to its end, and is not known here any more."""
        self.hold(0)
        self._give_up = None


def nobodys() -> Charge:
    """A closed charge, for what has no owner."""
    charge = Account().open()
    charge.close()
    return charge
