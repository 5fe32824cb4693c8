"""The third stage of a turn: a part's text to sound in the formats that its Receivers want, whole or as it is made."""

import math
from collections.abc import Mapping
from contextlib import AsyncExitStack, nullcontext
from functools import partial

from actors.deciding.effects import Speak
from actors.deciding.events import Spoken
from actors.ports.calls import EngineFailed, Retraction
from actors.ports.engines import Engines
from actors.ports.listening import RATE
from actors.ports.sound import Clip, Sound, SoundEncoder, Target, Undecodable
from actors.running.calls import EngineCall, TooLarge
from actors.running.mouth import FollowedSound, MouthFollower, mouth_room
from actors.running.streamedmouth import StreamedMouth
from protocol.audioformat import AudioFormat

SOUNDLESS = "the synthesiser made no sound"
REFERENCE = Target(AudioFormat("pcm16", RATE))
"""What an envelope and a mouth are made of; a target as any other, which no Receiver gets."""


async def speak(job: Speak, engines: Engines, call: EngineCall) -> None:
    """Report the part's sound, in one Spoken or in many. Raises EngineFailed, Undecodable, TooLarge.

    Cancelling stops the synthesis and the conversion; what was reported stays reported.
    """
    if job.stream:
        await _speak_in_pieces(job, engines, call)
    else:
        await _speak_at_once(job, engines, call)


def _room_for(job: Speak, sounds: Mapping[Target, tuple[Sound, ...]]) -> int:
    """The bytes that the sounds take until every Receiver has got its own."""
    sizes = {target: sum(len(sound.data) for sound in made) for target, made in sounds.items()}
    return sum(math.ceil(size * max(1.0, job.shares.get(target, 1.0))) for target, size in sizes.items())


# ---- awaited whole: one file for each format


async def _speak_at_once(job: Speak, engines: Engines, call: EngineCall) -> None:
    whole = WholeSound(call)
    if job.clip is not None:
        clip = job.clip
    else:
        await engines.synthesiser(job.provider).synthesise(job.speech, whole.add)
        clip = whole.joined()
    follower = MouthFollower(job, engines, anew=whole.is_anew)
    follower.note(clip)
    samples = await _samples_of(clip, engines) if job.refers or follower.needs_samples else b""
    envelope = await engines.voice_activity.reference().push(samples) if job.refers and samples else b""
    sounds: dict[Target, tuple[Sound, ...]] = {}
    failures: dict[Target, str] = {}
    for target in sorted(job.targets, key=str):  # a set has another order in each process, and a replay none
        try:
            made = await engines.codec.convert(clip, frozenset({target.format}))
            sounds[target] = (made[target.format],)
        except (EngineFailed, Undecodable) as error:
            failures[target] = str(error)
    if not sounds:
        raise EngineFailed("; ".join(failures.values()))
    seconds = max(sound.seconds for made in sounds.values() for sound in made)
    followed = await follower.follow(samples, seconds, last=True)
    room = _room_for(job, sounds) + mouth_room(followed.mouth, job.mouth)
    await call.memory.keep(room)
    await call.report(Spoken(job.turn, job.part, sounds, failures, True, room, envelope, *followed), last=True)


async def _samples_of(clip: Clip, engines: Engines) -> bytes:
    """The samples of a whole sound; "" where they cannot be had: its echo and its mouth will not be known."""
    try:
        return await engines.codec.decode(clip, RATE)
    except (EngineFailed, Undecodable):
        return b""


class WholeSound:
    """The sound of one part, collected until it is complete, because its Receivers get it as one file.

    `is_anew`: some of it was taken back.
    """

    def __init__(self, call: EngineCall) -> None:
        self.is_anew = False
        self._call = call
        self._clips: list[Clip] = []

    async def add(self, clip: Clip | Retraction) -> None:
        """The next of the sound; a Retraction begins it anew. Raises TooLarge. Cancelling adds nothing."""
        self._call.touch()
        if isinstance(clip, Retraction):
            self._call.memory.give_back(sum(len(taken.data) for taken in self._clips))
            self._clips.clear()
            self.is_anew = True
        else:
            await self._call.memory.take(len(clip.data))
            self._clips.append(clip)

    def joined(self) -> Clip:
        """All of it. Raises EngineFailed where there is none."""
        if not self._clips:
            raise EngineFailed(SOUNDLESS)
        first = self._clips[0]
        marks = None if first.marks is None else tuple(mark for clip in self._clips for mark in clip.marks or ())
        return Clip(b"".join(clip.data for clip in self._clips), first.format, marks)


