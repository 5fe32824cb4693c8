"""Sounds whose process ends: begun anew in the next one, as often as that is right, while their bytes are held."""

import pytest
import trio

from actors.ports.calls import EngineFailed
from actors.ports.sound import Target
from adapters.codec import streams as held_by
from adapters.codec.streams import MOVES, SLICE, RemoteStream, SoundStreams
from adapters.codec.streams_child import StreamConverter as Engine
from adapters.processes.frames import Done, DropFrame, DroppedFrame, Opening, PushFrame
from adapters.processes.process import Each, Plan
from adapters.processes.worker import Again, Broken
from protocol.audioformat import AudioFormat
from tests.adapters.codec.live import go_on
from tests.adapters.codec.sounds import voice

SOURCE = AudioFormat("pcm16", 24_000)
TARGETS = (Target(AudioFormat("mp3")), Target(AudioFormat("opus"), "whole"))
SOUND = voice(24_000, 6.0)
PARTS = [SOUND[start : start + 70_000] for start in range(0, len(SOUND), 70_000)]


class Processes:
    """In the place of the workers: the child's engine in this process; it ends at the calls of these numbers."""

    def __init__(self, *ends: int) -> None:
        self.ends = ends
        self.calls = 0
        self.engine = Engine()

    def end(self) -> None:
        """Have another process, which has no sounds."""
        self.engine = Engine()

    async def call(self, request: PushFrame | DropFrame, each: Each, again: Again | None, lives: int) -> Done:
        """As `Workers.call`."""
        assert lives == 1
        await trio.lowlevel.checkpoint()
        self.calls += 1
        if self.calls in self.ends:
            self.end()
            raise Broken("it broke off its work")
        return self.engine._push(request, go_on) if isinstance(request, PushFrame) else DroppedFrame()


def sound_on(processes: Processes) -> tuple[RemoteStream, SoundStreams]:
    streams = SoundStreams(Plan("none", "the scripted codec"), 10)
    streams._engine._workers = processes  # type: ignore[assignment]
    return RemoteStream(streams, Opening(SOURCE, TARGETS, 600.0)), streams


async def converted(processes: Processes, *, moves: int = 0) -> dict[Target, list[bytes]]:
    """What becomes of SOUND; `moves`: how often its process ends between two parts."""
    sound, streams = sound_on(processes)
    made: dict[Target, list[bytes]] = {target: [] for target in TARGETS}
    try:
        for number, part in enumerate(PARTS):
            if 0 < number <= moves:
                processes.end()
            for target, sounds in (await sound.push(part, last=number == len(PARTS) - 1)).items():
                made[target] += [piece.data for piece in sounds]
    finally:
        sound.leave()
        assert streams._room == held_by.HELD
    return made


async def test_wherever_its_process_ends_a_sound_is_the_same() -> None:
    undisturbed = Processes()
    expected = await converted(undisturbed)
    assert len(PARTS[0]) > SLICE  # so that a part is several calls
    for number in range(1, undisturbed.calls + 1):
        assert await converted(Processes(number)) == expected
    assert await converted(Processes(), moves=MOVES) == expected


async def test_a_sound_at_which_two_processes_ended_fails() -> None:
    processes = Processes(2, 4)
    with pytest.raises(Broken):
        await converted(processes)
    assert processes.calls == 4


async def test_a_sound_whose_process_ends_over_others_again_and_again_fails_in_the_end() -> None:
    with pytest.raises(EngineFailed, match="the scripted codec was started again in the middle of a sound: try again"):
        await converted(Processes(), moves=MOVES + 1)


async def test_a_sound_that_is_too_long_to_be_held_fails_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_by, "HELD", 250_000)
    expected = await converted(Processes())  # goes on, though it is let go in the middle
    assert await converted(Processes(2)) == expected
    with pytest.raises(Broken):
        await converted(Processes(8))
