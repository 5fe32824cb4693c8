"""The thread that writes all recordings: rows are encoded and written here, so that no session waits for a disk.

The event loop only appends to a queue. The thread takes all of it four times a second, and at once where much waits.
What waits is bounded, for each recording and for all of them: at the bound that recording ends, and its session goes
on. So does a recording that cannot be written, for whatever reason: it is one line in the log.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from adapters.recordings.entries import Entry, RowMaker
from adapters.recordings.files import RecordingEnded, RecordingFiles
from adapters.recordings.format import SessionFile
from protocol.connecting import Auth

log = logging.getLogger(__name__)
EVERY: Final = 0.25
"""Seconds between two times of writing; a crash loses no more than that."""
AT_ONCE: Final = 4_000_000
"""Bytes that wait from which on the thread does not wait for the time."""
MOST_WAITING: Final = 64_000_000
"""Bytes that may wait of all recordings. At the bound: the recording whose entry it is ends."""
MOST_OF_ONE: Final = 16_000_000
"""Bytes that may wait of one recording, so that one session cannot end the recordings of others. At the bound: it
ends."""


class Opened:
    """A recording on its way through the queue: what both threads know of it.

    `put`, `is_recording`: written in the event loop. `taken`, `failed`: written by the thread.
    """

    def __init__(self, folder: Path, about: SessionFile, most: int, maker: RowMaker) -> None:
        self.name = folder.name
        self.files = RecordingFiles(folder, about, most)
        self.maker = maker
        self.is_recording = True
        self.put = 0
        self.taken = 0
        self.failed = ""


class Begin:
    """The recording begins."""


class Join:
    """A member came: it is in `session.json` from now on."""

    def __init__(self, member: int, subject: str, auth: Auth) -> None:
        self.member = member
        self.subject = subject
        self.auth = auth


class Close:
    """The recording is over, `seconds` after it began; `ended`: the time of day."""

    def __init__(self, why: str, ended: str, seconds: float, *, complete: bool) -> None:
        self.why = why
        self.ended = ended
        self.seconds = seconds
        self.complete = complete


class Settle:
    """Somebody waits until all that came before is written."""

    def __init__(self) -> None:
        self.done = threading.Event()


Item = Entry | Begin | Join | Close


class WritingThread:
    """Writes recordings until `stop`. `closed` is called in the thread with the name of each that has been closed."""

    def __init__(self, closed: Callable[[str], None] = lambda name: None) -> None:
        self._closed = closed
        self._queue: deque[tuple[Opened, Item, int] | Settle] = deque()
        self._put = 0
        self._taken = 0
        self._open: dict[Opened, None] = {}
        self._wake = threading.Event()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)

    # ---- for the event loop

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, recording: Opened, item: Item, size: int) -> bool:
        """Hand over what is of a recording; False, and nothing done, where too much waits. Never waits."""
        put = self._put + size
        if put - self._taken > MOST_WAITING or recording.put + size - recording.taken > MOST_OF_ONE:
            return False
        self._put = put
        recording.put += size
        self._queue.append((recording, item, size))
        if put - self._taken > AT_ONCE:
            self._wake.set()
        return True

    def urge(self, recording: Opened, item: Item) -> None:
        """Hand over what takes no room and is not lost at the bound, and have it written at once."""
        self._queue.append((recording, item, 0))
        self._wake.set()

    def settle(self, seconds: float) -> bool:
        """Wait until all that was handed over is written, `seconds` at most; whether it is. For another thread."""
        settle = Settle()
        self._queue.append(settle)
        self._wake.set()
        return settle.done.wait(seconds)

    def stop(self, seconds: float) -> bool:
        """Write what waits and end, within so many seconds; whether it has ended. For another thread."""
        self._is_over = True
        self._wake.set()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # ---- the thread

    def _run(self) -> None:
        while not (self._is_over and not self._queue):
            self._wake.wait(EVERY if self._open or self._queue else None)
            self._wake.clear()
            try:
                self._write_all()
            except Exception:  # a fault of ours: the recordings that are open may be torn, those to come are not
                log.error("recordings: a fault of this server ended those that were being made")
                log.debug("the fault", exc_info=True)
                for recording in list(self._open):
                    self._fail(recording, "a fault of this server")
        for recording in list(self._open):
            recording.files.close()

    def _write_all(self) -> None:
        settled: list[Settle] = []
        try:
            for _ in range(len(self._queue)):
                self._take_next(settled)
            for recording in list(self._open):
                self._attempt(recording, recording.files.flush)
        finally:
            for waiting in settled:
                waiting.done.set()

    def _take_next(self, settled: list[Settle]) -> None:
        """Take one out of the queue; who waits is told when all of it is written."""
        one = self._queue.popleft()
        if isinstance(one, Settle):
            settled.append(one)
            return
        recording, item, size = one
        try:
            self._take(recording, item)
        finally:
            self._taken += size
            recording.taken += size

    def _take(self, recording: Opened, item: Item) -> None:
        if recording.failed and not isinstance(item, Close):
            return
        match item:
            case Entry():
                row = recording.maker.row(item)
                self._attempt(recording, lambda: recording.files.add(row, item.sound))
            case Begin():
                self._open[recording] = None
                self._attempt(recording, recording.files.make)
            case Join():
                self._attempt(recording, lambda: _add_member(recording.files, item))
            case Close():
                self._close(recording, item)

    def _attempt(self, recording: Opened, write: Callable[[], None]) -> None:
        """Write; what cannot be written ends this recording alone."""
        try:
            write()
        except RecordingEnded as ended:
            self._fail(recording, str(ended))

    def _fail(self, recording: Opened, why: str) -> None:
        if recording.failed:
            return
        recording.failed = why
        log.warning("the recording %s ends early: %s", recording.name, why)
        files = recording.files
        ended = replace(files.about, why=why)
        try:
            files.flush()
            files.write_about(ended)
        except (RecordingEnded, OSError):
            pass  # it is as it is; the next start finishes it, if it is still there
        self._forget(recording)

    def _close(self, recording: Opened, close: Close) -> None:
        """The session is over: what failed before has its end written too, where that can be."""
        files = recording.files
        if not recording.failed:
            self._attempt(recording, files.flush)
        why = recording.failed or close.why
        about = replace(
            files.about,
            ended=close.ended,
            seconds=round(close.seconds, 6),
            complete=close.complete and not recording.failed,
            why=why,
        )
        try:
            files.write_about(about)
        except OSError as error:
            if not recording.failed:
                log.warning("the recording %s is not finished: %s", recording.name, error.strerror)
        self._forget(recording)
        self._closed(recording.name)

    def _forget(self, recording: Opened) -> None:
        recording.files.close()
        self._open.pop(recording, None)


def _add_member(files: RecordingFiles, join: Join) -> None:
    about = files.about
    subjects = dict(about.subjects)
    if join.subject != about.subject:
        subjects[join.member] = join.subject
    members = {**about.members, join.member: join.auth}
    try:
        files.write_about(replace(about, members=members, subjects=subjects))
    except OSError as error:
        raise RecordingEnded(f"it cannot be written: {error.strerror}") from None
