"""Which process has which session, and which one gets the next stream: the parent's knowledge, without I/O or clock.

A session belongs to one process from the claim of the first socket that joins it until the claim is given back. Between
the two, whoever names the session is led there. What is only named in a request's query is *expected*: its stream has
been handed to a process, which has not claimed it yet, and a second stream for it goes the same way. An expectation
binds nobody: a claim by another process goes before it, and then the first one relays.

A process that is no more has no sessions. The names of processes are never used again, so a sid of an old one is known
as such.
"""

from collections import OrderedDict

MOST_EXPECTED = 10_000
"""Sessions that are expected. At the bound the oldest expectation is forgotten; claims decide then."""
EXPECTED_SECONDS = 30.0
MOST_BOUND = 100_000
"""Sessions that are over and still bound to their process. At the bound no new one is taken in: see `release`."""
SEPARATOR = "."
"""Between the name of a process and the rest of an Engine.IO sid; the random part has none."""


class _Load:
    """What a process has to do: as it told last, and the streams it was given since."""

    def __init__(self) -> None:
        self.sessions = self.streams = self.given = 0
        self.is_leaving = False

    def weight(self) -> tuple[bool, int, int]:
        """Less is given the next stream before more: a leaving process last, then by sessions, then by streams."""
        return self.is_leaving, self.sessions + self.given, self.streams + self.given


class OwnerTable:
    """See the module's text. `now` is in seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._loads: dict[str, _Load] = {}
        self._owners: dict[str, str] = {}
        self._bound: dict[str, tuple[str, float]] = {}
        self._expected: OrderedDict[str, tuple[str, float]] = OrderedDict()

    @property
    def names(self) -> tuple[str, ...]:
        """The processes that serve."""
        return tuple(self._loads)

    @property
    def sessions(self) -> int:
        """How many sessions have an owner."""
        return len(self._owners)

    def add(self, name: str) -> None:
        """A process serves."""
        self._loads[name] = _Load()

    def remove(self, name: str) -> None:
        """A process serves no more, and its sessions are nobody's."""
        self._loads.pop(name, None)
        self._owners = {session: owner for session, owner in self._owners.items() if owner != name}
        self._bound = {session: bound for session, bound in self._bound.items() if bound[0] != name}

    def leave(self, name: str) -> None:
        """A process is going to end: it gets no new stream as long as there is another one."""
        if name in self._loads:
            self._loads[name].is_leaving = True

    def note_load(self, name: str, sessions: int, streams: int) -> None:
        """A process tells what it has."""
        if (load := self._loads.get(name)) is not None:
            load.sessions, load.streams, load.given = sessions, streams, 0

    def choose(self, sid: str, session: str, now: float) -> tuple[str, bool]:
        """The process for a stream whose first request names this sid and this session, "" for none.

        With it, whether the sid is one of a process that is no more. Raises LookupError where no process serves.
        """
        owner = owner_of(sid)
        if owner in self._loads:
            return self._give(owner), False
        name = self._place_of(session, now) if session and not owner else ""
        return self._give(name or self._least()), bool(owner)

    def _place_of(self, session: str, now: float) -> str:
        """The process that has the session, or is about to."""
        name = self._owner(session, now) or self._expected.get(session, ("", 0.0))[0]
        if name in self._loads:
            return name
        name = self._least()
        self._expected[session] = (name, now + EXPECTED_SECONDS)
        while len(self._expected) > MOST_EXPECTED or next(iter(self._expected.values()))[1] <= now:
            self._expected.popitem(last=False)
        return name

    def _owner(self, session: str, now: float) -> str:
        if (owner := self._owners.get(session)) is not None:
            return owner
        name, until = self._bound.get(session, ("", 0.0))
        return name if until > now else ""

    def _least(self) -> str:
        if not self._loads:
            raise LookupError("no process serves")
        return min(self._loads, key=lambda name: self._loads[name].weight())

    def _give(self, name: str) -> str:
        self._loads[name].given += 1
        return name

    def claim(self, session: str, name: str, now: float) -> str:
        """The owner of the session, which is `name` where it had none."""
        owner = self._owner(session, now) or name
        self._owners[session] = owner
        self._bound.pop(session, None)
        self._expected.pop(session, None)
        return owner

    def release(self, session: str, name: str, bound: float, now: float) -> None:
        """The session is nobody's any more; for `bound` seconds no other process may have it.

        Past MOST_BOUND those whose time is over are forgotten, and where none is, this session stays owned until its
        process ends: to forget it would let a token for a single use be used twice.
        """
        if self._owners.get(session) != name:
            return
        if bound > 0 and len(self._bound) >= MOST_BOUND:
            self._bound = {key: value for key, value in self._bound.items() if value[1] > now}
            if len(self._bound) >= MOST_BOUND:
                return
        del self._owners[session]
        if bound > 0:
            self._bound[session] = (name, now + bound)


def owner_of(sid: str) -> str:
    """The name of the process in a sid, "" where there is none."""
    return sid.rpartition(SEPARATOR)[0]
