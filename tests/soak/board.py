"""What a soak and its server share: by how much the server's clock is wrong, and how many tasks it has."""

import mmap
import struct
from pathlib import Path

_LAYOUT = struct.Struct("dq")


class Board:
    """A file of two numbers that both processes have in memory: neither asks, and no call of the system can fail."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_LAYOUT.size))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)

    @property
    def clock(self) -> float:
        """Seconds by which the server's time of day is ahead of the machine's; the soak sets it."""
        ahead: float = _LAYOUT.unpack_from(self._memory)[0]
        return ahead

    @clock.setter
    def clock(self, ahead: float) -> None:
        struct.pack_into("d", self._memory, 0, ahead)

    @property
    def tasks(self) -> int:
        """Trio's tasks in the server, which sets it."""
        tasks: int = _LAYOUT.unpack_from(self._memory)[1]
        return tasks

    @tasks.setter
    def tasks(self, count: int) -> None:
        struct.pack_into("q", self._memory, 8, count)
