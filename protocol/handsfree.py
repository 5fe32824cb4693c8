"""The messages of a hands-free conversation: where speech begins and ends, an answer that is held, and what is played.

They are part of the unions of `messages.py`, which gives them their names.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

How = Literal["duck", "pause"]

_MOST: Final = 2**31 - 1
_MS = {"minimum": 0}
_TURN = Meta(description="The turn's number, from `response.started`.")


# ---- client to server


class ResponseCreate(msgspec.Struct, frozen=True):
    """Under `turnDetection` with `createResponse` false: answer the transcript. A payload is ignored. Without a
    transcript it is 1005.
    """


class PlaybackPosition(msgspec.Struct, frozen=True):
    """How far this Receiver has played. Send it when a part starts and ends, when the answer is held, resumed and
    stopped, and every 250 ms at most in between. What is more than that, or of another turn, is ignored. The first one
    says that the Receiver can duck and pause, as `holds` does.
    """

    turn: Annotated[int, Meta(ge=0, le=_MOST, description="The turn's number, from `response.started`.")]
    id: Annotated[int, Meta(ge=0, le=_MOST, description="The part's number.")]
    ms: Annotated[int, Meta(ge=0, le=_MOST, description="How much of the part was heard, in ms of its sound.")]
    playing: Annotated[bool, Meta(description="Whether sound comes out of the loudspeaker now.")]


# ---- server to client


class SpeechStarted(msgspec.Struct, frozen=True, rename="camel"):
    """Under `turnDetection`: an utterance has begun. Sent once an utterance."""

    audio_ms: Annotated[
        int,
        Meta(
            description="Where it begins, prefix included, in ms of the samples sent since detection was switched on.",
            extra_json_schema=_MS,
        ),
    ]


class SpeechStopped(msgspec.Struct, frozen=True, rename="camel"):
    """Under `turnDetection`: the utterance is over. Sent once an utterance, when it is committed."""

    audio_ms: Annotated[
        int,
        Meta(
            description="Where the speech ended, in ms of the samples sent since detection was switched on.",
            extra_json_schema=_MS,
        ),
    ]


class ResponseHeld(msgspec.Struct, frozen=True):
    """The user may be interrupting. `duck`: turn the sound down by 12 dB within 50 ms. `pause`: stop where you are and
    keep the pieces that have not been played; more of them may come. A `pause` may follow a `duck`. It ends with
    `response.resumed`, `response.cancelled`, or the next `response.started`.
    """

    turn: Annotated[int, _TURN]
    how: Annotated[How, Meta(description="What to do.")]


class ResponseResumed(msgspec.Struct, frozen=True):
    """It was no interruption: go on at the position where you stopped, at the full volume."""

    turn: Annotated[int, _TURN]


class InputIdle(msgspec.Struct, frozen=True, rename="camel"):
    """Under `turnDetection` with an `idleTimeoutMs`: nobody has spoken for that long."""

    idle_ms: Annotated[int, Meta(description="For how long, in ms.", extra_json_schema=_MS)]


class SessionEcho(msgspec.Struct, frozen=True, rename="camel"):
    """Under `turnDetection`: the microphone hears the avatar. Sent once where that is proven; show it to the user."""

    delay_ms: Annotated[int, Meta(description="How late it hears it, in ms.", extra_json_schema=_MS)]
    level: Annotated[float, Meta(description="How loud it hears it, in dB against what was sent.")]
    message: Annotated[str, Meta(description="What to do about it, in words for the user.")]
