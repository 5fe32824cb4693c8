"""The `transitions` machine of the sessions, made of the table, and the graph that it draws.

Every rule is fed to it, those that keep the state as internal transitions. There is one machine for all sessions,
because a Machine per session costs 38 KiB. What is legal and what is drawn is read from it, not from the table.
"""

from collections.abc import Iterator
from typing import Final

import transitions

from actors.deciding.ending import interrupt
from actors.deciding.states import IDLE
from actors.deciding.table import LOOKUP, RULES
from protocol.states import State


def build() -> transitions.Machine:
    """The machine of the table; a rule that keeps the state is an internal transition."""
    machine = transitions.Machine(model=None, states=list(State), initial=IDLE, auto_transitions=False)
    for rule in RULES:
        machine.add_transition(rule.trigger.name, list(rule.sources), rule.dest)
    return machine


MACHINE: Final = build()


def arrows() -> Iterator[tuple[State, State, str]]:
    """Every transition of the machine that enters a state: from which, to which, by which event."""
    for name, event in MACHINE.events.items():
        for ways in event.transitions.values():
            yield from ((State[way.source], State[way.dest], name) for way in ways if way.dest is not None)


def diagram() -> str:
    """The machine as a Mermaid state diagram: an arrow for each pair of states, with the events that lead along it."""
    drawn: dict[tuple[State, State], list[str]] = {}
    for source, dest, name in arrows():
        is_barge_in = interrupt in LOOKUP[source, name].ends
        drawn.setdefault((source, dest), []).append(f"{name} (barge-in)" if is_barge_in else name)
    lines = ["stateDiagram-v2", f"    [*] --> {IDLE}"]
    lines += [f"    {source} --> {dest}: {', '.join(events)}" for (source, dest), events in drawn.items()]
    return "\n".join(lines)
