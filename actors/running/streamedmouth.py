"""The mouth of streamed sound: sound waits little for its mouth, the first not at all; what is late follows by itself.

A task of its own gives the track the sound as it comes. Who sends the sound waits for what comes of it, and sends both,
so the mouth goes before its sound. Where it waits too long, the sound leaves, and the task tells the mouth when it is
known. What has left and has no mouth after FOLLOWS, because the track waits for more sound, is told as it seems then.
"""

import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from actors.running.mouth import END_LATEST, FollowedSound, MouthFollower

LATEST = 0.1
"""Seconds that sound waits for its mouth, while what was made before it is being played."""
PASSES = 12
"""How often other tasks run before the first sound leaves: a mouth that needs no time goes before it."""
FOLLOWS = 0.08
"""Seconds after which sound that has left is given the mouth that it seems to have; a track takes 30 ms for that."""
MOST_LEFT = 64
"""Pieces whose times of leaving are noted; of more, the last ones count as one."""

Tell = Callable[[FollowedSound], Awaitable[None]]


class _SoundStretch:
    """Sound that the track was not given yet, up to `seconds` of the part."""

    def __init__(self) -> None:
        self.samples = bytearray()
        self.seconds = 0.0
        self.is_last = False
        self.is_awaited = True
        self.followed = FollowedSound()
        self.over = trio.Event()
        self.sent = trio.Event()


class StreamedMouth:
    """The mouth of one part on its way beside its sound; `tell` reports what comes without a sound of its own."""

    def __init__(self, follower: MouthFollower, tell: Tell) -> None:
        self._follower = follower
        self._tell = tell
        self._next: _SoundStretch | None = None
        self._handed: _SoundStretch | None = None
        self._wake = trio.Event()
        self._has_left = self._is_behind = False
        self._left: deque[tuple[float, float]] = deque()
        """When sound left whose mouth is not told, and up to which ms of the part."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the sound as long as the block. Raises what the block raises. Cancelling ends it.

        What the block raises is raised as it is, and not in a group that the nursery would make of it, of which whoever
        leaves other blocks keeps a circle of exceptions and frames.
        """
        failure: BaseException | None = None
        try:
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._run)
                    try:
                        yield
                    except BaseException as error:
                        failure = error
                    nursery.cancel_scope.cancel()
            except BaseExceptionGroup as several:
                if failure is None or several.split(trio.Cancelled)[1] is not None:  # the task broke
                    raise
            if failure is not None:
                raise failure
        finally:
            del failure  # which knows this frame

    async def follow(self, samples: bytes, seconds: float, *, last: bool) -> FollowedSound:
        """What goes with the sound made by now, `seconds` in all, of which `samples` are new; `sent` has to follow.

        Cancelling loses the mouth.
        """
        if not self._follower.has_track:
            return await self._follower.follow(samples, seconds, last=last)
        stretch = self._next = self._next or _SoundStretch()
        stretch.samples += samples
        stretch.seconds, stretch.is_last, stretch.is_awaited = seconds, last, True
        self._wake.set()
        await self._wait_for(stretch)
        if seconds:
            self._has_left = True
            self._note_leaving(seconds * 1000)
        if stretch.over.is_set():
            self._handed = stretch
            return stretch.followed
        stretch.is_awaited, self._is_behind = False, True
        return FollowedSound()

    def sent(self) -> None:
        """What `follow` returned has been reported, and what comes after it may be."""
        if self._handed is not None:
            self._handed.sent.set()
            self._handed = None

    async def _wait_for(self, stretch: _SoundStretch) -> None:
        for _ in range(PASSES):
            if stretch.over.is_set():
                return
            await trio.lowlevel.checkpoint()
        if stretch.is_last or (self._has_left and not self._is_behind):
            with trio.move_on_after(END_LATEST if stretch.is_last else LATEST):
                await stretch.over.wait()

    def _note_leaving(self, until: float) -> None:
        if len(self._left) >= MOST_LEFT:
            self._left[-1] = self._left[-1][0], until
        else:
            self._left.append((trio.current_time(), until))

    # ---- the task

    async def _run(self) -> None:
        while True:
            with trio.move_on_at(self._due):
                await self._wake.wait()
            stretch, self._next = self._next, None
            if stretch is None:
                await self._tell_late(await self._follower.catch_up(self._left.popleft()[1]))
                continue
            self._wake = trio.Event()
            followed = await self._follower.follow(bytes(stretch.samples), stretch.seconds, last=stretch.is_last)
            self._is_behind = self._is_behind and self._next is not None
            if stretch.is_awaited:
                stretch.followed = followed
                stretch.over.set()
                await stretch.sent.wait()
            else:
                await self._tell_late(followed)

    @property
    def _due(self) -> float:
        """When what has left is to be told as it seems."""
        while self._left and self._left[0][1] < self._follower.told + 1:  # it tells whole ms
            self._left.popleft()
        return self._left[0][0] + FOLLOWS if self._left and self._follower.has_track else math.inf

    async def _tell_late(self, followed: FollowedSound) -> None:
        if followed.mouth is not None or followed.words:
            await self._tell(followed)
