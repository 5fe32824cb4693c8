"""One call of an engine that is taken down: its number, and the row of its end, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import trio

from actors.ports.callcontext import current_call
from actors.ports.calls import EngineFailed
from actors.ports.sound import Undecodable
from actors.ports.taping import CallTape
from adapters.recordings.calls import CallCancelled, CallFailed


class CallTaping:
    """One call that is taken down, of the `kind` by which its events are named."""

    def __init__(self, taped: CallTape, kind: str) -> None:
        self.taped = taped
        self.number = taped.tape.next_call()
        self._kind = kind

    def note(self, event: str, payload: msgspec.Struct, sound: bytes = b"") -> None:
        """Take down an event of the call, and the sound that belongs to it."""
        self.taped.tape.note(f"{self._kind}.{event}", payload, sound)

    @contextmanager
    def running(self) -> Iterator[None]:
        """A block that is the call: how it ends is taken down, where it does not say `end` itself."""
        try:
            yield
        except (EngineFailed, Undecodable) as failed:
            self.note("failed", CallFailed(self.number, type(failed).__name__, str(failed)))
            raise
        except trio.Cancelled:
            self.note("cancelled", CallCancelled(self.number))
            raise
        except Exception as fault:  # a fault of ours, whose words may be anything
            self.note("failed", CallFailed(self.number, type(fault).__name__, ""))
            raise


def taped_call() -> CallTape | None:
    """The tape of the present call, while it records."""
    taped = current_call().taped
    return taped if taped is not None and taped.tape.is_recording else None
