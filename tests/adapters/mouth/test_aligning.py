"""The tracks that a process aligns: what they draw, how long they wait, and what they do without it."""

import logging
import math
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.ports.mouth import Mark, MouthMade, MouthTrack
from adapters.mouth.aligning import AGAIN, CATCH_UP, END_PATIENCE, LATEST, PATIENCE, SLICE, TextAlignment
from adapters.mouth.drawing import MouthDrawing
from adapters.mouth.mouths import AlignedPart
from adapters.processes.mouthframes import AlignedFrame, AlignFrame, PhonesToldFrame
from tests.adapters.mouth.test_alignment import SOUND, hiss, vowel

PART = AlignedPart("A map.", "en-US", 1.0)


class Scripted(TextAlignment):
    """Answers after `takes` seconds that all that was asked for is an m; fails as long as it `fails`."""

    def __init__(self, takes: float = 0.0) -> None:
        super().__init__()
        self.takes = takes
        self.starts_in = 0.0
        self.fails = self.loses = False
        self.asked: list[AlignFrame] = []

    async def ask(self, request: Any, *arguments: Any, **named: Any) -> Any:
        self.asked.append(request)
        await trio.sleep(self.takes + self.starts_in)
        self.starts_in = 0.0
        if self.fails:
            raise EngineFailed("the process has ended")
        if self.loses:
            return AlignedFrame(is_lost=True)
        before = max((frame.until for frame in self.asked[:-1] if frame.stream == request.stream), default=0.0)
        mark = Mark("phone", "m", before, request.until - before, -1, "aligned")
        return AlignedFrame((mark,), request.until)


@asynccontextmanager
async def running(engine: TextAlignment) -> AsyncIterator[TextAlignment]:
    async with trio.open_nursery() as nursery:
        await nursery.start(engine.run)
        yield engine
        nursery.cancel_scope.cancel()


def track_of(engine: TextAlignment, part: AlignedPart = PART) -> MouthTrack:
    return engine.track(part, MouthDrawing(["ovr"], lead=0.0, words=True))


def source_of(made: Sequence[MouthMade]) -> list[str]:
    return [shapes.source for one in made for shapes in one.shapes.get("ovr", ())]


