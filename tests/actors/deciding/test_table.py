"""The table of states: complete, without leftovers, typed by its events, and the same as the machine made of it."""

import ast
import inspect
from importlib.metadata import version
from itertools import product
from types import ModuleType
from typing import Any

import pytest
import transitions

from actors.deciding import (
    answering,
    charging,
    contesting,
    ending,
    graph,
    hearing,
    listening,
    membership,
    speaking,
    triggers,
)
from actors.deciding.graph import MACHINE
from actors.deciding.limits import Limits
from actors.deciding.rules import Rule, rule
from actors.deciding.states import DEADLINES, HANDSHAKEN
from actors.deciding.step import Step
from actors.deciding.table import LOOKUP, RULES, TRIGGERS
from protocol.states import State

EVENTS = [trigger.name for trigger in TRIGGERS]
PAIRS = [pytest.param(state, event, id=f"{state}-{event}") for state, event in product(State, EVENTS)]
NAMED: set[Any] = {action for rule in RULES for action in (*rule.ends, *rule.begins)}
ACTIONS = (charging, hearing, answering, speaking, ending, membership, listening, contesting)
HELPERS = {
    speaking.begin_parts, speaking.closings, speaking.report, speaking.encode_audio, speaking.speech_of,
    ending.forget_turn, hearing.full,
    listening.microphone_of, listening.take_prefix, listening.begin_heard, listening.seats_of, listening.is_outdated,
    listening.drop_draft, listening.follow_configuration, listening.take_awaited, contesting.drop_contest,
    contesting.drop_outdated, contesting.hold_answer,
}  # fmt: skip
"""What the modules of actions share among them."""


def _name(action: Any) -> str:
    return str(action.__name__)


class AnyModel:
    """Anything with a state."""

    def __init__(self, state: State) -> None:
        self.state = state


def functions(module: ModuleType) -> set[Any]:
    """The public functions that a module defines."""
    tree = ast.parse(inspect.getsource(module))
    return {
        getattr(module, node.name)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_state_and_event_has_exactly_one_row(state: State, event: str) -> None:
    rows = [rule for rule in RULES if rule.trigger.name == event and state in rule.sources]
    assert rows == [LOOKUP[state, event]]


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_the_machine_moves_as_the_table_says(state: State, event: str) -> None:
    model = AnyModel(state)
    assert MACHINE.events[event].trigger(model) is True
    assert model.state is (LOOKUP[state, event].dest or state)


def test_the_machine_has_no_arrow_that_the_table_has_not() -> None:
    told = set(graph.arrows())
    rows = {(source, rule.dest, rule.trigger.name) for rule in RULES if rule.dest for source in rule.sources}
    assert told == rows
    assert [State[name] for name in MACHINE.states] == list(State)
    assert list(MACHINE.events) == EVENTS


def test_every_public_function_of_the_actions_is_in_a_row_or_serves_several_of_them() -> None:
    public = set().union(*(functions(module) for module in ACTIONS))
    assert public - NAMED == HELPERS
    assert public >= NAMED


@pytest.mark.parametrize("action", sorted(NAMED, key=_name), ids=_name)
def test_every_action_says_what_it_does(action: Any) -> None:
    assert action.__doc__
    assert action.__doc__.split("\n")[0].endswith(".")


def test_every_row_says_what_happens_and_does_something_or_says_nothing_does() -> None:
    for row in RULES:
        assert row.says
        idle = row.dest is None and not row.ends and not row.begins
        assert idle == row.says.startswith(("nothing", "does not come"))


def test_a_row_that_stays_has_nothing_to_begin() -> None:
    assert all(not row.begins for row in RULES if row.dest is None)


def test_every_state_but_the_two_quiet_ones_ends_by_a_deadline_of_the_limits() -> None:
    assert set(DEADLINES) == set(State) - {State.IDLE, State.HANDSHAKEN}
    for state, name in DEADLINES.items():
        assert getattr(Limits(), name) > 0
        assert LOOKUP[state, "deadline"].dest is State.HANDSHAKEN


def test_every_state_can_be_reached_from_the_first() -> None:
    reached = {State.IDLE}
    for _ in State:
        reached |= {rule.dest for rule in RULES if rule.dest and reached & set(rule.sources)}
    assert reached == set(State)


def test_the_type_checker_refuses_what_was_written_for_another_event() -> None:
    """It is the comments that test: an ignore that nothing needs is an error of mypy."""

    def fits(step: Step, chunk: triggers.Chunk) -> None: ...

    rows: tuple[Rule, ...] = (
        rule(triggers.APPEND, (HANDSHAKEN,), None, "fits", (fits, hearing.drop_utterance)),
        rule(triggers.TEXT, (HANDSHAKEN,), None, "does not", (fits,)),  # type: ignore[arg-type]
        rule(triggers.FAILURE, (HANDSHAKEN,), None, "does not", begins=(fits,)),  # type: ignore[arg-type]
    )
    assert triggers.SOUND(None).payload is None
    assert triggers.WORDS(None).payload is None  # type: ignore[arg-type]
    assert [row.says for row in rows] == ["fits", "does not", "does not"]


# ---- the diagram


def test_the_diagram_names_the_events_that_are_barge_in() -> None:
    assert "    speaking --> receiving: append (barge-in), intrude (barge-in), merge" in graph.diagram().splitlines()


def test_the_diagram_draws_an_arrow_for_every_pair_of_states_once() -> None:
    lines = graph.diagram().splitlines()
    arrows = {(source, rule.dest) for rule in RULES for source in rule.sources if rule.dest is not None}
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> idle"]
    assert sorted(line.split(":")[0].strip() for line in lines[2:]) == sorted(f"{a} --> {b}" for a, b in arrows)


def test_the_diagram_is_drawn_from_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "    idle --> handshaken: update" in graph.diagram().splitlines()
    monkeypatch.setattr(MACHINE.events["update"], "transitions", {})
    assert "idle --> handshaken" not in graph.diagram()


# ---- what actors/deciding relies on in the library


def test_the_library_is_the_one_whose_behaviour_is_relied_on() -> None:
    assert version("transitions") == "0.9.3"


def test_a_trigger_moves_any_object_with_a_state_and_keeps_nothing_of_it() -> None:
    model = AnyModel(State.IDLE)
    assert MACHINE.events["update"].trigger(model)
    assert model.state is State.HANDSHAKEN
    assert vars(model) == {"state": State.HANDSHAKEN}
    assert MACHINE.models == []


def test_a_trigger_that_has_no_row_raises_and_leaves_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MACHINE.events["commit"], "transitions", {})
    model = AnyModel(State.IDLE)
    with pytest.raises(transitions.MachineError):
        MACHINE.events["commit"].trigger(model)
    assert model.state is State.IDLE
