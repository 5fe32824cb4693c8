"""The ledger of a turn: when each stage gave its first result, when each part was made and sent, and what cut in.

It is told the time, and makes the turn's `metrics` for the Sender, and its record for who watches the server.
"""

from typing import Literal

from actors.ports.watching import MOST, Moment, MomentKind, PartRecord, StageReached
from protocol.messages import Metrics

Mark = Literal["transcript", "first_token", "text_done", "first_part", "first_audio"]
_TOLD: tuple[Mark, ...] = ("transcript", "first_token", "first_part", "first_audio")
"""The marks that are fields of `metrics`."""


class PartTimes:
    """When a part was begun, and what came of it; see `PartRecord`."""

    def __init__(self, characters: int, begun: float) -> None:
        self.characters = characters
        self.begun = begun
        self.first_sound: float | None = None
        self.made: float | None = None
        self.first_sent: float | None = None
        self.sent: float | None = None


class Ledger:
    """Times in seconds of the session's clock. `begun`: when the turn did; None for one that only keeps a number.

    `committed`: when its input was complete; `speech_ended`: when the speaker was. `is_typed`: it had no utterance.
    `interrupts`: the number of the turn that it cut, 0 for none.
    """

    def __init__(self, begun: float = 0.0, interrupts: int = 0) -> None:
        self.begun = begun
        self.interrupts = interrupts
        self.is_typed = False
        self.committed: float | None = None
        self.speech_ended: float | None = None
        self.first_audio_ms = -1
        self.last_audio: float | None = None
        self._firsts: dict[Mark, float] = {}
        self._parts: dict[int, PartTimes] = {}
        self._moments: list[Moment] = []
        self._reported = False

    def at(self, mark: Mark) -> float | None:
        """When a stage gave its first result; None where it has not."""
        return self._firsts.get(mark)

    # ---- what happens

    def commit(self, now: float, silent: float = 0.0, *, is_typed: bool = False) -> None:
        """The input is complete; the speaker has been `silent` for so many seconds."""
        self.committed, self.speech_ended, self.is_typed = now, now - silent, is_typed

    def mark(self, mark: Mark, now: float) -> tuple[StageReached, ...]:
        """Note the first time of a stage; returns the stages that are reached with it, none but the first time."""
        if mark in self._firsts or self.committed is None or self.speech_ended is None:
            return ()
        self._firsts[mark] = now
        match mark:
            case "transcript":
                return () if self.is_typed else (StageReached("stt_final", now - self.committed),)
            case "first_token":
                return (StageReached("llm_first", now - self._firsts.get("transcript", self.committed)),)
            case "first_audio":
                self.first_audio_ms = self._since_commit(now)
                begun = self._firsts.get("first_part", now)
                return StageReached("tts_first", now - begun), StageReached("first_sound", now - self.speech_ended)
        return ()

    def begin_part(self, part: int, characters: int, now: float) -> None:
        """A part is being made, of which so many characters are spoken."""
        if len(self._parts) < MOST:
            self._parts[part] = PartTimes(characters, now)

    def note_made(self, part: int, now: float, *, is_made: bool) -> None:
        """Sound of a part was made; `is_made`: all of it."""
        if (times := self._parts.get(part)) is not None:
            times.first_sound = now if times.first_sound is None else times.first_sound
            times.made = now if is_made else None

    def note_sent(self, part: int, now: float, *, is_sent: bool) -> None:
        """Sound of a part was sent; the last piece counts, and `is_sent`: it was that of the part."""
        self.last_audio = now
        if (times := self._parts.get(part)) is not None:
            times.first_sent = now if times.first_sent is None else times.first_sent
            times.sent = now if is_sent else None

    def note_moment(self, kind: MomentKind, now: float) -> None:
        """Speech during the turn began, held the answer, let it go on, or cut it."""
        if len(self._moments) < MOST:
            self._moments.append(Moment(kind, now))

    # ---- what is told

    @property
    def onset(self) -> float | None:
        """When the last speech during the turn began; None where there was none."""
        return next((moment.at for moment in reversed(self._moments) if moment.kind == "onset"), None)

    @property
    def parts(self) -> tuple[PartRecord, ...]:
        """The parts, in the order in which they began."""
        return tuple(
            PartRecord(part, one.characters, one.begun, one.first_sound, one.made, one.first_sent, one.sent)
            for part, one in self._parts.items()
        )

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What happened to the turn by speech, in order."""
        return tuple(self._moments)

    def report(self, turn: int) -> Metrics | None:
        """The first results since the commit, once; None where it was reported or the turn was never committed."""
        if self._reported or self.committed is None:
            return None
        self._reported = True
        times = {mark: self._since_commit(self._firsts[mark]) for mark in _TOLD if mark in self._firsts}
        last = -1 if self.last_audio is None else self._since_commit(self.last_audio)
        return Metrics(turn=turn, last_audio=last, **times)

    def _since_commit(self, when: float) -> int:
        return -1 if self.committed is None else round((when - self.committed) * 1000)
