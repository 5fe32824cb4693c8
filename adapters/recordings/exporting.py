"""Exporting a recording: into one ZIP file, which only its user can read."""

import os
from contextlib import suppress
from pathlib import Path

from adapters.recordings.format import FILE_MODE
from adapters.recordings.zipping import zip_pieces


class NotExported(Exception):
    """The file was not written; the message says why, and what to do."""


def export(folder: Path, target: Path) -> None:
    """Write the recording in `folder` into the new file `target`, whole or not at all. Raises NotExported."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE)
    except FileExistsError:
        raise NotExported(f"{target} is there already; name another file") from None
    except OSError as error:
        raise NotExported(f"{target} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            target.chmod(FILE_MODE)  # whatever the umask
            for piece in zip_pieces(folder):
                file.write(piece)
    except OSError as error:
        with suppress(OSError):
            target.unlink()
        raise NotExported(f"{target} cannot be written: {error.strerror}") from None
