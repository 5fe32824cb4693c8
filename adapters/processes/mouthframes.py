"""The frames between the server and the process that aligns texts to their sounds; see `frames.py`."""

import msgspec

from actors.ports.mouth import Mark


class Alignment(msgspec.Struct, frozen=True):
    """What a sound says that is still coming: `text` in `language` (BCP 47), `speed` times as quick as is usual."""

    text: str
    language: str
    speed: float


class AlignFrame(msgspec.Struct, frozen=True, tag=True):
    """The next samples of the sound with the number `stream`, mono s16le at 16 kHz; `opening` with the first.

    What begins before `until` ms is to be told. `last`: the sound is complete, and forgotten. Answered by
    `AlignedFrame`.
    """

    stream: int
    samples: bytes
    until: float
    last: bool = False
    opening: Alignment | None = None


class PhonesFrame(msgspec.Struct, frozen=True, tag=True):
    """How each of `texts` is pronounced, in `language` (BCP 47), is asked. Answered by `PhonesToldFrame`."""

    texts: tuple[str, ...]
    language: str


class AlignedFrame(msgspec.Struct, frozen=True, tag=True):
    """The phonemes and words of a sound that are found now, in order, each told once; up to `told` ms all is told.

    `is_lost`: the process does not have the sound; it was begun in one that has ended, or there were too many.
    """

    marks: tuple[Mark, ...] = ()
    told: float = 0.0
    is_lost: bool = False


class PhonesToldFrame(msgspec.Struct, frozen=True, tag=True):
    """The phonemes of each text, timed from its beginning as espeak-ng would speak it."""

    phones: tuple[tuple[Mark, ...], ...]
