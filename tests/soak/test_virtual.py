"""The deterministic soak in small: some hundred turns, the file that it goes on from, how it tells of a failure."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.soak import __main__ as command
from tests.soak import virtual
from tests.soak.rules import SpeechStory
from tests.soak.virtualblock import BlockFailed, play_block, play_twice
from tests.soak.virtualcounts import named_rows

OUTCOMES = {"completed", "interrupted", "cancelled", "failed", "empty"}


class Inline(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Do it."""
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def test_some_hundred_turns_break_no_rule_and_are_the_same_when_played_again() -> None:
    done = play_twice(3, 0, 500)
    assert done.tally.turns >= 500
    assert done.tally.outcomes.keys() >= OUTCOMES
    assert 0.05 < done.exact / done.tally.turns < 0.5, "some are compared with the reference model"
    assert len(done.tally.rows.keys() & set(named_rows())) > 100


@pytest.mark.long
def test_twenty_thousand_turns_break_no_rule(tmp_path: Path) -> None:
    told: list[str] = []
    state = virtual.SoakState(4)
    with virtual.processes(2) as pool:
        virtual.soak(state, 20_000, tmp_path / "state", 2, told.append, pool)
    assert state.tally.outcomes.keys() >= OUTCOMES | {"reopened"}
    assert len(state.tally.missing_rows()) < 25
    assert told


def test_a_run_goes_on_where_it_was_ended(tmp_path: Path) -> None:
    path, told = tmp_path / "state", list[str]()
    for turns in (30, 60):
        state = virtual.read_state(path, 5)
        state.block_turns = 20
        virtual.soak(state, turns, path, 1, told.append, Inline())
    whole = virtual.SoakState(5, 20)
    virtual.soak(whole, 60, None, 1, told.append, Inline())
    assert state.tally == whole.tally
    assert state.block == whole.block
    assert any(line.startswith("goes on with block ") for line in told)
    with pytest.raises(virtual.StateMismatch, match="--seed 5"):
        virtual.read_state(path, 6)


def test_a_rule_that_is_broken_is_told_with_the_command_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a rule")

    monkeypatch.setattr(SpeechStory, "take", refuse)
    with pytest.raises(BlockFailed, match="a rule") as failed:
        play_block(6, 2, 10)
    assert any("session.joined" in line for line in failed.value.lines)
    monkeypatch.setattr(virtual, "processes", lambda _: Inline())
    told = CliRunner().invoke(command.main, ["--turns", "10", "--seed", "6", "--block", "2"])
    assert told.exit_code == 1
    assert "python -m tests.soak --turns 2000 --seed 6 --block 2" in told.output
