"""What a soak has found, and what it has counted on the way."""

import time
import traceback
from collections import Counter
from collections.abc import Iterable

import msgspec

NO_DESCRIPTORS, KILLED_SERVER = "no descriptors", "kill a server"
AFTER = 5.0
"""Seconds after the end of such a fault in which connections may still be refused or lost for it."""
MOST = 20
"""Findings that are told; a server that breaks once may break in each session."""


def rule_of(error: AssertionError) -> str:
    """The rule that was broken: its words, or the line of source that asserts it."""
    return str(error) or str(traceback.extract_tb(error.__traceback__)[-1].line)


class BrokenRule(msgspec.Struct, frozen=True):
    """A rule that was broken: by whom, when (seconds since the beginning), and the `last` messages of that client."""

    at: float
    who: str
    rule: str
    last: tuple[str, ...]
    weather: str


class Findings:
    """All that a soak tells at its end. `weather`: the faults that are injected at the moment."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.found: list[BrokenRule] = []
        self.left_out = 0
        self.messages = 0
        self.visits: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.turns: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.weather: dict[str, float] = {}
        self.slowest: dict[str, tuple[float, str]] = {}
        self.crowded_until = 0.0

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.begun

    def add(self, who: str, rule: str, last: Iterable[str] = ()) -> None:
        """A rule was broken."""
        if len(self.found) >= MOST:
            self.left_out += 1
            return
        weather = ", ".join(self.weather) or "no fault"
        self.found.append(BrokenRule(self.now, who, rule, tuple(last), weather))

    @property
    def may_refuse(self) -> bool:
        """Whether a client that keeps all rules may be refused, or lose its connection."""
        return bool(self.weather.keys() & {NO_DESCRIPTORS, KILLED_SERVER}) or self.now < self.crowded_until

    def passed(self, source: str, dest: str, seconds: float, who: str) -> None:
        """A session was so long in a state."""
        name = f"{source} → {dest}"
        shown = f"{who} at {self.now:.0f} s ({', '.join(self.weather) or 'no fault'})"
        self.slowest[name] = max(self.slowest.get(name, (0.0, "")), (seconds, shown))
