"""The sound that one Receiver was sent in a turn: what of it has left is known when the rest is taken back."""

from typing import Final

from actors.deciding.effects import LeftSound
from protocol.messages import AudioDelta, ServerMessage

_SILENT: Final = -1


class SentSound:
    """The messages of the last turn of which there were any: a number for each, so an answer bounds it."""

    def __init__(self) -> None:
        self._turn: int | None = None
        self._parts: list[int] = []

    def note(self, turn: int | None, message: ServerMessage) -> None:
        """A message is sent that is dropped with this turn, None for one that is not."""
        if turn is None:
            return
        if turn != self._turn:
            self._turn, self._parts = turn, []
        self._parts.append(message.id if isinstance(message, AudioDelta) else _SILENT)

    def without(self, turn: int, count: int) -> LeftSound:
        """What has left, now that the last `count` messages of the turn, one at least, were taken back."""
        if turn != self._turn:
            return LeftSound(is_cut=False)
        left = [part for part in self._parts[:-count] if part != _SILENT]
        is_cut = any(part != _SILENT for part in self._parts[-count:])
        return LeftSound(is_cut, left[-1], len(set(left))) if left else LeftSound(is_cut)
