"""The context of a call: whose turn an engine works for. The log and traces say it; engines pass it on unread.

It is a context variable, which Trio's tasks inherit: a stage's job sets it once, and all that the call begins has it.
What a call begins may outlive it, as a worker process does: with the call's end that is nobody's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import msgspec

_SHOWN = 8


class CallContext(msgspec.Struct, frozen=True, gc=False):
    """`session`: its id, shortened, "" for nobody's. `turn`: its number on the wire, 0 where there is none yet."""

    session: str = ""
    turn: int = 0


NOBODYS: Final = CallContext()


class _Place:
    """Where the tasks of a call look: their contexts are copies, and this is the same in all of them."""

    __slots__ = ("context",)

    def __init__(self, context: CallContext) -> None:
        self.context = context


_PLACE: Final = ContextVar[_Place | None]("call", default=None)


def current_call() -> CallContext:
    """The context of the call that this task works for; NOBODYS outside of calls."""
    place = _PLACE.get()
    return NOBODYS if place is None else place.context


@contextmanager
def call_for(context: CallContext) -> Iterator[None]:
    """What is done inside, and by the tasks that are begun inside, is done for it until the end of the block."""
    place = _Place(context)
    token = _PLACE.set(place)
    try:
        yield
    finally:
        place.context = NOBODYS
        _PLACE.reset(token)


def shorten(session_id: str) -> str:
    """A session's id as logs and traces show it: its beginning, with which nobody can join the session."""
    return session_id[:_SHOWN]
