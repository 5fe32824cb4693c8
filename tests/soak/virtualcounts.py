"""What happened in a soak, counted: rows of the table, errors, outcomes, messages, steps; and what never did."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

import msgspec
import trio

from actors.deciding import machine
from actors.deciding.conversation import Conversation
from actors.deciding.rules import ELSEWHERE, STALE, Rule
from actors.deciding.table import LOOKUP
from actors.ports.watching import DeadlinePassed, ErrorTold, Observation, SpeechJudged, TurnRecord
from actors.running import session
from protocol.states import State

Counts = dict[str, int]
UNNAMED: Final = frozenset({ELSEWHERE, STALE})
"""What the table says of a pair of state and event that no conversation brings about."""


_NO_MICROPHONE: Final = "a session has no microphone before its configuration"
_NO_DEADLINE: Final = "the state has no deadline but the grace period's, at which the session ends"
IMPOSSIBLE: Final = {
    "handshaken: deadline": _NO_DEADLINE,
    "idle: deadline": _NO_DEADLINE,
    "idle: echo": _NO_MICROPHONE,
    "idle: unheard": _NO_MICROPHONE,
    "idle: words found": "no answer was cut before the configuration",
    "speaking: admitted": "a turn is admitted in the step that begins it, or taken over from a draft before it answers",
}
"""Rows that cannot happen in a soak, and why."""


class Tally(msgspec.Struct):
    """Counts by their names; `rows` by `state: event`."""

    turns: int = 0
    rows: Counts = {}
    errors: Counts = {}
    outcomes: Counts = {}
    sources: Counts = {}
    judgements: Counts = {}
    moments: Counts = {}
    deadlines: Counts = {}
    refusals: Counts = {}
    closes: Counts = {}
    messages: Counts = {}
    steps: Counts = {}

    def add(self, other: "Tally") -> None:
        """Count what the other has counted, too."""
        self.turns += other.turns
        for name in self.__struct_fields__[1:]:
            mine = getattr(self, name)
            for key, count in getattr(other, name).items():
                mine[key] = mine.get(key, 0) + count

    def missing_rows(self) -> list[str]:
        """The rows that never happened, of those that can."""
        return [row for row in named_rows() if row not in self.rows]


def named_rows() -> list[str]:
    """The pairs of state and event for which the table says that something happens."""
    return sorted(row_name(*pair) for pair, rule in LOOKUP.items() if rule.says not in UNNAMED)


def row_name(state: State, event: str) -> str:
    """A pair as it is counted."""
    return f"{state.value}: {event}"


class _CountedRules(dict[tuple[State, str], Rule]):
    """The table's rows, each of which is counted as it is looked up."""

    def __init__(self, counter: Counter[tuple[State, str]]) -> None:
        super().__init__(LOOKUP)
        self._counter = counter

    def __getitem__(self, pair: tuple[State, str]) -> Rule:
        self._counter[pair] += 1
        return super().__getitem__(pair)


class SoakCounting:
    """Counts what happens while it is `running`."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[State, str]] = Counter()
        self.counters: dict[str, Counter[str]] = {name: Counter() for name in Tally.__struct_fields__[1:]}
        self.turns = self.wanted = 0
        self.reached = trio.Event()
        """Set once there were as many turns as are `wanted`."""

    def note(self, kind: str, name: object) -> None:
        """Count one."""
        self.counters[kind][str(name)] += 1

    def watch(self, observation: Observation) -> None:
        """The watcher of a server."""
        match observation:
            case TurnRecord():
                self.turns += 1
                if self.turns >= self.wanted:
                    self.reached.set()
                self.note("outcomes", observation.outcome)
                self.note("sources", f"{observation.source}, {observation.detection}")
                for moment in observation.moments:
                    self.note("moments", moment.kind)
            case ErrorTold(error_id):
                self.note("errors", int(error_id))
            case SpeechJudged(judgement):
                self.note("judgements", judgement)
            case DeadlinePassed(name):
                self.note("deadlines", name)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the rows of the table, also those that are taken by a short way."""
        pairs, extend = self.pairs, machine._extend

        def extend_in_step(made: Any, occurrence: Any) -> bool:
            taken = extend(made, occurrence)
            if taken:
                pairs[made.state, occurrence.trigger.name] += 1
            return taken

        def counted(name: str, event: str) -> Any:
            way = getattr(session, name)

            def count(conversation: Conversation, *arguments: Any) -> Any:
                taken = way(conversation, *arguments)
                if taken is not None and taken is not False:
                    pairs[conversation.state, event] += 1
                return taken

            return patch.object(session, name, count)

        with (
            patch.object(machine, "LOOKUP", _CountedRules(pairs)),
            patch.object(machine, "_extend", extend_in_step),
            counted("extend", "append"),
            counted("hear", "listen"),
            counted("pass_frame", "frame"),
        ):
            yield

    def tally(self) -> Tally:
        """All that was counted."""
        rows = {row_name(state, event): count for (state, event), count in self.pairs.items()}
        counts = {name: dict(counter) for name, counter in self.counters.items() if name != "rows"}
        return Tally(self.turns, rows, **counts)

    def check_rows(self) -> None:
        """No event came in a state in which it does not come."""
        wrong = [row_name(*pair) for pair in self.pairs if LOOKUP[pair].says == ELSEWHERE]
        assert not wrong, f"events came in states in which they do not come: {wrong}"
