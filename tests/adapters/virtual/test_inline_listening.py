"""Voice activity in this process: the same gate of echo as in the server, bounds, and counts."""

import pytest
from trio.testing import MockClock

from actors.ports.calls import EngineFailed
from actors.ports.listening import ECHO, FRAME_BYTES, Reference, VoiceStream
from adapters.listening import models
from adapters.virtual import listening
from adapters.virtual.listening import InlineVoiceActivity, ToldTurnEnd
from tests.adapters.virtual.virtually import silence, vowel

HELD = 15 * FRAME_BYTES
"""Bytes of the frames of a call here: 48 frames of 10 ms of an envelope."""


def padded(samples: bytes) -> bytes:
    return samples[: len(samples) // HELD * HELD]


async def judged(stream: VoiceStream, samples: bytes, played: bytes = b"") -> list[float]:
    """The probabilities, with what played as an envelope."""
    found: list[float] = []
    for start in range(0, len(samples), HELD):
        frames = played[start // FRAME_BYTES * 8 * 32 // 10 :][: HELD // FRAME_BYTES * 8 * 32 // 10]
        found += await stream.judge(samples[start : start + HELD], Reference(frames))
    return found


async def test_a_voice_is_heard_and_its_echo_is_not(autojump_clock: MockClock) -> None:
    activity = InlineVoiceActivity(None)
    spoken = padded(vowel(6.0))
    envelope = await activity.reference().push(spoken)
    async with activity.open() as stream:
        assert max(await judged(stream, padded(silence(1.0)))) < 0.5
        assert sum(each > 0.5 for each in await judged(stream, spoken)) > 100
    quiet = bytes(HELD) + b"".join(
        int(int.from_bytes(spoken[at : at + 2], "little", signed=True) * 0.2).to_bytes(2, "little", signed=True)
        for at in range(0, len(spoken) - HELD, 2)
    )
    async with activity.open() as stream:
        found = await judged(stream, quiet, envelope)
        assert sum(each == ECHO for each in found) > len(found) // 2
    assert activity.counts.engine == "webrtc"
    assert activity.counts.streams == 0
    assert activity.counts.frames > 300


async def test_streams_are_bounded(autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_STREAMS", 1)
    activity = InlineVoiceActivity(None)
    async with activity.open():
        with pytest.raises(EngineFailed, match="no more"):
            async with activity.open():
                pass
    async with activity.open():
        assert activity.counts.streams == 1


async def test_a_stream_of_the_model_knows_nothing_of_another(autojump_clock: MockClock) -> None:
    model = models.voice_activity_model()
    if model is None:
        pytest.skip("there is no model of voice activity here")
    activity = InlineVoiceActivity(model)
    alone = await _judge(activity, padded(vowel(1.0)))
    async with activity.open() as other:
        await judged(other, padded(vowel(2.0)))
        assert await _judge(activity, padded(vowel(1.0))) == alone


async def _judge(activity: InlineVoiceActivity, samples: bytes) -> list[float]:
    async with activity.open() as stream:
        return await judged(stream, samples)


async def test_the_end_of_a_turn_is_as_it_is_told(autojump_clock: MockClock) -> None:
    turn_end = ToldTurnEnd({b"a": 0.9}.get)
    turn_end.prepare()
    assert [await turn_end.judge(b"a"), await turn_end.judge(b"b")] == [0.9, None]
    assert (turn_end.counts.asked, turn_end.counts.answered, turn_end.counts.unknown) == (2, 1, 1)
