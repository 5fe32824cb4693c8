"""The summary of a session, for the line of the log at its end; it is bounded, however many turns there were."""

import statistics
from collections import Counter, deque
from collections.abc import Mapping

import msgspec

from actors.ports.watching import Outcome, TurnRecord

_LATEST = 256
"""Turns of which the latency is kept: the latest."""


class SessionEnd(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a session went: its length, its turns by how they ended, its latency, and why it is over.

    `first_sound_seconds`: from the end of speech (or the commit, or the typed text) to the first sound, the median of
    the latest turns that had sound; None where none had.
    """

    seconds: float
    why: str
    turns: int = 0
    outcomes: Mapping[Outcome, int] = {}
    first_sound_seconds: float | None = None

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes.items())
        many = "" if self.turns == 1 else "s"
        turns = f"{self.turns} turn{many} ({kinds})" if kinds else "no turns"
        sound = "" if self.first_sound_seconds is None else f", first sound after {self.first_sound_seconds:.2f} s"
        return f"the session ended after {self.seconds:.1f} s: {self.why}; {turns}{sound}"


class SessionSummary:
    """The turns of a session that are over."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()
        self._first_sounds: deque[float] | None = None  # made with the first, because most of a session's life has none

    def add(self, record: TurnRecord) -> None:
        """A turn is over."""
        self._outcomes[record.outcome] += 1
        if record.first_audio is not None:
            self._first_sounds = self._first_sounds or deque(maxlen=_LATEST)
            self._first_sounds.append(record.first_audio - record.speech_ended)

    def close(self, why: str, seconds: float) -> SessionEnd:
        """The session is over after so many seconds."""
        median = round(statistics.median(self._first_sounds), 3) if self._first_sounds else None
        turns = self._outcomes.total()
        return SessionEnd(round(seconds, 1), why, turns, dict(self._outcomes.most_common()), median)
