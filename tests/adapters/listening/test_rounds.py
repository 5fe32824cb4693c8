"""The rounds in which frames go to the process for voice activity: what gathers, and what happens when it is late."""

import logging
from array import array
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.ports.listening import ECHO, FRAME_BYTES, RATE, Reference
from actors.ports.sound import BANDS
from adapters.listening import rounds as module
from adapters.listening.detector import DetectorStream, SpeechDetector
from adapters.listening.envelopes import envelope
from adapters.listening.rounds import GATHER, LATE, PAUSES, JudgingRounds
from adapters.processes.frames import JudgedFrame, JudgeFrame
from tests.adapters.listening.test_echogate import later, voice

Serve = Callable[[JudgeFrame], Awaitable[None]]
"""What happens in a call before its answer."""


class ScriptedRounds(JudgingRounds):
    """The rounds of a process that is only said to be there; a frame's probability is its first byte, of 100."""

    def __init__(self, told: Callable[[str], None], serve: Serve) -> None:
        super().__init__(Path("none"), told)
        self._serve = serve
        self.living = 1
        self.calls: list[JudgeFrame] = []
        self.at: list[float] = []

    @property
    def pids(self) -> tuple[int, ...]:
        """One process, or none."""
        return tuple(range(self.living))

    async def ask(self, request: Any, answer: Any, *others: Any, **more: Any) -> Any:
        """Do what the script says, and answer."""
        self.calls.append(request)
        self.at.append(trio.current_time())
        await self._serve(request)
        firsts = request.samples[::FRAME_BYTES]
        return JudgedFrame(array("f", [first / 100 for first in firsts]).tobytes(), len(request.streams))


def scripted(serve: Serve) -> tuple[SpeechDetector, ScriptedRounds]:
    """A detector on such rounds."""
    detector = SpeechDetector()
    made = ScriptedRounds(detector._tell, serve)
    detector.rounds = made
    return detector, made


def frame(percent: int) -> bytes:
    """A frame with this probability."""
    return bytes([percent]) + bytes(FRAME_BYTES - 1)


async def quick(request: JudgeFrame) -> None:
    """An answer after 3 ms."""
    await trio.sleep(0.003)


