"""The port of the mouth: what is said when in a part's sound, and the shapes of the lips that show it.

All times are ms from the first sample of a part's sound, as its synthesiser made it.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from protocol.mouth import MouthRate, MouthSet, MouthSource

MarkKind = Literal["phone", "word"]


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A phoneme, in IPA and "" for a pause, or a word, that sounds from `at` for `ms`.

    `ms` may be 0 where only the begin is known. `char`: of a word, the index of its first character in `Speech.text`;
    -1 where that is not known. `source`: who says so, an engine that makes the phonemes itself, or a provider.
    """

    kind: MarkKind
    text: str
    at: float
    ms: float
    char: int = -1
    source: MouthSource = "phonemes"


class Shapes(msgspec.Struct, frozen=True):
    """The mouth in [`start`, `end`) ms: `shapes` of the set at `times`, with `weights`; three tuples of one length.

    Of `arkit`, `values` instead, with two decimals: for each frame a row of weights, one for each name, row after row.
    `last`: the part's mouth ends here, closed. `revised`: what was said of this part before is void.
    """

    start: int
    end: int
    source: MouthSource
    times: tuple[int, ...] = ()
    shapes: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    fps: MouthRate = 30
    last: bool = False
    revised: bool = False


class MouthMade(msgspec.Struct, frozen=True):
    """What became known of a part: the shapes of each set that was asked for, in order, and the words.

    `until`: shapes and words are made up to this time.
    """

    shapes: Mapping[MouthSet, tuple[Shapes, ...]] = {}
    words: tuple[Mark, ...] = ()
    until: float = 0.0
    last: bool = False


class MouthTrack(Protocol):
    """The mouth of one part, as its sound is made. After an error or a cancelled call it cannot be continued."""

    async def push(self, samples: bytes, marks: tuple[Mark, ...], until: float) -> MouthMade:
        """The next of the sound, mono s16le at 16 kHz, and what the synthesiser told of it.

        `samples` may be "" where the track `needs_samples` not. `until`: ms of the sound that leaves for the Receivers
        next; what is returned covers it, or all that can be known by now. It raises nothing of its engine's: a worse
        source takes over. Cancelling loses the track.
        """

    async def catch_up(self, until: float) -> MouthMade:
        """The mouth up to `until`, of sound that has left, as it seems now: no more has come for a while. As `push`."""

    async def finish(self) -> MouthMade:
        """The rest: the sound is complete. As `push`."""

    @property
    def needs_samples(self) -> bool:
        """Whether it has to hear the sound, because the synthesiser tells nothing of it."""


class Mouths(Protocol):
    """Makes the mouths of parts."""

    def prepare(self, provider: str, model: str) -> None:
        """Have what aligns texts ready, where the synthesiser of that name, with that model, tells no phonemes.

        It takes a second to start, and ends when it is idle. To be called when an utterance begins, and when an answer
        is asked for; where it is ready it costs nothing. It never waits, and raises nothing.
        """

    def track(
        self,
        text: str,
        language: str,
        speed: float,
        sets: frozenset[MouthSet],
        *,
        words: bool,
        told: bool,
        hears: bool = True,
        fps: MouthRate = 30,
    ) -> MouthTrack:
        """The track of a part that says `text` (`language` BCP 47), for all the sets that its Receivers want.

        `words`: their times are wanted too. `told`: the synthesiser marks its sound (`Clip.marks` is not None).
        `hears`: marks may stop before their sound does, so that has to be heard; not those of an engine that makes the
        phonemes itself.
        `fps`: frames a second of `arkit`, whose frame n is at n / fps seconds, from 0 on, without gaps.
        """
