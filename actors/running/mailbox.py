"""The mailbox of a session: bounded, and it knows when the session is at rest, with no mail on its way."""

from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A memory channel that counts what is on its way. One task receives, any may send.

    The receiver is at rest while it `is_awaited` and no mail is `under_way`: it waits, and has received all that was
    sent. Others only read these.

    The channel alone cannot tell whether its receiver is at rest: mail that is sent to a waiting task is in no buffer
    any more, and that task has not run yet. `statistics()` could, and takes longer than a chunk's step.
    """

    __slots__ = ("_received", "_sent", "is_awaited", "under_way")

    def __init__(self, size: int) -> None:
        self._sent, self._received = trio.open_memory_channel[T](size)
        self.under_way = 0
        self.is_awaited = False

    def send_nowait(self, mail: T) -> None:
        """Put in mail. Raises trio.WouldBlock where it is full, trio.BrokenResourceError where it is closed."""
        self._sent.send_nowait(mail)
        self.under_way += 1

    async def send(self, mail: T) -> None:
        """Put in mail, once there is room. Raises trio.BrokenResourceError. Cancelling puts in nothing."""
        self.under_way += 1
        try:
            await self._sent.send(mail)
        except BaseException:
            self.under_way -= 1
            raise

    async def receive(self) -> T:
        """The next mail, once there is one. Cancelling loses none."""
        self.is_awaited = True
        try:
            mail = await self._received.receive()
        finally:
            self.is_awaited = False
        self.under_way -= 1
        return mail

    def receive_nowait(self) -> T:
        """The next mail. Raises trio.WouldBlock where there is none."""
        mail = self._received.receive_nowait()
        self.under_way -= 1
        return mail

    def close(self) -> None:
        """Take in no mail any more."""
        self._received.close()