# ---- streamed: pieces as the sound is made


async def _speak_in_pieces(job: Speak, engines: Engines, call: EngineCall) -> None:
    stack = AsyncExitStack()
    sound = StreamedSound(job, engines, stack, call)
    # The mouth is not on the stack: where a nursery makes a group of a Cancelled, the stack would keep it in a circle.
    async with sound.mouth.running() if job.mouth is not None else nullcontext(), stack:
        if job.clip is not None:
            await sound.add(job.clip)
        else:
            await engines.synthesiser(job.provider).synthesise(job.speech, sound.add)
        await sound.finish()


async def _tell_mouth(job: Speak, call: EngineCall, followed: FollowedSound) -> None:
    """Tell of a mouth whose sound has left; without room for it, it is left out. Cancelling tells it or not."""
    room = mouth_room(followed.mouth, job.mouth)
    try:
        await call.memory.keep(room)
    except TooLarge:
        return
    await call.add(Spoken(job.turn, job.part, {}, {}, False, room, b"", *followed))


class StreamedSound:
    """The sound of one part on its way from the synthesiser through the codec to the session."""

    def __init__(self, job: Speak, engines: Engines, stack: AsyncExitStack, call: EngineCall) -> None:
        self._job = job
        self._codec = engines.codec
        self._reference = engines.voice_activity.reference() if job.refers else None
        self._follower = MouthFollower(job, engines)
        # Not a method: with one, this and its mouth would hold each other until the garbage collector comes.
        self.mouth = StreamedMouth(self._follower, partial(_tell_mouth, job, call))
        self._lengths = dict.fromkeys(job.targets, 0.0)
        self._stack = stack
        self._call = call
        self._encoding: SoundEncoder | None = None
        self._told: set[Target] = set()

    async def add(self, clip: Clip | Retraction) -> None:
        """The next of the sound. Raises EngineFailed, Undecodable, TooLarge. Cancelling may lose the clip."""
        assert isinstance(clip, Clip), "what is streamed is never taken back"
        self._call.touch()
        self._follower.note(clip)
        if self._encoding is None:  # only now its format is known
            is_heard = self._reference is not None or self._follower.needs_samples
            wanted = self._job.targets | {REFERENCE} if is_heard else self._job.targets
            self._encoding = await self._stack.enter_async_context(self._codec.encoding(clip.format, wanted))
        sounds = await self._encoding.push(clip.data)
        if any(sounds.values()):
            await self._send(self._encoding, sounds, last=False)

    async def finish(self) -> None:
        """Send the rest: the sound is complete. Raises as `add`, and EngineFailed where there was no sound.

        Cancelling sends the rest or not.
        """
        if self._encoding is None:
            raise EngineFailed(SOUNDLESS)
        sounds = await self._encoding.finish()
        if self._follower.has_track and any(sounds.values()):  # else it would wait for the end of its mouth
            await self._send(self._encoding, sounds, last=False)
            sounds = {}
        await self._send(self._encoding, sounds, last=True)

    async def _send(self, encoding: SoundEncoder, sounds: Mapping[Target, tuple[Sound, ...]], *, last: bool) -> None:
        job = self._job
        new = {target: why for target, why in encoding.failures.items() if target in job.targets - self._told}
        self._told |= new.keys()
        if self._told >= job.targets:
            raise EngineFailed("; ".join(encoding.failures.values()))
        samples = b"".join(sound.data for sound in sounds.get(REFERENCE, ()))
        envelope = await self._reference.push(samples) if self._reference is not None and samples else b""
        wanted = {target: made for target, made in sounds.items() if target in job.targets}
        followed = await self.mouth.follow(samples, self._count(wanted), last=last)
        room = _room_for(job, wanted) + mouth_room(followed.mouth, job.mouth)
        await self._call.memory.keep(room)
        await self._call.report(Spoken(job.turn, job.part, wanted, new, last, room, envelope, *followed), last=last)
        self.mouth.sent()

    def _count(self, sounds: Mapping[Target, tuple[Sound, ...]]) -> float:
        """The seconds of the sound that leave by now, of the target that is furthest."""
        for target, made in sounds.items():
            self._lengths[target] += sum(sound.seconds for sound in made)
        return max(self._lengths.values())
