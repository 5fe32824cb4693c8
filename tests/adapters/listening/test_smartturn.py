"""The end of a turn: its features, and which questions are answered when there are more than there is time for."""

import importlib.util
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from adapters.listening.features import BANDS, FRAMES, SAMPLES, features
from adapters.listening.smartturn import AGAIN, MOST, WITHIN, SmartTurn
from adapters.processes.frames import TurnEndedFrame, TurnEndFrame
from tests.adapters.listening import sounds

STORED = {
    (0, 0): -0.20107,
    (0, 799): 0.42594,
    (5, 520): 0.49051,
    (10, 400): -0.20107,
    (20, 650): 0.22098,
    (30, 750): -0.11471,
    (40, 799): 0.75485,
    (79, 700): -0.20107,
}
"""Features of `rising`, by band and frame, as those are that the model was trained with."""
AVERAGE, SPREAD = -0.13616252, 0.2744175


def rising() -> bytes:
    """Three seconds of a tone that rises and grows louder."""
    time = np.arange(48_000) / 16_000
    tone = 8_000 * np.sin(2 * np.pi * (200 + 300 * time) * time) * np.minimum(1, time)
    return tone.astype("<i2").tobytes()


def test_features_are_as_the_model_was_trained_with() -> None:
    found = features(rising())
    assert found.shape == (BANDS, FRAMES)
    assert found.dtype == np.float32
    assert {place: round(float(found[place]), 3) for place in STORED} == {
        place: round(value, 3) for place, value in STORED.items()
    }
    assert (found.mean(), found.std()) == (pytest.approx(AVERAGE, abs=1e-5), pytest.approx(SPREAD, abs=1e-5))


def test_only_the_last_seconds_count_and_silence_is_no_fault() -> None:
    long = sounds.noise(10.0)
    assert np.array_equal(features(long), features(long[-2 * SAMPLES :]))
    for silent in (b"", b"\0", bytes(2 * SAMPLES)):
        assert np.isfinite(features(silent)).all()


def test_features_are_those_of_the_wheel() -> None:
    spec = importlib.util.find_spec("pipecat")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("pipecat-ai is not installed: its features are compared with stored ones alone")
    file = Path(spec.submodule_search_locations[0]) / "audio/turn/smart_turn/_whisper_features.py"
    own = importlib.util.spec_from_file_location("whisper_features", file)
    assert own is not None
    assert own.loader is not None
    theirs = importlib.util.module_from_spec(own)
    own.loader.exec_module(theirs)
    for said in (b"", rising(), sounds.noise(9.0)):
        sound = np.frombuffer(said, "<i2").astype(np.float32)[-SAMPLES:] / 32_768
        padded = np.pad(sound, (SAMPLES - len(sound), 0))
        assert np.abs(features(said) - theirs.compute_whisper_log_mel_features(padded)).max() < 1e-4


# ---- the questions


class ScriptedSmartTurn(SmartTurn):
    """The questions to a process that is only said to be there: `living` of them."""

    def __init__(self, serve: Callable[[bytes], Awaitable[float]], living: int = 1) -> None:
        super().__init__(Path("none"))
        self._script = serve
        self.served: list[bytes] = []
        self.living = living

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes."""
        return tuple(range(self.living))

    async def ask(self, request: Any, answer: Any, *others: Any, **more: Any) -> Any:
        """Answer as the script says."""
        assert isinstance(request, TurnEndFrame)
        self.served.append(request.samples)
        return TurnEndedFrame(await self._script(request.samples))


async def after_100_ms(samples: bytes) -> float:
    """A decision, by the first byte."""
    await trio.sleep(0.1)
    return samples[0] / 100


async def test_the_newest_goes_first_and_what_is_late_is_unknown(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    turn_end = ScriptedSmartTurn(after_100_ms)
    await nursery.start(turn_end.run)
    found: dict[int, tuple[float | None, float]] = {}
    began = trio.current_time()

    async def one(number: int) -> None:
        await trio.sleep(number / 1_000)
        asked = trio.current_time()
        found[number] = await turn_end.judge(bytes([number, 0])), round(trio.current_time() - asked, 3)

    async with trio.open_nursery() as asking:
        for number in range(1, 4 + MOST):
            asking.start_soon(one, number)
    last = 3 + MOST
    assert found[1] == (0.01, 0.1), "who is alone is served at once"
    assert [turn_end.served[at][0] for at in range(3)] == [1, last, last - 1]
    assert found[last][0] == last / 100
    assert found[last - 1][0] == (last - 1) / 100
    assert found[2] == (None, 0.006), "of those that wait it is the oldest when there is one too many"
    assert [found[number] for number in range(4, last - 2)] == [(None, WITHIN)] * (last - 6)
    assert trio.current_time() - began < WITHIN + 0.1
    counts = turn_end.counts
    assert (counts.asked, counts.answered + counts.unknown) == (last, last)
    assert counts.answered == sum(value is not None for value, _ in found.values())


async def test_half_a_sample_is_refused_and_only_the_last_seconds_are_sent(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    turn_end = ScriptedSmartTurn(after_100_ms)
    await nursery.start(turn_end.run)
    with pytest.raises(ValueError, match="whole samples"):
        await turn_end.judge(b"\1")
    assert await turn_end.judge(b"\1\1" + b"\2\0" * SAMPLES) == 0.02
    assert [len(samples) for samples in turn_end.served] == [2 * SAMPLES]


async def test_what_fails_is_told_once_and_rests(
    autojump_clock: MockClock, nursery: trio.Nursery, caplog: pytest.LogCaptureFixture
) -> None:
    is_ill = True

    async def serve(samples: bytes) -> float:
        await trio.sleep(0.05)
        if is_ill:
            raise EngineFailed("it died")
        return 0.7

    turn_end = ScriptedSmartTurn(serve)
    await nursery.start(turn_end.run)
    with caplog.at_level(logging.INFO, "adapters.listening"):
        for _ in range(3):
            assert await turn_end.judge(b"\1\0") is None
        assert len(turn_end.served) == 1
        await trio.sleep(AGAIN)
        assert await turn_end.judge(b"\1\0") is None
        is_ill = False
        await trio.sleep(AGAIN)
        assert await turn_end.judge(b"\1\0") == 0.7
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_the_process_is_started_before_the_question(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    turn_end = ScriptedSmartTurn(lambda samples: after_100_ms(b"\1"), living=0)
    turn_end.prepare()
    assert await turn_end.judge(b"\1\0") is None, "nothing runs yet"
    await nursery.start(turn_end.run)
    turn_end.prepare()
    turn_end.prepare()
    await trio.sleep(1.0)
    assert turn_end.served == [b""]
    turn_end.living = 1
    turn_end.prepare()
    await trio.sleep(1.0)
    assert turn_end.served == [b""], "it is there"


async def test_who_is_cancelled_asks_no_more(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    turn_end = ScriptedSmartTurn(after_100_ms)
    await nursery.start(turn_end.run)
    nursery.start_soon(turn_end.judge, b"\1\0")
    await trio.sleep(0.01)
    with trio.move_on_after(0.01):
        await turn_end.judge(b"\2\0")
    assert await turn_end.judge(b"\3\0") == 0.03
    assert [samples[0] for samples in turn_end.served] == [1, 3]