async def test_what_is_asked_is_what_leaves_but_the_last_of_it(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        track = track_of(engine)
        assert track.needs_samples
        made = [await track.push(bytes(32 * 200), (), until) for until in (200.0, 400.0, 600.0)]
        made.append(await track.finish())
        assert isinstance(engine, Scripted)
        assert [frame.until for frame in engine.asked] == [200.0, 300.0, 480.0, 480.0]
        assert [frame.opening is None for frame in engine.asked] == [False, True, True, True]
        assert [frame.last for frame in engine.asked] == [False, False, False, True]
        assert source_of(made) == ["aligned"] * 4
        assert [shapes.end for one in made for shapes in one.shapes["ovr"]][:3] == [200, 300, 480]
        assert made[-1].last


async def test_sound_waits_once_and_its_mouth_follows(autojump_clock: MockClock) -> None:
    async with running(Scripted(takes=0.5)) as engine:
        track = track_of(engine)
        began = trio.current_time()
        first = await track.push(bytes(32 * 200), (), 200.0)
        assert trio.current_time() - began == pytest.approx(PATIENCE)
        assert not first.shapes
        second = await track.push(bytes(32 * 200), (), 400.0)
        assert trio.current_time() - began == pytest.approx(PATIENCE)
        assert not second.shapes
        await trio.sleep(1)
        third = await track.push(bytes(32 * 200), (), 600.0)
        assert third.shapes["ovr"][0].end >= 200
        await trio.sleep(1)
        assert isinstance(engine, Scripted)
        assert len(engine.asked[1].samples) == 32 * 400


async def test_a_long_sound_is_asked_about_in_slices(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        track = track_of(engine)
        await track.push(bytes(SLICE * 2 + 10), (), 9_000.0)
        await track.finish()
        assert isinstance(engine, Scripted)
        assert [len(frame.samples) for frame in engine.asked] == [SLICE, SLICE, 10, 0]
        assert [frame.last for frame in engine.asked] == [False, False, False, True]


@pytest.mark.parametrize("how", ["fails", "loses"])
async def test_the_sound_alone_goes_on_where_alignment_fails(
    how: str, autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    voice = vowel(400)
    async with running(Scripted()) as engine:
        assert isinstance(engine, Scripted)
        tracks = [track_of(engine), track_of(engine)]
        for track in tracks:
            await track.push(voice, (), 400.0)
        setattr(engine, how, True)
        with caplog.at_level(logging.WARNING):
            for track in tracks:
                made = [await track.push(voice, (), 800.0), await track.push(voice, (), 1_200.0), await track.finish()]
                assert source_of(made)[-1] == "sound"
                assert made[-1].last
        assert [record.getMessage().count("sound alone") for record in caplog.records] == (
            [1] if how == "fails" else []
        )


async def test_what_failed_is_asked_again_later(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        assert isinstance(engine, Scripted)
        engine.fails = True
        await track_of(engine).push(SOUND, (), 1_000.0)
        await track_of(engine).push(SOUND, (), 1_000.0)
        assert len(engine.asked) == 1
        with pytest.raises(EngineFailed):
            await engine.phonemes(("map",), "en")
        engine.fails = False
        await trio.sleep(AGAIN)
        made = await track_of(engine).push(SOUND, (), 300.0)
        assert source_of([made]) == ["aligned"]


async def test_what_was_prepared_for_aligns_the_first_part(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        assert isinstance(engine, Scripted)
        engine.starts_in = 1.0
        for _ in range(3):
            engine.prepare()
        await trio.sleep(1.5)
        assert [frame.samples for frame in engine.asked] == [b""]
        assert source_of([await track_of(engine).push(SOUND, (), 300.0)]) == ["aligned"]
        engine.prepare()
        await trio.sleep(0.1)
        assert len(engine.asked) == 3


async def test_preparing_without_its_task_or_after_a_failure_asks_nothing(autojump_clock: MockClock) -> None:
    engine = Scripted()
    engine.prepare()
    async with running(engine):
        engine.fails = True
        engine.prepare()
        await trio.sleep(0.1)
        engine.prepare()
        await trio.sleep(0.1)
        assert len(engine.asked) == 1


async def test_without_its_task_the_sound_alone_is_drawn(autojump_clock: MockClock) -> None:
    track = track_of(Scripted())
    made = [await track.push(vowel(500), (), 500.0), await track.finish()]
    assert set(source_of(made)) == {"sound"}


async def test_a_hanging_process_holds_up_no_end(autojump_clock: MockClock) -> None:
    async with running(Scripted(takes=math.inf)) as engine:
        track = track_of(engine)
        began = trio.current_time()
        await track.push(vowel(500), (), 500.0)
        made = await track.finish()
        assert trio.current_time() - began <= PATIENCE + END_PATIENCE + 0.01
        assert made.last


async def test_an_answer_that_takes_too_long_leaves_the_mouth_to_the_sound(autojump_clock: MockClock) -> None:
    async with running(Scripted(takes=2.0)) as engine:
        track = track_of(engine)
        late = [await track.push(vowel(200), (), 200.0)]
        await trio.sleep(0.02)
        late.append(await track.push(vowel(200), (), 400.0))
        assert source_of(late) == []
        await trio.sleep(LATEST)
        made = await track.push(vowel(200), (), 600.0)
        assert source_of([made]) == ["sound"]
        assert made.shapes["ovr"][0].end >= 400


async def test_what_has_left_is_told_as_it_seems_where_no_more_comes(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        track = track_of(engine)
        made = [await track.push(vowel(600), (), 600.0), await track.catch_up(600.0), await track.catch_up(600.0)]
        assert [one.until for one in made] == [480.0, 600.0, 600.0]
        assert source_of(made) == ["aligned"] * 2
        assert isinstance(engine, Scripted)
        assert len(engine.asked) == 2


@pytest.mark.parametrize("dies_after", [0, 1])
async def test_what_has_left_is_told_by_the_sound_in_time_where_the_process_dies(
    dies_after: int, autojump_clock: MockClock
) -> None:
    async with running(Scripted()) as engine:
        assert isinstance(engine, Scripted)
        track = track_of(engine)
        for number in range(dies_after):
            await track.push(vowel(600), (), 600.0 * (number + 1))
        engine.takes = 1.0  # another process starts
        began, until = trio.current_time(), 600.0 * (dies_after + 1)
        made = [await track.push(vowel(600), (), until), await track.catch_up(until)]
        assert trio.current_time() - began <= PATIENCE + CATCH_UP + 1e-6
        assert made[-1].until == until
        assert source_of(made) == ["sound"]
        shapes = made[-1].shapes["ovr"][0]
        assert min(time for time, shape in zip(shapes.times, shapes.shapes, strict=True) if shape) < until - 500


async def test_the_end_of_a_sound_waits_for_an_answer_that_was_slow(autojump_clock: MockClock) -> None:
    async with running(Scripted(takes=0.2)) as engine:
        track = track_of(engine)
        made = [await track.push(bytes(32 * 500), (), 500.0), await track.finish()]
        assert set(source_of(made)) == {"aligned"}


async def test_nothing_is_asked_of_sound_that_waits_for_the_next_question(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        assert isinstance(engine, Scripted)
        track = track_of(engine)
        await track.push(bytes(SLICE * 2 + 3_200), (), 8_100.0)
        assert [frame.until for frame in engine.asked] == [3_880.0, 7_880.0, 7_980.0]
        await track.finish()
        assert [len(frame.samples) for frame in engine.asked] == [SLICE, SLICE, 3_200, 0]


async def test_a_pause_at_the_beginning_is_aligned_too() -> None:
    drawing = MouthDrawing(["ovr"])
    drawing.add([Mark("phone", "", 0.0, 300.0, -1, "aligned")])
    assert source_of([drawing.draw(100.0)]) == ["aligned"]


async def test_sound_whose_answer_never_came_is_heard_as_the_rest_is(autojump_clock: MockClock) -> None:
    async with running(Scripted(takes=math.inf)) as engine:
        track = track_of(engine)
        made = [await track.push(vowel(500), (), 500.0), await track.finish()]
        shapes = [one for each in made for one in each.shapes.get("ovr", ())]
        assert [one.source for one in shapes] == ["sound"]
        assert min(time for time, shape in zip(shapes[0].times, shapes[0].shapes, strict=True) if shape) < 100


async def test_sound_that_the_process_lost_is_heard_as_the_rest_is(autojump_clock: MockClock) -> None:
    async with running(Scripted()) as engine:
        assert isinstance(engine, Scripted)
        engine.fails = True
        made = await track_of(engine).push(vowel(500), (), 500.0)
        shapes = made.shapes["ovr"][0]
        assert min(time for time, shape in zip(shapes.times, shapes.shapes, strict=True) if shape) < 100


async def test_a_process_aligns_sounds_and_tells_the_phonemes_of_words() -> None:
    async with running(TextAlignment()) as engine:
        found = await engine.phonemes(("map", "", "$5", "\x01\x02"), "en-US")
        assert [mark.text for mark in found[0]] == ["m", "æ", "p"]
        assert found[0][0].at == 0
        assert all(mark.ms > 0 for word in found for mark in word)
        assert len(found) == 4
        assert found[2]
        for language in ("fr", "zh-TW", "xx-XX", ""):
            assert (await engine.phonemes(("la",), language))[0]
        track = track_of(engine, AlignedPart("sass", "en", 1.0))
        made = [await track.push(hiss(150), (), 150.0), await track.push(vowel(200), (), 350.0)]
        made += [await track.push(hiss(200), (), 550.0), await track.finish()]
        assert set(source_of(made)) == {"aligned"}
        assert [word.text for one in made for word in one.words] == ["sass"]
        shapes = [shape for one in made for each in one.shapes["ovr"] for shape in each.shapes]
        assert {7, 10} <= set(shapes)
        lost = await engine.ask(AlignFrame(99, np.zeros(160, "<i2").tobytes(), 0.0), AlignedFrame)
        assert lost.is_lost
        assert isinstance(await engine.ask(AlignFrame(100, b"", 0.0, True), AlignedFrame), AlignedFrame)
        assert PhonesToldFrame(()).phones == ()


@pytest.mark.long
async def test_a_process_that_is_killed_in_mid_part_leaves_the_mouth_to_the_sound() -> None:
    async with running(TextAlignment()) as engine:
        await engine.phonemes(("map",), "en")
        track = track_of(engine, AlignedPart("Sass assa sass.", "en", 1.0))
        made = [await track.push(vowel(600), (), 600.0), await track.catch_up(600.0)]
        for pid in engine.pids:
            os.kill(pid, signal.SIGKILL)
        made += [await track.push(vowel(600), (), 1_200.0), await track.catch_up(1_200.0)]
        assert made[1].until == 600.0
        assert made[3].until == 1_200.0
        assert source_of(made)[-1] == "sound"
        assert (await track.finish()).last
