"""Marks of an mp3: encoders and decoders make its sound late, and who plays it leaves that out where a tag tells it."""

from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import pytest

from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from adapters.codec.passing import mp3_delay
from adapters.reach.contract import Endpoint
from adapters.vendors.shared.markedsound import MarkedSound
from protocol.audioformat import AudioFormat

CLICK = 300.0
"""ms at which the sound has a click."""


def clicked(rate: int, *, tag: bool) -> bytes:
    samples = np.zeros((1, rate), "<i2")
    samples[0, round(CLICK * rate / 1000)] = 30_000
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    file = BytesIO()
    with av.open(file, "w", format="mp3", options={"write_xing": str(int(tag)), "id3v2_version": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def heard_at(mp3: bytes) -> float:
    """The ms at which the click is heard."""
    with av.open(BytesIO(mp3), "r", format="mp3") as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    sound = np.concatenate([each.reshape(1, -1) for each in frames], axis=1)[0]
    return float(np.abs(sound.astype(float)).argmax()) * 1000 / rate


@pytest.mark.parametrize("rate", [24_000, 44_100])
@pytest.mark.parametrize("tag", [True, False])
async def test_a_mark_is_where_its_sound_is_heard(rate: int, tag: bool) -> None:
    mp3 = clicked(rate, tag=tag)
    clips: list[Clip] = []

    async def take(clip: Clip) -> None:
        clips.append(clip)

    sound = MarkedSound(Endpoint("x", "X", ""), AudioFormat("mp3"), "Click.", take)
    sound.marks.add_word("Click.", CLICK, 100.0)
    for start in range(0, len(mp3), 333):
        await sound.push(mp3[start : start + 333])
    await sound.finish()
    assert b"".join(clip.data for clip in clips) == mp3
    [mark] = [mark for clip in clips for mark in clip.marks or ()]
    assert isinstance(mark, Mark)
    assert mark.at == pytest.approx(heard_at(mp3), abs=1.0)
    assert (mp3_delay(mp3) > 20) is not tag


@pytest.mark.parametrize("head", [b"", b"\xff", b"\xff\xfb", b"RIFF", b"ID3\x04\x00\x00\x00\x00\x7f\x7f"])
def test_what_is_no_frame_is_not_late(head: bytes) -> None:
    assert mp3_delay(head) == 0.0
