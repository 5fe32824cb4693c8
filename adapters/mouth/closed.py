"""Mouths that stay closed: for a server whose sound nobody looks at, and where there is nothing to make them of."""

import trio

from actors.ports.mouth import Mark, MouthMade
from protocol.mouth import MouthRate, MouthSet


class ClosedTrack:
    """Satisfies `MouthTrack`: it tells the words that it is told."""

    needs_samples = False

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """The words of `marks`. Cancelling raises before anything is told."""
        await trio.lowlevel.checkpoint_if_cancelled()
        return MouthMade(words=tuple(mark for mark in marks if mark.kind == "word"), until=until)

    async def finish(self) -> MouthMade:
        """Nothing more. Cancelling raises."""
        await trio.lowlevel.checkpoint_if_cancelled()
        return MouthMade(last=True)


class ClosedMouths:
    """Satisfies `actors.ports.mouth.Mouths`."""

    def track(
        self,
        text: str,
        language: str,
        speed: float,
        sets: frozenset[MouthSet],
        *,
        words: bool,
        told: bool,
        fps: MouthRate = 30,
    ) -> ClosedTrack:
        """One that stays closed."""
        return ClosedTrack()
