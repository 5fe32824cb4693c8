"""The files of one recording that is being made; the thread that writes is the only one that calls this."""

import os
import sys
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from adapters.recordings.format import (
    EVENTS_FILE,
    FILE_MODE,
    FOLDER_MODE,
    SESSION_FILE,
    SOUND_FILE,
    Row,
    SessionFile,
)
from adapters.recordings.locking import hold

_encode: Final = msgspec.json.Encoder().encode
_GONE: Final = "its folder is gone"


class RecordingEnded(Exception):
    """A recording cannot go on; the message says why."""


class RecordingFiles:
    """The files of one recording, at most `most` bytes of them; rows and sound are held until `flush`."""

    def __init__(self, folder: Path, about: SessionFile, most: int) -> None:
        self.folder = folder
        self.about = about
        self.size = 0
        self._most = most
        self._rows: list[bytes] = []
        self._sound: list[bytes] = []
        self._offset = 0
        self._events_fd = self._sound_fd = -1

    def make(self) -> None:
        """Make the folder and the files. Raises RecordingEnded."""
        try:
            self.folder.mkdir(FOLDER_MODE)
            self.folder.chmod(FOLDER_MODE)  # whatever the umask
            self._events_fd = self._create(EVENTS_FILE)
            hold(self._events_fd, waits=True)  # whoever looks whether it is held has it for a moment
            if self.about.sound:
                self._sound_fd = self._create(SOUND_FILE)
            self.write_about()
        except OSError as error:
            raise RecordingEnded(_why(error)) from None

    def _create(self, name: str) -> int:
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, FILE_MODE)
        if sys.platform != "win32":
            os.fchmod(descriptor, FILE_MODE)
        return descriptor

    def write_about(self, about: SessionFile | None = None) -> None:
        """Write `session.json` anew. Raises OSError."""
        self.about = about or self.about
        write_about(self.folder, self.about)

    def add(self, row: Row, sound: bytes = b"") -> None:
        """Take in a row and its sound. Raises RecordingEnded where there is no room for it."""
        if sound:
            place = (self._offset if self.about.sound else 0, len(sound))
            row = replace(row, bytes=place)
        line = _encode(row) + b"\n"
        kept = len(sound) if self.about.sound else 0
        if self.size + len(line) + kept > self._most:
            raise RecordingEnded(f"it would have more than {self._most} bytes (session_bytes)")
        self.size += len(line) + kept
        self._rows.append(line)
        if kept:
            self._sound.append(sound)
            self._offset += kept

    def flush(self) -> None:
        """Write what was taken in: first the sound, so that no row points to sound that is not there.

        Raises RecordingEnded.
        """
        sound, self._sound = self._sound, []
        rows, self._rows = self._rows, []
        try:
            if sound:
                _write(self._sound_fd, b"".join(sound))
            if rows:
                _write(self._events_fd, b"".join(rows))
            is_gone = os.fstat(self._events_fd).st_nlink == 0
        except OSError as error:
            raise RecordingEnded(_why(error)) from None
        if is_gone:
            raise RecordingEnded(_GONE)

    def close(self) -> None:
        """Let go of the files."""
        for descriptor in (self._sound_fd, self._events_fd):
            if descriptor >= 0:
                os.close(descriptor)
        self._events_fd = self._sound_fd = -1


_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)


def write_about(folder: Path, about: SessionFile) -> None:
    """Write `session.json`, whole or not at all. Raises OSError."""
    path = folder / SESSION_FILE
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        if sys.platform != "win32":
            os.fchmod(descriptor, FILE_MODE)
        file.write(msgspec.json.format(_encode(about), indent=1) + b"\n")
    scratch.replace(path)


def _write(descriptor: int, data: bytes) -> None:
    """Write all of it. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _why(error: OSError) -> str:
    return _GONE if isinstance(error, FileNotFoundError) else f"it cannot be written: {error.strerror}"
