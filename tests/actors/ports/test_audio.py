"""Utterances that are still being spoken: as their chunks come, or in batches that end with the utterance."""

from collections.abc import Sequence

import trio
from trio.testing import MockClock

from actors.ports.audio import DECODE_EVERY, Complete, DecodedAudio, Growing
from actors.ports.recognition import Audio
from protocol.audioformat import AudioFormat
from tests.scripted import ScriptedCodec

FrameJudged = list[tuple[float, bytes]]
SPOKEN = [(at / 10, b"%d" % at) for at in range(7)]


async def heard(
    audio: Audio, growing: Growing, spoken: Sequence[tuple[float, bytes]], end: float, batch: float
) -> FrameJudged:
    """When which piece was read, in seconds, while chunks come at their times and the utterance ends at `end`."""
    begun = trio.current_time()
    pieces: FrameJudged = []

    async def speak() -> None:
        for at, chunk in spoken:
            await trio.sleep_until(begun + at)
            growing.extend(chunk)
        await trio.sleep_until(begun + end)
        growing.complete()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(speak)
        async with audio.open(batch) as read:
            async for piece in read:
                pieces.append((round(trio.current_time() - begun, 3), piece))
    assert growing.is_read_out
    return pieces


async def test_each_chunk_is_a_piece_as_it_comes(autojump_clock: MockClock) -> None:
    growing = Growing()
    assert await heard(growing, growing, SPOKEN, 1.0, 0.0) == SPOKEN


async def test_what_comes_within_a_batch_is_one_piece_and_the_end_is_not_waited_for(autojump_clock: MockClock) -> None:
    growing = Growing()
    assert await heard(growing, growing, SPOKEN, 0.65, 0.25) == [(0.25, b"012"), (0.55, b"345"), (0.65, b"6")]


async def test_a_pause_makes_nothing_wait_longer_than_a_batch(autojump_clock: MockClock) -> None:
    growing = Growing()
    spoken = [(0.0, b"a"), (5.0, b"b"), (5.1, b"c")]
    assert await heard(growing, growing, spoken, 9.0, 0.25) == [(0.25, b"a"), (5.25, b"bc")]


async def test_what_is_complete_is_read_at_once_in_batches_of_bounded_size(autojump_clock: MockClock) -> None:
    growing = Growing()
    for _ in range(100):
        growing.extend(bytes(3_200))
    growing.complete()
    pieces = await _read(growing, 0.25)
    assert {at for at, _ in pieces} == {0.0}
    assert sum(len(piece) for _, piece in pieces) == 320_000
    assert max(len(piece) for _, piece in pieces) < 70_000
    assert len(pieces) == 5


async def _read(audio: Audio, batch: float) -> FrameJudged:
    begun = trio.current_time()
    async with audio.open(batch) as read:
        return [(trio.current_time() - begun, piece) async for piece in read]


async def test_an_utterance_is_decoded_in_batches_while_it_is_spoken(autojump_clock: MockClock) -> None:
    growing = Growing()
    decoded = DecodedAudio(growing, AudioFormat("opus"), ScriptedCodec(), 16_000)
    assert DECODE_EVERY == 0.25
    assert await heard(decoded, growing, SPOKEN, 0.65, 0.0) == [(0.25, b"012"), (0.55, b"345"), (0.65, b"6")]


async def test_a_whole_utterance_is_one_piece(autojump_clock: MockClock) -> None:
    assert await _read(Complete(b"all of it"), 0.25) == [(0.0, b"all of it")]
