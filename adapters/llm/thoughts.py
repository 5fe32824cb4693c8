"""What a model thinks aloud before it answers: `<think>…</think>` at the beginning of what it writes is not spoken."""

from enum import Enum, auto

_ENDS = {"<think>": "</think>", "<thinking>": "</thinking>"}


class _Where(Enum):
    BEFORE = auto()
    THINKING = auto()
    AFTER = auto()
    ANSWERING = auto()


class Thoughts:
    """Takes the thoughts out of an answer that comes in pieces; a piece may end inside a tag."""

    def __init__(self) -> None:
        self._where = _Where.BEFORE
        self._held = ""
        self._end = ""

    def spoken(self, piece: str) -> str:
        """What of the answer can be said by now."""
        self._held += piece
        if self._where is _Where.BEFORE:
            self._begin(self._held.lstrip())
        if self._where is _Where.THINKING:
            self._think()
        if self._where is _Where.AFTER:
            self._held = self._held.lstrip()
            self._where = _Where.ANSWERING if self._held else _Where.AFTER
        return self._take() if self._where is _Where.ANSWERING else ""

    def rest(self) -> str:
        """The answer is over: what was held back and turned out to be no thought."""
        return self._take() if self._where is _Where.BEFORE else ""

    def _begin(self, start: str) -> None:
        opened = next((tag for tag in _ENDS if start.startswith(tag)), "")
        if opened:
            self._where, self._end = _Where.THINKING, _ENDS[opened]
        elif not any(tag.startswith(start) for tag in _ENDS):
            self._where = _Where.ANSWERING

    def _think(self) -> None:
        _, ended, rest = self._held.partition(self._end)
        self._held = rest if ended else self._held[-len(self._end) :]
        self._where = _Where.AFTER if ended else _Where.THINKING

    def _take(self) -> str:
        text, self._held = self._held, ""
        return text
