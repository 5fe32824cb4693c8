"""The tape of a replay: the rows that a recording of it would have, kept in memory instead of files."""

from collections.abc import Callable, Mapping
from pathlib import Path

import trio

from actors.ports.taping import Tape
from adapters.recordings.entries import Entry
from adapters.recordings.format import DROP, Row
from adapters.recordings.tapes import FolderRecorder, RecordingPlan
from adapters.recordings.writing import Item, Opened, WritingThread
from protocol.messages import Names

MOST_ROWS = 2_000_000
"""Rows that are kept. At the bound: the tape ends, and what follows is missing in it."""


class MemoryWriting(WritingThread):
    """Makes rows as a recording's thread does, at once and in this thread; it is not to be started."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.dropped: Callable[[Row], None] = _nothing
        """Called where messages of a member did not leave."""

    def put(self, recording: Opened, item: Item, size: int) -> bool:
        """See `WritingThread.put`."""
        if len(self.rows) >= MOST_ROWS:
            return False
        if isinstance(item, Entry):
            row = recording.maker.row(item)
            self.rows.append(row)
            if row.event == DROP:
                self.dropped(row)
        return True

    def urge(self, recording: Opened, item: Item) -> None:
        """See `WritingThread.urge`: the begin and the end of a recording are no rows."""


class MemoryRecorder:
    """Satisfies `Recorder`, for one session. `words`: whether texts are kept as they are, or masked."""

    def __init__(self, names: Names, *, words: bool) -> None:
        self.writing = MemoryWriting()
        plan = RecordingPlan(Path(), words=words, sound=False)
        self._recorder = FolderRecorder(plan, names, self.writing)
        self._tape: Tape | None = None

    def open(self, session: str, subject: str, limits: Mapping[str, object]) -> Tape | None:
        """See Recorder."""
        self._tape = self._recorder.open(session, subject, limits)
        return self._tape

    @property
    def zero(self) -> float:
        """When the session began, by Trio's clock; now, where it has not."""
        return trio.current_time() - (0.0 if self._tape is None else self._tape.seconds)

    @property
    def rows(self) -> list[Row]:
        """The rows so far."""
        return self.writing.rows


def _nothing(row: Row) -> None:
    """Nobody wants to know."""
