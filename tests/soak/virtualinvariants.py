"""What holds of a session between any two of its steps, whatever clients, engines and the clock do."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from unittest.mock import patch

from actors.deciding.conversation import Conversation
from actors.running.session import Mail, Runner
from protocol.states import State

AT_REST: Final = (State.IDLE, State.HANDSHAKEN)


@contextmanager
def checked_steps(fail: Callable[[BaseException], None]) -> Iterator[None]:
    """A block in which each session is checked after each of its steps; `fail` is called with what is wrong.

    Nothing is raised into the server, which would take it for a fault of its own.
    """
    take = Runner._take

    def take_and_check(runner: Runner, mail: Mail) -> None:
        take(runner, mail)
        try:
            check_runner(runner)
        except AssertionError as error:
            fail(error)

    with patch.object(Runner, "_take", take_and_check):
        yield


def check_runner(runner: Runner) -> None:
    """The session's data, and the work and the seats that it has."""
    conversation = runner.conversation
    check(conversation)
    if conversation.ended or conversation.state not in AT_REST:
        return
    microphone = conversation.microphone
    undecided = microphone.undecided if microphone is not None else None
    trial = {undecided.trial} - {0} if undecided is not None else set()
    assert set(runner._jobs.turns) <= trial, f"{conversation!r} has work: {runner._jobs._work}"
    assert not runner._live.turns, f"{conversation!r} is listened to"
    assert not runner._seats.turns, f"{conversation!r} has seats: {runner._seats.turns}"


def check(conversation: Conversation) -> None:
    """A session has a way on, its memory is what its turn and its speech have, and nobody is deaf."""
    microphone, state = conversation.microphone, conversation.state
    if conversation.ended:
        return
    assert state in AT_REST or conversation.clock.deadline < math.inf, f"{conversation!r} has no deadline"
    assert conversation.turn.charge.size >= 0, f"{conversation!r} gave back more memory than it had"
    assert state not in AT_REST or not conversation.turn.charge.size, f"{conversation!r} keeps the memory of a turn"
    counts = conversation.speculation
    has_draft = microphone is not None and microphone.draft is not None
    assert has_draft == (conversation.shadow is not None), f"{conversation!r} has half of a draft"
    assert counts.begun == counts.kept + counts.dropped + has_draft, f"{conversation!r} has lost a draft"
    assert not has_draft or state is State.RECEIVING, f"{conversation!r} has a draft of what is over"
    if microphone is not None:
        contest = microphone.contest
        assert contest is None or microphone.awaited is None, f"{conversation!r} has speech twice"
        assert contest is None or state not in (*AT_REST, State.RECEIVING), (
            f"{conversation!r} judges speech after a turn"
        )
        is_heard = state is State.RECEIVING or contest is not None
        assert microphone.detection.is_open == is_heard, f"{conversation!r} is deaf"
