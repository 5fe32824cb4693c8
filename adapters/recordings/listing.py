"""The list of recordings for people and for programs."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from adapters.recordings.store import StoredRecording
from protocol.printable import printable

_HEAD = ("name", "length", "size", "subject", "how it ended")


def as_json(found: Sequence[StoredRecording]) -> str:
    """The recordings as a JSON array."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def as_table(found: Sequence[StoredRecording], folder: Path) -> str:
    """The recordings as lines with columns, and a line for all of them."""
    if not found:
        return f"there are no recordings in {folder}"
    rows = [_HEAD, *map(_cells, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    total = sum(one.bytes for one in found)
    return "\n".join([*lines, f"{len(found)} in {folder}, {_size(total)}"])


def _cells(one: StoredRecording) -> tuple[str, ...]:
    about = one.about
    if about is None:
        return one.name, "", _size(one.bytes), "", "its session.json cannot be read"
    length = "" if one.is_running else f"{int(about.seconds) // 60}:{int(about.seconds) % 60:02}"
    early = "" if about.complete else "incomplete: "
    how = "it is being made" if one.is_running else early + about.why
    return one.name, length, _size(one.bytes), printable(about.subject), printable(how)


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
