"""The ports of hands-free listening: whether somebody speaks, and whether the speaker has finished."""

from contextlib import AbstractAsyncContextManager
from typing import Final, NamedTuple, Protocol

import msgspec

RATE = 16_000
"""Samples per second of all sound here: mono s16le."""
FRAME = 512
"""Samples of a frame, 32 ms: what one probability of speech is of."""
FRAME_BYTES = 2 * FRAME
ECHO: Final = -1.0
"""What stands in the place of a frame's probability where the frame is presumed to be the avatar's echo."""
MOST_FRAMES = 64
"""Frames that one call may bring, about 2 s."""
TURN_SECONDS = 8
"""Seconds before the pause that are looked at for the end of a turn."""


def count_frames(samples: bytes) -> int:
    """The frames of `samples`; raises ValueError where they are not 1 to MOST_FRAMES whole ones."""
    frames, rest = divmod(len(samples), FRAME_BYTES)
    if rest or not 1 <= frames <= MOST_FRAMES:
        raise ValueError(f"{len(samples)} bytes are not 1 to {MOST_FRAMES} frames of {FRAME_BYTES} bytes")
    return frames


class VoiceActivityCounts(msgspec.Struct, frozen=True, rename="camel"):
    """What voice activity has done so far: `engine` is the one at work, "" for none yet; `changes`: of the engine.

    `lag_ms`: how long the last call waited for its probabilities.
    """

    engine: str = ""
    streams: int = 0
    frames: int = 0
    changes: int = 0
    lag_ms: float = 0.0


class TurnEndCounts(msgspec.Struct, frozen=True, rename="camel"):
    """The questions so far whether a turn has ended: all, those answered, and those that silence had to decide.

    `lag_ms`: how long the last answer took, waiting included. `engine`: "" where there is none.
    """

    engine: str = ""
    asked: int = 0
    answered: int = 0
    unknown: int = 0
    lag_ms: float = 0.0


class Reference(NamedTuple):
    """What was estimated to play while samples were recorded: its envelope, "" for nothing that is to be looked for.

    `is_frozen`: an interruption is being judged, and nothing is to be learned from the samples.
    """

    envelope: bytes = b""
    is_frozen: bool = False


NO_REFERENCE: Final = Reference()


class VoiceStream(Protocol):
    """One microphone's stream of samples."""

    async def judge(self, samples: bytes, reference: Reference = NO_REFERENCE) -> tuple[float, ...]:
        """The probability of speech, 0 to 1, for each frame that is settled by now, in order.

        `samples` are s16le at RATE, whole frames, MOST_FRAMES at most; else it raises ValueError. They go on where
        those before ended. With a `reference`, what is no louder than its echo is ECHO; where that is not known yet,
        frames are held, and settled by a later call, a second later at most. One call at a time.
        Raises EngineFailed, after which the stream may be used again. Cancelling drops the probabilities alone.
        """

    @property
    def echo(self) -> tuple[int, float] | None:
        """The path by which the microphone hears the avatar, once it is certain: ms, and dB against what was played."""


class ReferenceMaker(Protocol):
    """Makes the envelope of one sound as it is made: mono s16le at RATE."""

    async def push(self, samples: bytes) -> bytes:
        """Its envelope so far: BANDS bytes each 10 ms. Cancelling may lose some of it."""


class VoiceActivity(Protocol):
    """The engine that hears speech in sound; where it fails another one takes over, for all streams."""

    def open(self) -> AbstractAsyncContextManager[VoiceStream]:
        """A stream, from its first sample, until the block is left. Entering raises EngineFailed for too many."""

    def reference(self) -> ReferenceMaker:
        """For a sound that will play."""

    @property
    def counts(self) -> VoiceActivityCounts:
        """What it has done so far, for the operator."""


class TurnEnd(Protocol):
    """The engine that judges by the sound whether a speaker who pauses has finished."""

    def prepare(self) -> None:
        """Have the engine ready by the time of a question: it takes a second to start, and ends when it is idle.

        To be called at each onset of speech; where it is ready it costs nothing.
        """

    async def judge(self, samples: bytes) -> float | None:
        """The probability, 0 to 1, that the speaker has finished; None where it was not had in time, or not at all.

        `samples` are s16le at RATE and end with the pause; the last TURN_SECONDS of them count. It never raises what
        its engine raises. Cancelling drops the question.
        """

    @property
    def counts(self) -> TurnEndCounts:
        """What it has done so far, for the operator."""
