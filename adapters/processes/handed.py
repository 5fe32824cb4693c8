"""What a call hands on, and whether it has handed on anything: then it cannot simply begin again."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Handed(Generic[T]):
    """The results of a call, on their way to the caller."""

    def __init__(self, take: Callable[[T], Awaitable[None]]) -> None:
        self._take = take
        self.has_some = False

    async def on(self, result: T) -> None:
        """Hand a result on. Cancelling is for the caller's `take` to handle."""
        self.has_some = True
        await self._take(result)