async def test_who_is_alone_does_not_wait_and_who_comes_meanwhile_is_judged_together(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    detector, rounds = scripted(quick)
    await nursery.start(detector.run)
    async with detector.open() as first, detector.open() as second, detector.open() as third:
        began = trio.current_time()
        assert await first.judge(frame(50)) == (0.5,)
        assert trio.current_time() - began == pytest.approx(0.003)
        found = {}

        async def one(stream: DetectorStream, *percents: int) -> None:
            found[stream] = await stream.judge(b"".join(map(frame, percents)))

        async with trio.open_nursery() as asking:
            for stream, percents in ((first, (1,)), (second, (2, 3)), (third, (4,))):
                asking.start_soon(one, stream, *percents)
        assert {tuple(round(each * 100) for each in each) for each in found.values()} == {(1,), (2, 3), (4,)}
        assert [len(call.streams) for call in rounds.calls] == [1, 3]
        assert rounds.at[1] - rounds.at[0] == pytest.approx(GATHER)
        assert detector.counts.frames == 5


async def test_streams_keep_their_numbers_and_the_process_is_told_which_ended(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    detector, rounds = scripted(quick)
    await nursery.start(detector.run)
    async with detector.open() as first:
        async with detector.open() as second, detector.open():
            for _ in range(2):
                await first.judge(frame(1))
                await second.judge(frame(1))
        await first.judge(frame(1))
        await first.judge(frame(1))
    assert [call.streams for call in rounds.calls] == [(1,), (2,), (1,), (2,), (1,), (1,)]
    assert [call.ended for call in rounds.calls] == [(), (), (), (), (2,), ()], "the third was never known there"


@pytest.mark.parametrize("how", ["dead", "late", "short"])
async def test_another_engine_takes_over_at_once_and_hands_back_when_it_is_well(
    how: str, autojump_clock: MockClock, nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    is_ill = True

    async def serve(request: JudgeFrame) -> None:
        if is_ill and how == "dead":
            raise EngineFailed("it died")
        await trio.sleep(60.0 if is_ill else 0.003)

    detector, rounds = scripted(serve)
    if how == "short":
        rounds.ask = _short  # type: ignore[method-assign]
    await nursery.start(detector.run)
    with caplog.at_level(logging.INFO, "adapters.listening"):
        async with detector.open() as first, detector.open() as second:
            began = trio.current_time()
            async with trio.open_nursery() as asking:
                asking.start_soon(first.judge, frame(90))
                asking.start_soon(second.judge, frame(90))
            assert trio.current_time() - began <= LATE + GATHER
            assert await first.judge(frame(90)) == (0.0,), "WebRTC's detector hears nothing in it"
            assert (detector.counts.engine, detector.counts.changes) == ("webrtc", 1)
            is_ill = False
            rounds.__dict__.pop("ask", None)
            await trio.sleep(PAUSES[0] + LATE)
            assert await second.judge(frame(90)) == pytest.approx((0.9,))
            assert (detector.counts.engine, detector.counts.changes) == ("silero", 2)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "webrtc takes over" in said[0]
    assert "silero judges again" in said[1]


async def _short(*_: Any, **__: Any) -> JudgedFrame:
    """An answer without a probability."""
    await trio.lowlevel.checkpoint()
    return JudgedFrame(b"", 0)


async def test_nothing_is_tried_while_nobody_listens(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async def never(request: JudgeFrame) -> None:
        raise EngineFailed("it is broken")

    detector, rounds = scripted(never)
    await nursery.start(detector.run)
    async with detector.open() as stream:
        await stream.judge(frame(1))
    await trio.sleep(3_600.0)
    assert len(rounds.calls) == 1
    async with detector.open() as stream:
        await stream.judge(frame(1))
        await trio.sleep(3_600.0)
    assert 60 < len(rounds.calls) < 75, "once a minute"


async def test_who_is_cancelled_leaves_the_others_alone(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    detector, rounds = scripted(quick)
    await nursery.start(detector.run)
    async with detector.open() as first, detector.open() as second:
        await first.judge(frame(1))
        with trio.move_on_after(0.001):
            await second.judge(frame(2))
        assert len(rounds._waiting) == 0
        with trio.move_on_after(GATHER + 0.001):
            await second.judge(frame(3))
        assert await first.judge(frame(4)) == pytest.approx((0.04,))
        assert await second.judge(frame(5)) == pytest.approx((0.05,))


async def test_a_round_has_only_so_many_frames(
    autojump_clock: MockClock, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    detector, rounds = scripted(quick)
    await nursery.start(detector.run)

    async def one() -> None:
        async with detector.open() as stream:
            await stream.judge(frame(1) * 3)

    async with trio.open_nursery() as asking:
        for _ in range(3):
            asking.start_soon(one)
    assert [sum(call.frames) for call in rounds.calls if call.frames] == [3, 3, 3]


@pytest.mark.parametrize("rest", [0.0, 70.0])
async def test_a_start_is_waited_for_longer_where_nobody_is_waiting_for_an_answer_already(
    rest: float, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    async def start(request: JudgeFrame) -> None:
        await trio.sleep(0.003 if rounds.living else 0.5)
        rounds.living = 1

    detector, rounds = scripted(start)
    rounds.living = 0
    await nursery.start(detector.run)
    async with detector.open() as stream:
        assert await stream.judge(frame(50)) == (0.5,), "the first one waits for the start"
        await trio.sleep(rest)
        rounds.living = 0
        await stream.judge(frame(50))
        assert detector.counts.changes == (0 if rest else 1), (
            "it has died; or it had ended, since nothing was to be done"
        )


async def test_what_the_process_held_when_it_ended_is_settled_as_echo(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    detector, rounds = scripted(quick)
    await nursery.start(detector.run)
    async with detector.open() as stream:
        await stream.judge(frame(1))

        async def hold(*_: Any, **__: Any) -> JudgedFrame:
            await trio.lowlevel.checkpoint()
            return JudgedFrame(b"", 1, {}, (0,), (2,))

        rounds.ask = hold  # type: ignore[method-assign]
        assert await stream.judge(frame(90) * 2) == ()
        rounds.__dict__.pop("ask")
        assert await stream.judge(frame(50)) == (ECHO, ECHO, 0.5)


async def test_what_is_held_when_the_process_dies_is_judged_by_the_next_engine(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    detector, rounds = scripted(quick)
    await nursery.start(detector.run)
    playing = Reference(b"\x80" * 24)
    async with detector.open() as stream:
        held = [2, 3]

        async def serve(*_: Any, **__: Any) -> JudgedFrame:
            await trio.lowlevel.checkpoint()
            if not held:
                raise EngineFailed("it died")
            return JudgedFrame(b"", 1, {1: (180, -6.0)} if len(held) == 1 else {}, (0,), (held.pop(0),))

        rounds.ask = serve  # type: ignore[method-assign]
        assert await stream.judge(frame(90) * 2, playing) == ()
        assert await stream.judge(frame(90)) == ()
        assert await stream.judge(frame(90)) == (ECHO,) * 4, "the path was proven, and the sound is hardly over"
        assert await stream.judge(frame(90) * 12) == (0.0,) * 12
        assert stream.echo == (180, -6.0)


async def test_without_a_model_echo_is_held_back_too() -> None:
    played = voice(1, 3.0)
    heard = np.clip(later(played, 0.3), -32768, 32767).astype("<i2").tobytes()
    reference = envelope(np.clip(played, -32768, 32767).astype("<i2").tobytes(), RATE)
    found: list[float] = []
    async with SpeechDetector().open() as stream:
        for number in range(30):
            since, until = (round(3.2 * 3 * at) * BANDS for at in (number, number + 1))
            part = heard[3 * number * FRAME_BYTES : 3 * (number + 1) * FRAME_BYTES]
            found += await stream.judge(part, Reference(reference[since:until]))
    assert ECHO in found
    assert max(found[10:]) < 0.5
