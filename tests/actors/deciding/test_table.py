"""The table of states: complete, without leftovers, and the same as the machine that is built from it."""

from importlib.metadata import version
from itertools import product
from typing import get_args

import pytest
import transitions

from actors.deciding import table
from actors.deciding.conversation import ACTIONS
from actors.deciding.limits import Limits
from actors.deciding.table import DEADLINES, EVENTS, LOOKUP, MACHINE, RULES, Action
from protocol.states import State

PAIRS = [pytest.param(state, event, id=f"{state}-{event}") for state, event in product(State, EVENTS)]
NAMED = [action for rule in RULES for action in (*rule.ends, *rule.begins)]


class Model:
    """Anything with a state."""

    def __init__(self, state: State) -> None:
        self.state = state


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_state_and_event_has_exactly_one_row(state: State, event: str) -> None:
    rows = [rule for rule in RULES if rule.event == event and state in rule.sources]
    assert rows == [LOOKUP[state, event]]


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_the_machine_moves_as_the_table_says(state: State, event: str) -> None:
    dest = LOOKUP[state, event].dest
    model = Model(state)
    if dest is not None:
        assert MACHINE.events[event].trigger(model) is True
        assert model.state is dest
    elif event in MACHINE.events:
        with pytest.raises(transitions.MachineError):
            MACHINE.events[event].trigger(model)
        assert model.state is state


def test_the_machine_has_no_arrow_that_the_table_has_not() -> None:
    arrows = {(event, State[source]) for event, made in MACHINE.events.items() for source in made.transitions}
    assert arrows == {(rule.event, source) for rule in RULES if rule.dest is not None for source in rule.sources}
    assert [State[name] for name in MACHINE.states] == list(State)


def test_every_action_that_a_row_names_exists_and_none_is_left_over() -> None:
    assert set(NAMED) == set(ACTIONS) == set(get_args(Action))


def test_every_row_says_what_happens_and_does_something_or_says_nothing_does() -> None:
    for rule in RULES:
        assert rule.says
        idle = rule.dest is None and not rule.ends and not rule.begins
        assert idle == rule.says.startswith(("nothing", "does not come", "the last socket left: what"))


def test_the_diagram_names_the_events_that_are_barge_in() -> None:
    assert "    speaking --> receiving: append (barge-in)" in table.diagram().splitlines()


def test_a_row_that_stays_has_nothing_to_begin() -> None:
    assert all(not rule.begins for rule in RULES if rule.dest is None)


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


def test_the_diagram_draws_an_arrow_for_every_pair_of_states_once() -> None:
    lines = table.diagram().splitlines()
    arrows = {(source, rule.dest) for rule in RULES for source in rule.sources if rule.dest is not None}
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> idle"]
    assert sorted(line.split(":")[0].strip() for line in lines[2:]) == sorted(f"{a} --> {b}" for a, b in arrows)


# ---- what actors/deciding/table.py relies on in the library


def test_the_library_is_the_one_whose_behaviour_is_relied_on() -> None:
    assert version("transitions") == "0.9.3"


def test_a_trigger_moves_any_object_with_a_state_and_keeps_nothing_of_it() -> None:
    model = Model(State.IDLE)
    assert MACHINE.events["update"].trigger(model)
    assert model.state is State.HANDSHAKEN
    assert vars(model) == {"state": State.HANDSHAKEN}
    assert MACHINE.models == []


def test_a_trigger_that_no_row_allows_raises_and_leaves_the_state() -> None:
    model = Model(State.IDLE)
    with pytest.raises(transitions.MachineError):
        MACHINE.events["commit"].trigger(model)
    assert model.state is State.IDLE
