"""A row of the table: what `table.py` and `handsfreerules.py` are made of."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from actors.deciding.step import Step
from actors.deciding.triggers import E, Trigger
from protocol.states import State

Action = Callable[[Step, E], None]


class Rule(msgspec.Struct, frozen=True):
    """A row: see the module's text. `says` is what happens, in words for people."""

    trigger: Trigger[Any]
    sources: tuple[State, ...]
    dest: State | None
    says: str
    ends: tuple[Action[Any], ...]
    begins: tuple[Action[Any], ...]


def rule(
    trigger: Trigger[E],
    sources: tuple[State, ...],
    dest: State | None,
    says: str,
    ends: tuple[Action[E], ...] = (),
    begins: tuple[Action[E], ...] = (),
) -> Rule:
    """A row whose actions take what its trigger carries; a generic Rule would be checked only in part."""
    return Rule(trigger, sources, dest, says, ends, begins)


ELSEWHERE: Final = "does not come in this state"
STALE: Final = "nothing: a result of a turn that is over is dropped"
