"""`vivavoce voices add`: the English voices of Kokoro out of what `npm pack kokoro-js` brought, or out of a folder.

An archive is somebody else's: nothing is unpacked by its names. Of its members those are read that are named as a voice
and have a voice's size, a bounded number of them, and they are written under that name alone.
"""

import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from adapters.voices.kokoro import NAME, VOICE_BYTES

MOST_VOICES = 200
MOST_MEMBERS = 10_000
"""Members of an archive, and files of a folder, that are looked at."""
FOLDERS = (".", "voices", "package/voices")
"""Where in a folder the voices may be."""


class VoicesNotAdded(Exception):
    """No voice was added; the message says why and what to do."""


class AddedVoices(msgspec.Struct, frozen=True):
    """The voices that were added, and how many were left out because they speak another language."""

    names: tuple[str, ...]
    left_out: int


def add_voices(source: Path, folder: Path) -> AddedVoices:
    """Copy the English voices of `source` into `folder`. Raises VoicesNotAdded, with what is wrong and what to do."""
    names: list[str] = []
    left_out = 0
    try:
        for name, data in _voices(source):
            if not NAME.fullmatch(name):
                left_out += 1
            elif len(names) < MOST_VOICES:
                _write(folder / f"{name}.bin", data)
                names.append(name)
    except (OSError, EOFError, tarfile.TarError) as error:
        raise VoicesNotAdded(f"{source}: voices cannot be copied from it to {folder}: {error}") from None
    if not names:
        raise VoicesNotAdded(
            f"{source} has no English voice of Kokoro, a file such as af_heart.bin of {VOICE_BYTES} bytes; "
            "npm pack kokoro-js brings an archive with them"
        )
    return AddedVoices(tuple(sorted(names)), left_out)


def _voices(source: Path) -> Iterator[tuple[str, bytes]]:
    """The voices by name. Raises OSError, EOFError and TarError."""
    if source.is_dir():
        for file in _files(source):
            yield file.stem, file.read_bytes()
    elif source.suffix == ".bin":
        if source.stat().st_size == VOICE_BYTES:
            yield source.stem, source.read_bytes()
    else:
        yield from _members(source)


def _files(folder: Path) -> Iterator[Path]:
    for place in FOLDERS:
        for _, file in zip(range(MOST_MEMBERS), sorted((folder / place).glob("*.bin")), strict=False):
            if file.is_file() and file.stat().st_size == VOICE_BYTES:
                yield file


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as opened:
        for _, member in zip(range(MOST_MEMBERS), opened, strict=False):
            path = Path(member.name)
            if member.isfile() and path.suffix == ".bin" and member.size == VOICE_BYTES:
                content = opened.extractfile(member)
                assert content is not None  # only of what is no file
                with closing(content):
                    yield path.stem, content.read(VOICE_BYTES)


def _write(file: Path, data: bytes) -> None:
    """Write it so that a process that reads it sees the old one or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_bytes(data)
    part.replace(file)
