"""A recording as one ZIP file, made in pieces as it is read, so that none of it is held as a whole."""

import io
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PIECE: Final = 262_144


class _Sink(io.RawIOBase):
    """What a ZIP file is written to: its bytes wait here until they are taken."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: object) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._bytes += view
        self._at += len(view)
        return len(view)

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


def zip_pieces(folder: Path) -> Iterator[bytes]:
    """The ZIP file of a recording's folder, in pieces: its files as they are now, and no links. Raises OSError."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(os.listdir(folder)):
            path = folder / name
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                continue
            about = zipfile.ZipInfo.from_file(path, f"{folder.name}/{name}")
            about.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as file, archive.open(about, "w", force_zip64=True) as packed:
                left = status.st_size  # one that is being made grows meanwhile
                while left and (piece := file.read(min(_PIECE, left))):
                    left -= len(piece)
                    packed.write(piece)
                    if taken := sink.take():
                        yield taken
            if taken := sink.take():
                yield taken
    yield sink.take()
