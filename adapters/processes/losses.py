"""How often worker processes died, hung or did not start, by what they do: for who watches the server.

Engines own their processes, several layers down, so it is counted for the whole run of Trio: a server is one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from trio.lowlevel import RunVar

_LOST: RunVar[dict[str, int]] = RunVar("lost processes")


def expect(title: str) -> None:
    """There are such processes, of which none was lost yet: a series that begins at 1 shows Prometheus no increase."""
    _of_this_run().setdefault(title, 0)


def note_lost(title: str) -> None:
    """A process was lost that was not meant to end."""
    expect(title)
    _of_this_run()[title] += 1


def lost() -> Mapping[str, int]:
    """The number of processes that were lost, by their title; there are as many titles as kinds of processes."""
    return MappingProxyType(_of_this_run())


def _of_this_run() -> dict[str, int]:
    try:
        return _LOST.get()
    except LookupError:
        counts: dict[str, int] = {}
        _LOST.set(counts)
        return counts
