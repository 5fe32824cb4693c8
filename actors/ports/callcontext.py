"""The context of a call: whose turn an engine works for. The log and traces say it; engines pass it on unread.

It is a context variable, which Trio's tasks inherit: a stage's job sets it once, and all that the call begins has it.
What a call begins may outlive it, as a worker process does: with the call's end that is nobody's.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import msgspec

from actors.ports.taping import CallTape
from protocol.tracecontext import TraceContext

_SHOWN = 8


class CallContext(msgspec.Struct, frozen=True, gc=False):
    """`session`: its id, shortened, "" for nobody's. `turn`: its number on the wire, 0 where there is none yet.

    `span`: the place in a trace of what is done, which providers are told. `parent`: the span above it. `is_recorded`:
    `span` is one of this server's; else it is the caller's, and passed on as it is. `cut`: the turn that this one cut.
    `taped`: where the call is taken down, in a session that is recorded.
    """

    session: str = ""
    turn: int = 0
    span: TraceContext | None = None
    parent: TraceContext | None = None
    is_recorded: bool = False
    cut: TraceContext | None = None
    taped: CallTape | None = None

    def child(self, name: str) -> "CallContext":
        """The context of a part of the work: a span below, where spans are recorded."""
        if self.span is None or not self.is_recorded:
            return self
        return msgspec.structs.replace(self, span=self.span.child(name), parent=self.span)

    def call(self) -> "CallContext":
        """The context of one provider's call: a span below with an id of its own, where spans are recorded."""
        return self.child(secrets.token_hex(8))


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


def part_name(part: int) -> str:
    """The name of a part's span."""
    return f"part {part}"
