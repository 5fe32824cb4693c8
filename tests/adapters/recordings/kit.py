"""Recordings for tests: a recorder with its thread, and the one recording that it has made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.recordings.tapes import FolderRecorder, RecordingPlan
from adapters.recordings.writing import WritingThread
from protocol.messages import Names

NET = 30.0
"""Seconds that writing may take: a net, it takes milliseconds."""
BEGAN = datetime(2026, 11, 28, 14, 23, tzinfo=UTC)
SESSION = "0f9a8b7c-1d2e-4f3a-8b9c-0d1e2f3a4b5c"


class HandClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@contextmanager
def writing() -> Iterator[WritingThread]:
    """A thread that writes until the end of the block; by then all is written."""
    thread = WritingThread()
    thread.start()
    try:
        yield thread
    finally:
        assert thread.stop(NET)


def recorder(
    folder: Path, thread: WritingThread, clock: Callable[[], float] | None = None, **plan: object
) -> FolderRecorder:
    """A recorder of sessions that begin at BEGAN."""
    settings = RecordingPlan(folder, **plan)  # type: ignore[arg-type]
    return FolderRecorder(settings, Names(), thread, clock or HandClock(), lambda: BEGAN)


def only(folder: Path) -> Path:
    """The one recording in the folder."""
    [found] = [path for path in folder.iterdir() if path.is_dir()]
    return found
