"""The memory account of a server: the bytes of what people say and are answered, against one bound for all of it.

The bound of one utterance or one outbox is small, but there are many of each, and the machine has to have their sum. So
an owner of such bytes opens a Charge, takes what it holds, and closes the charge at its end, however it ends; then all
comes back. A charge has one owner:

    a turn           its utterance, its typed words, its answer and its sound; what engines are given for it besides
    a connection     what waits to be sent, and the frame that is leaving

At the bound, an owner that cannot wait is told so (`take`), and one that can is called when there may be room
(`waiting`). A connection does neither (`hold`): what goes into its outbox was taken by its turn before, at the size
that it has there. So only small messages make the sum pass the bound.

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

    def __repr__(self) -> str:
        return f"<Account {self.used} of {self.most} bytes>"

    def has_room(self, size: int) -> bool:
        """Whether `size` bytes could be taken now."""
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
        if account.used + size > account.most:  # written out, because each chunk of an utterance asks
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


def nobodys() -> Charge:
    """A closed charge, for what has no owner."""
    charge = Account().open()
    charge.close()
    return charge
