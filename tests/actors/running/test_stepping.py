"""A session at rest steps in the task that brings it mail, and else in its own: the same order, the same end."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.deciding.account import nobodys
from actors.deciding.events import Recognised, Said, ShutDown, StageEvent, Words
from actors.running.calls import REPORTS, CallDeadlines, EngineCall, JobMemory, Waits, no_matter
from actors.running.mailbox import Mailbox
from actors.running.session import Runner
from protocol.messages import BufferAppend, BufferClear, BufferCommit
from protocol.states import State
from tests.actors.running.test_listening import LIMITS, session_runners

BEGUN = bytes(range(40))
"""A chunk by which the format is known to be samples."""


def chunk(audio: bytes) -> Said:
    """A chunk of the Sender."""
    return Said(1, BufferAppend(audio))


def extend(runner: Runner, audio: bytes) -> bool:
    """Have the session take a chunk of the Sender at once, where it can."""
    return runner.extend(1, audio, None, trio.current_time())


def state(runner: Runner) -> State:
    """Its state by now."""
    return runner.conversation.state


async def test_a_session_at_rest_steps_at_once(autojump_clock: MockClock) -> None:
    async with session_runners() as server:
        runner = server.runners[0]
        runner.tell(chunk(BEGUN))
        assert state(runner) is State.RECEIVING
        assert extend(runner, b" two")
        assert runner.conversation.utterance.audio == BEGUN + b" two"
        runner.tell(Said(1, BufferClear()))
        assert state(runner) is State.HANDSHAKEN


async def test_what_comes_behind_mail_on_its_way_goes_by_the_mailbox(autojump_clock: MockClock) -> None:
    async with session_runners() as server:
        runner = server.runners[0]
        runner.tell(chunk(BEGUN))
        runner.mailbox.send_nowait(chunk(b" two"))  # handed to the waiting task, which has not run yet
        assert not extend(runner, b" never")
        runner.tell(chunk(b" three"))
        assert runner.conversation.utterance.audio == BEGUN
        await wait_all_tasks_blocked()
        assert runner.conversation.utterance.audio == BEGUN + b" two three"
        assert extend(runner, b" four")


async def test_a_jobs_result_is_a_step_in_its_own_task_where_the_session_is_at_rest(autojump_clock: MockClock) -> None:
    async with session_runners() as server:
        runner = server.runners[0]
        runner.tell(chunk(b"sound"))
        runner.tell(Said(1, BufferCommit()))
        [turn] = runner._jobs.turns
        await runner.report(Recognised(turn, "Hello"), no_matter)
        assert state(runner) is State.RESPONDING


async def test_a_jobs_result_goes_behind_mail_on_its_way(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with session_runners() as server:
        runner = server.runners[0]
        states: list[State] = []
        runner.mailbox.send_nowait(chunk(b"one"))
        with monkeypatch.context() as patch:
            patch.setattr(runner, "_take", lambda mail: states.append(state(runner)))
            await runner.report(Recognised(1, "Hello"), no_matter)
            await wait_all_tasks_blocked()
        assert states == [State.RECEIVING]


async def test_an_engine_that_never_waits_lets_others_run_after_so_many_results(autojump_clock: MockClock) -> None:
    seen: list[int] = []
    reported: list[StageEvent] = []

    async def report(event: StageEvent, waits: Waits) -> None:
        reported.append(event)

    async def look() -> None:
        while True:
            seen.append(len(reported))
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(look)
        call = EngineCall(CallDeadlines("STT", LIMITS), JobMemory(nobodys()), report)
        for number in range(10 * REPORTS):
            await call.report(Words(1, str(number)))
        nursery.cancel_scope.cancel()
    assert len({*seen}) >= 4  # which of two tasks runs first is chance


async def test_an_engine_that_never_waits_is_cut_at_its_next_result() -> None:
    reported: list[StageEvent] = []

    async def report(event: StageEvent, waits: Waits) -> None:
        reported.append(event)
        scope.cancel()

    call = EngineCall(CallDeadlines("STT", LIMITS), JobMemory(nobodys()), report)
    with trio.CancelScope() as scope:
        while True:
            await call.report(Words(1, "on and on"))
    assert len(reported) == 1


async def test_a_full_mailbox_takes_nothing_in(autojump_clock: MockClock) -> None:
    async with session_runners() as server:
        runner = server.runners[0]
        for _ in range(LIMITS.mailbox):
            runner.mailbox.send_nowait(chunk(b""))
        with pytest.raises(trio.WouldBlock):
            runner.tell(chunk(b""))
        assert not extend(runner, b"")
        await wait_all_tasks_blocked()


async def test_a_deadline_that_such_a_step_makes_earlier_is_kept(autojump_clock: MockClock) -> None:
    async with session_runners() as server:
        runner = server.runners[0]
        assert runner.conversation.clock.deadline > LIMITS.receiving + trio.current_time()
        runner.tell(chunk(BEGUN))
        await trio.sleep(LIMITS.receiving - 0.5)
        assert extend(runner, b"two")
        await trio.sleep(LIMITS.receiving - 0.5)
        assert state(runner) is State.RECEIVING
        await trio.sleep(1)
        assert state(runner) is State.HANDSHAKEN


async def test_a_session_that_ends_in_such_a_step_is_over_and_takes_nothing_more(autojump_clock: MockClock) -> None:
    async with session_runners() as server:
        runner = server.runners[1]
        runner.tell(ShutDown())
        assert runner.conversation.ended
        assert not extend(runner, b"late")
        runner.tell(chunk(b"late"))  # to a task that has not ended yet
        await wait_all_tasks_blocked()
        with pytest.raises(trio.BrokenResourceError):
            runner.tell(chunk(b"late"))
        server.runners.remove(runner)


@pytest.mark.parametrize("way", ["tell", "extend", "report"])
async def test_a_fault_in_such_a_step_is_the_sessions_own(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    class BrokenBuffer:
        size, overflown, crowded, listened = 1, False, False, True

    with pytest.RaisesGroup(pytest.RaisesExc(AttributeError)):
        async with session_runners() as server:
            runner = server.runners[0]
            runner.tell(chunk(BEGUN))
            monkeypatch.setattr(runner.conversation, "utterance", BrokenBuffer())
            if way == "tell":
                runner.tell(chunk(b"two"))
            elif way == "report":
                monkeypatch.setattr(runner.conversation, "turn", None)
                await runner.report(Recognised(1, "Hello"), no_matter)
            else:
                assert extend(runner, b"two")
            assert not extend(runner, b"three")
            await trio.sleep(1)


def is_at_rest(mailbox: Mailbox[int]) -> bool:
    """Whether its receiver waits, and has received all that was sent."""
    return mailbox.is_awaited and not mailbox.under_way


async def test_a_mailbox_is_at_rest_while_it_is_awaited_and_nothing_is_on_its_way() -> None:
    mailbox = Mailbox[int](1)
    seen: list[int] = []

    async def take() -> None:
        while True:
            seen.append(await mailbox.receive())

    async with trio.open_nursery() as nursery:
        rests = [is_at_rest(mailbox)]
        nursery.start_soon(take)
        await wait_all_tasks_blocked()
        rests.append(is_at_rest(mailbox))
        mailbox.send_nowait(1)
        rests.append(is_at_rest(mailbox))
        nursery.start_soon(mailbox.send, 2)
        await wait_all_tasks_blocked()
        rests.append(is_at_rest(mailbox))
        nursery.cancel_scope.cancel()
    assert rests == [False, True, False, True]
    assert seen == [1, 2]
    mailbox.send_nowait(3)
    with trio.move_on_after(0):
        await mailbox.send(4)
    assert mailbox.receive_nowait() == 3
    assert mailbox.under_way == 0


async def test_a_mailbox_takes_in_those_who_wait_for_room_in_their_order() -> None:
    mailbox, sent = Mailbox[int](1), list[int]()

    async def send(number: int) -> None:
        await mailbox.send(number)
        sent.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(4):
            nursery.start_soon(send, number)
            await wait_all_tasks_blocked()
        assert sent == [0]
        with pytest.raises(trio.WouldBlock):
            mailbox.send_nowait(9)
        with trio.move_on_after(0):
            await mailbox.send(8)
        assert [await mailbox.receive(), mailbox.receive_nowait()] == [0, 1]
        with pytest.raises(trio.WouldBlock):
            mailbox.send_nowait(9)
        assert [mailbox.receive_nowait(), mailbox.receive_nowait()] == [2, 3]
    assert (sorted(sent), mailbox.under_way) == ([0, 1, 2, 3], 0)
    with pytest.raises(trio.WouldBlock):
        mailbox.receive_nowait()


async def test_who_waits_for_room_in_a_mailbox_that_closes_is_told_so() -> None:
    mailbox = Mailbox[int](1)
    mailbox.send_nowait(1)

    async def send() -> None:
        with pytest.raises(trio.BrokenResourceError):
            await mailbox.send(2)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        await wait_all_tasks_blocked()
        mailbox.close()
    assert (mailbox.receive_nowait(), mailbox.under_way) == (1, 0)
    with pytest.raises(trio.BrokenResourceError):
        await mailbox.send(3)
    with pytest.raises(trio.BrokenResourceError):
        mailbox.send_nowait(4)


async def test_a_mailbox_whose_receiver_is_cancelled_loses_no_mail() -> None:
    mailbox = Mailbox[int](1)
    with trio.move_on_after(0):
        await mailbox.receive()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mailbox.receive)
        await wait_all_tasks_blocked()
        mailbox.send_nowait(1)  # to a task that is cancelled before it has run
        nursery.cancel_scope.cancel()
    assert mailbox.under_way == 0
    mailbox.send_nowait(2)
    assert await mailbox.receive() == 2
