"""The streams of voice activity, judged by the detector that needs no model and no process."""

import pytest

from actors.ports.calls import EngineFailed
from actors.ports.listening import FRAME_BYTES, MOST_FRAMES
from adapters.listening import detector
from adapters.listening.detector import SpeechDetector
from adapters.listening.turnend import SilenceAlone

SILENCE = bytes(FRAME_BYTES)


async def test_each_frame_gets_a_probability() -> None:
    activity = SpeechDetector()
    async with activity.open() as stream, activity.open() as other:
        assert await stream.judge(SILENCE * 3) == (0.0, 0.0, 0.0)
        assert await other.judge(SILENCE) == (0.0,)
        assert (activity.counts.streams, activity.counts.frames) == (2, 4)
    assert activity.counts.streams == 0


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 2, FRAME_BYTES + 2, FRAME_BYTES * (MOST_FRAMES + 1)])
async def test_samples_that_are_no_whole_frames_are_refused(size: int) -> None:
    async with SpeechDetector().open() as stream:
        with pytest.raises(ValueError, match="frames of 1024 bytes"):
            await stream.judge(bytes(size))
        assert await stream.judge(SILENCE * MOST_FRAMES) == (0.0,) * MOST_FRAMES


async def test_there_are_only_so_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "MOST_STREAMS", 1)
    activity = SpeechDetector()
    async with activity.open():
        with pytest.raises(EngineFailed, match="no more"):
            async with activity.open():
                pass
    async with activity.open() as stream:
        assert len(await stream.judge(SILENCE)) == 1


async def test_without_a_model_nobody_knows_whether_a_turn_has_ended() -> None:
    ends = SilenceAlone()
    ends.prepare()
    assert await ends.judge(SILENCE) is None
    assert (ends.counts.asked, ends.counts.unknown) == (1, 1)
