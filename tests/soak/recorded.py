"""The recordings that a soak's server makes: each can be read back, has an end, and all stay within their bound."""

import itertools
from pathlib import Path

from adapters.recordings.reading import SessionRecording, UnreadableRecording, read
from adapters.recordings.store import StoredRecording, stored
from tests.soak.findings import Findings
from tests.soak.settings import RECORDINGS

FULL_DISK = "full disk"
MOST_READ = 12
"""Recordings that are read after a round: to read all would cost more than to make them."""


class RecordingsCheck:
    """Looks at the folder after each round."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        self.folder = folder
        self.seen = 0
        self.ended_early = 0
        self._findings = findings
        self._known: set[str] = set()
        self._before: set[str] = set()

    def look(self) -> None:
        """After a round, in a quiet moment; reads files, so it belongs into a thread."""
        is_full = self._findings.faults[FULL_DISK] > 0
        all_of_them = list(stored(self.folder))
        new = [one for one in all_of_them if one.name not in self._known]
        self.seen += len(new)
        self._known.update(one.name for one in new)
        for one in all_of_them:
            if one.name in self._before and (one.about is None or one.about.ended is None) and not is_full:
                self._broken(one, "a recording whose session has ended has an end")
        for one in new[-MOST_READ:]:
            self._read(one, is_full=is_full)
        self._before = set(self._known)
        most = float(str(RECORDINGS["most_bytes"]))
        taken = sum(one.bytes for one in all_of_them)
        if taken > 2 * most:
            self._findings.add("the recordings", f"all recordings take {most / 1e6:.0f} MB: {taken / 1e6:.0f}")

    def _read(self, one: StoredRecording, *, is_full: bool) -> None:
        try:
            recording = read(self.folder / one.name)
            recording.calls()
        except UnreadableRecording as error:
            if not is_full:
                self._broken(one, f"a recording can be read back: {error}")
            return
        self.ended_early += recording.about.ended is not None and not recording.about.complete
        if rule := _broken_rule(recording):
            self._broken(one, rule)

    def _broken(self, one: StoredRecording, rule: str) -> None:
        self._findings.add(f"the recording {one.name}", rule, [str(one.about)])


def _broken_rule(recording: SessionRecording) -> str:
    rows = recording.rows
    if any(later.t < row.t for row, later in itertools.pairwise(rows)):
        return "its rows are in the order of their times"
    members = recording.about.members
    if recording.about.complete and any(member not in members for row in rows for member in row.members):
        return "it names each member that a row is of"
    if recording.about.complete and not recording.about.why:
        return "it says why its session ended"
    return ""
