"""The actions by which a turn is charged to its subject; `allowances.py` says what is charged when.

Each public function is an action that a row of `table.py` names: it says and does, and never chooses a state.
"""

from actors.deciding.events import Admitted, Measured
from actors.deciding.step import Step


def charge_turn(step: Step, admitted: Admitted) -> None:
    """The turn is charged, and its utterance; where its length is not known, both wait for it."""
    turn = step.conversation.turn
    if turn.seconds is not None:
        step.conversation.allowance.count_turn(step.now, turn.seconds)


def charge_measured(step: Step, measured: Measured) -> None:
    """It is known how long the utterance is: it is charged with its turn."""
    step.conversation.allowance.count_turn(step.now, measured.seconds)
