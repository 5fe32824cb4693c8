"""The folder of recordings: which there are, deleting them, finishing those of a crash, and what is kept how long.

What is no recording is never touched: its name is another one, or it is no folder of its own but a link to one.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from adapters.recordings.files import write_about
from adapters.recordings.format import SESSION_FILE, UNFINISHED, WAV_FILE, SessionFile, is_name
from adapters.recordings.locking import is_held
from adapters.recordings.reading import UnreadableRecording, read_about, read_rows

CRASHED: Final = "the server stopped in the middle of it"
_NEW: Final = timedelta(minutes=1)
_TRIES: Final = 3
_NAME_TIME: Final = "%Y%m%dT%H%M%SZ"


class NoRecording(Exception):
    """There is no such recording; the message says so."""


class StoredRecording(msgspec.Struct, frozen=True, rename="camel"):
    """A recording in the folder. `bytes`: what it takes of the disk. `about`: None where that cannot be read."""

    name: str
    bytes: int
    is_running: bool
    has_wav: bool
    about: SessionFile | None

    @property
    def began(self) -> datetime:
        """When it began, by its name."""
        return began_of(self.name)


def began_of(name: str) -> datetime:
    """When the recording of that name began."""
    try:
        return datetime.strptime(name.partition("-")[0], _NAME_TIME).replace(tzinfo=UTC)
    except ValueError:  # a name of the right letters, and no time
        return datetime.min.replace(tzinfo=UTC)


def names_in(folder: Path) -> list[str]:
    """The names of the recordings in the folder, the oldest first; none where there is no folder. Raises OSError."""
    try:
        with os.scandir(folder) as entries:
            found = [one.name for one in entries if is_name(one.name) and one.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    return sorted(found)


def look(folder: Path, name: str) -> StoredRecording:
    """One recording. Raises NoRecording."""
    path = find(folder, name)
    try:
        about: SessionFile | None = read_about(path)
    except UnreadableRecording:
        about = None
    is_running = about is not None and about.ended is None and is_held(path)
    return StoredRecording(name, size_of(path), is_running, (path / WAV_FILE).is_file(), about)


def stored(folder: Path) -> Iterator[StoredRecording]:
    """All recordings in the folder, the oldest first. Raises OSError."""
    for name in names_in(folder):
        with suppress(NoRecording):  # deleted meanwhile
            yield look(folder, name)


def find(folder: Path, name: str) -> Path:
    """The folder of a recording. Raises NoRecording."""
    path = folder / name
    try:
        if is_name(name) and stat.S_ISDIR(path.lstat().st_mode):
            return path
    except OSError:
        pass
    raise NoRecording(f"there is no recording {name!r} in {folder}; `vivavoce recordings list` names those there are")


def size_of(path: Path) -> int:
    """The bytes that its files take of the disk: of `sound.wav` less than its length, where it is silent for long."""
    size = 0
    with suppress(OSError), os.scandir(path) as entries:
        for one in entries:
            status = one.stat(follow_symlinks=False)
            size += status.st_blocks * 512 if hasattr(status, "st_blocks") else status.st_size
    return size


def delete(folder: Path, name: str) -> None:
    """Delete a recording with all that is in its folder; links in it, and not what they point to.

    One that is being made ends by that. Raises NoRecording, OSError.
    """
    path = find(folder, name)
    for tried in range(_TRIES):
        try:
            shutil.rmtree(path)
            return
        except FileNotFoundError:
            if not path.exists():
                return
        except OSError:  # the server has just written into it
            if tried == _TRIES - 1:
                raise


def is_of(recording: StoredRecording, subject: str) -> bool:
    """Whether the subject's words are in it: the session is the subject's, or one of its members was."""
    about = recording.about
    return about is not None and subject in (about.subject, *about.subjects.values())


# ---- what is kept


def finish(folder: Path) -> list[str]:
    """Write the end of those that a crash has left without one; their names. Raises OSError."""
    finished = []
    for name in names_in(folder):
        path = folder / name
        try:
            about = read_about(path)
            if about.ended is not None or is_held(path):
                continue
            seconds = last_row(path)
            ended = datetime.fromisoformat(about.began) + timedelta(seconds=seconds)
            write_about(path, replace(about, ended=ended.isoformat(), seconds=seconds, why=about.why or CRASHED))
        except (UnreadableRecording, FileNotFoundError, ValueError):
            continue
        finished.append(name)
    return finished


def is_tidy(folder: Path) -> bool:
    """Whether every recording has its end, or is being made, and its `sound.wav`. Raises OSError."""
    names = names_in(folder)
    unfinished = (one for one in stored(folder) if one.about and one.about.ended is None and not one.is_running)
    return next(without_wav(folder, names), None) is None and next(unfinished, None) is None


def last_row(path: Path) -> float:
    """The time of the last row, in seconds of the session; of a file that is torn, that of the last whole row."""
    last = 0.0
    with suppress(UnreadableRecording):
        for row in read_rows(path):
            last = row.t
    return last


def expire(folder: Path, keep_days: float, most_bytes: int, now: datetime) -> list[str]:
    """Delete what is older than `keep_days`, and then the oldest while all take more than `most_bytes`.

    One that is being made is not deleted, and counts. The names of those that were deleted. Raises OSError.
    """
    kept: list[tuple[str, int]] = []
    deleted = []
    for name in names_in(folder):
        path = folder / name
        is_old = _ended(path, name) < now - timedelta(days=keep_days)
        if is_old and _deleted(folder, name, now):
            deleted.append(name)
        else:
            kept.append((name, size_of(path)))
    excess = sum(size for _, size in kept) - most_bytes
    for name, size in kept:
        if excess <= 0:
            break
        if _deleted(folder, name, now):
            deleted.append(name)
            excess -= size
    return deleted


def _ended(path: Path, name: str) -> datetime:
    """When it ended, as far as is known."""
    try:
        about = read_about(path)
        return datetime.fromisoformat(about.ended or about.began)
    except (UnreadableRecording, ValueError):
        return began_of(name)


def _deleted(folder: Path, name: str, now: datetime) -> bool:
    """Delete it, unless it is being made; whether that was done."""
    path = folder / name
    is_beginning = not (path / SESSION_FILE).exists() and began_of(name) > now - _NEW
    if is_beginning or is_held(path):
        return False
    try:
        delete(folder, name)
    except (NoRecording, OSError):
        return False
    return True


def without_wav(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """Those of them that have ended, whose sound is kept, and of which no `sound.wav` was tried to be made."""
    for name in names:
        path = folder / name
        try:
            about = read_about(path)
        except UnreadableRecording:
            continue
        has_none = not (path / WAV_FILE).exists() and not (path / UNFINISHED).exists()
        if about.sound and about.ended is not None and has_none:
            yield path
