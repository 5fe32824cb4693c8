"""The timeline of playback: when the sound that was sent plays, and how many of its words were heard by some time."""

import re
from typing import NamedTuple

_LAST_WORD_EDGE = re.compile(r"\s\S*\Z")
_LETTERS_PER_SECOND = 15.0
"""How fast words are taken to be spoken where a part's sound is not complete, and its length not known."""


class Segment(NamedTuple):
    """A stretch of sound: it begins to play at this time and lasts so many seconds."""

    begins: float
    seconds: float


class Played:
    """A part of which something was sent; `waiting`: seconds of its sound that cannot be played yet."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.segments: list[Segment] = []
        self.waiting: list[float] = []
        self.complete = False

    def heard(self, now: float) -> str:
        """The words that had time to play: all, or up to the edge of a word."""
        if not self.segments or now < self.segments[0].begins:
            return ""
        sent = sum(segment.seconds for segment in self.segments)
        total = sent if self.complete else max(sent, len(self.text) / _LETTERS_PER_SECOND)
        played = sum(min(max(now - segment.begins, 0.0), segment.seconds) for segment in self.segments)
        if played >= total:
            return self.text
        shown = self.text[: int(len(self.text) * played / total)]
        edge = _LAST_WORD_EDGE.search(shown)
        return shown[: edge.start()].rstrip() if edge else ""


class Timeline:
    """The sound of one response, on the clock of the Receivers, who play the parts by their ids.

    A piece begins when it was sent, or when the piece before it ends. A part begins no earlier than the end of the part
    before it, all of which has to be there by then; until that is so, what was sent of it waits with the Receivers.
    `plays_until`: the end of what can be played by now.
    """

    def __init__(self) -> None:
        self.plays_until = 0.0
        self._played: dict[int, Played] = {}
        self._current = 0

    def __len__(self) -> int:
        return len(self._played)

    def play(self, part: int, text: str, seconds: float, now: float, *, complete: bool) -> None:
        """Sound of a part was sent; `complete`: there is no more of it."""
        played = self._played.setdefault(part, Played(text))
        if part == self._current:
            self._lay(played, seconds, now)
        else:
            played.waiting.append(seconds)
        if complete:
            self.complete(part, now)

    def complete(self, part: int, now: float) -> None:
        """All the sound of a part has been sent, where anything was; so the next one may play."""
        if part not in self._played:
            return
        self._played[part].complete = True
        while (current := self._played.get(self._current)) is not None and current.complete:
            self._current += 1
            if (following := self._played.get(self._current)) is not None:
                for seconds in following.waiting:
                    self._lay(following, seconds, now)
                following.waiting.clear()

    def _lay(self, played: Played, seconds: float, now: float) -> None:
        if seconds or not played.segments:
            begins = max(now, self.plays_until)
            played.segments.append(Segment(begins, seconds))
            self.plays_until = begins + seconds

    def forget(self) -> None:
        """The words of what was sent are taken back and count as not heard; their sound plays on."""
        for played in self._played.values():
            played.text = ""

    def heard(self, now: float) -> str:
        """The words that had time to play by `now`, in the order of the parts."""
        texts = [played.heard(now) for _, played in sorted(self._played.items())]
        return " ".join(text for text in texts if text)
