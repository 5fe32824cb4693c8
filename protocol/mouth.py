"""The mouth on the wire: the sets of shapes that rigs have, what a client asks for, and the messages that carry it.

The messages are part of the unions of `messages.py`, which gives them their names. All their times are ms from the
first sample of a part.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MouthSet = Literal["ovr", "arkit", "vrm", "azure", "polly", "rhubarb"]
MouthSource = Literal["phonemes", "provider", "aligned", "sound"]
"""Best first: the synthesiser's phonemes, what its provider tells, the text aligned to the sound, the sound alone."""
MouthRate = Literal[30, 60]
"""Frames a second of `arkit`."""
CueKind = Literal["face", "gesture", "pause", "custom"]
WORDS: Final = "words"
"""The entry of the handshake's `mouth` that asks for `response.words`."""

SHAPES: Final[Mapping[MouthSet, tuple[str, ...]]] = {
    "ovr": ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou"),
    "arkit": (
        "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
        "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
        "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
        "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen",
        "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
        "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight",
        "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
        "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft",
        "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
    ),
    "vrm": ("sil", "aa", "ih", "ou", "ee", "oh"),
    "azure": tuple(str(number) for number in range(22)),
    "polly": ("sil", "p", "t", "S", "T", "f", "k", "i", "r", "s", "u", "@", "a", "e", "E", "o", "O"),
    "rhubarb": ("X", "A", "B", "C", "D", "E", "F", "G", "H"),
}  # fmt: skip
"""The shapes of each set, in the order in which messages number them; of `arkit`, what each value of a frame is for.

The first of a named set is silence. VRM has no shape of closed lips: with its first, every other has the weight 0.
"""

MOST_MS: Final = 2_000
"""Ms that one message covers at most."""
MOST_BYTES: Final = 32_000
"""Bytes that one message has at most; Unreal's WebSocket breaks at 131 kB."""


class MouthWish(msgspec.Struct, frozen=True):
    """What a Receiver wants of the mouth: shapes of a set, "" for none, `arkit` at `fps`; and the times of words."""

    set: MouthSet | Literal[""] = ""
    words: bool = False
    fps: MouthRate = 30

    @property
    def is_any(self) -> bool:
        """Whether it wants anything; then it gets `response.cue` too."""
        return bool(self.set) or self.words


def parse_mouth(text: str) -> MouthWish:
    """What the handshake's `mouth` asks for; raises ValueError with what is allowed."""
    entries = {entry.strip().lower() for entry in text.split(",")}
    sets = [known for known in SHAPES if known in entries]
    if entries == {"none"}:
        return MouthWish()
    if entries - {*SHAPES, WORDS} or len(sets) > 1:
        raise ValueError(f"none, or a list with commas of at most one of {', '.join(SHAPES)}, and {WORDS}")
    return MouthWish(sets[0] if sets else "", WORDS in entries)


_TURN = Meta(description="The turn's number, from `response.started`.")
_PART = Meta(description="The part's number, as in `response.audio.delta`.", extra_json_schema={"minimum": 0})
_TIMES: dict[str, Any] = {"items": {"type": "integer", "minimum": 0}}


class ResponseMouth(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the mouth does in a stretch of a part's sound, sent before that sound. Where `mouth` of the handshake asks
    for it. A named set has key frames, in `times`, `shapes` and `weights`; between two of them the client blends.
    `arkit` has frames, in `values`. With `cut` true: close the mouth now, nothing more of the response is spoken.
    """

    turn: Annotated[int, _TURN]
    id: Annotated[int, _PART]
    set: Annotated[MouthSet, Meta(description="The set of shapes, as the client asked for.")]
    start: Annotated[
        int | UnsetType,
        Meta(description="Where the stretch begins, in ms from the first sample of the part."),
    ] = msgspec.field(name="from", default=UNSET)
    end: Annotated[int | UnsetType, Meta(description="Where it ends, in ms.")] = msgspec.field(name="to", default=UNSET)
    last: Annotated[bool, Meta(description="true on the part's last message, whose last shape is silence.")]
    source: Annotated[
        MouthSource | UnsetType,
        Meta(
            description="Where it comes from, best first: `phonemes` of the synthesiser, times of its `provider`, the "
            "text `aligned` to the sound, the `sound` alone."
        ),
    ] = UNSET
    times: Annotated[
        tuple[int, ...] | UnsetType,
        Meta(
            description="Of each key frame its ms from the first sample of the part; rising.", extra_json_schema=_TIMES
        ),
    ] = UNSET
    shapes: Annotated[
        tuple[int, ...] | UnsetType,
        Meta(
            description="Of each key frame its shape, as an index into the list of the set.", extra_json_schema=_TIMES
        ),
    ] = UNSET
    weights: Annotated[
        tuple[float, ...] | UnsetType,
        Meta(description="Of each key frame how much of the shape is shown, 0 to 1, with two decimals."),
    ] = UNSET
    fps: Annotated[MouthRate | UnsetType, Meta(description="Of `arkit`: frames a second.")] = UNSET
    names: Annotated[
        tuple[str, ...] | UnsetType,
        Meta(description="Of `arkit`: the names of a row's weights; on the first message after joining, at least."),
    ] = UNSET
    values: Annotated[
        tuple[float, ...] | UnsetType,
        Meta(description="Of `arkit`: a row of weights for each frame, the first one at `from`, row after row."),
    ] = UNSET
    revised: Annotated[
        bool, Meta(description="true: the part is made anew, and what was said of its mouth before is void.")
    ] = False
    cut: Annotated[bool, Meta(description="true: apply it on arrival, and forget the rest of the response.")] = False


class ResponseWords(msgspec.Struct, frozen=True):
    """When words of a part sound, sent before their sound; for captions. Where `mouth` of the handshake has `words`.
    Words are as they are spoken: a number may be written out.
    """

    turn: Annotated[int, _TURN]
    id: Annotated[int, _PART]
    words: Annotated[tuple[str, ...], Meta(description="The words, in their order.")]
    times: Annotated[
        tuple[int, ...], Meta(description="When each begins, in ms from the first sample.", extra_json_schema=_TIMES)
    ]
    durations: Annotated[tuple[int, ...], Meta(description="How long each lasts, in ms.", extra_json_schema=_TIMES)]
    last: Annotated[bool, Meta(description="true on the part's last message.")]


class ResponseCue(msgspec.Struct, frozen=True):
    """The avatar is to show something at a moment of a part. Where `mouth` of the handshake asks for anything."""

    turn: Annotated[int, _TURN]
    id: Annotated[int, _PART]
    at: Annotated[
        int,
        Meta(description="When, in ms from the first sample of the part.", extra_json_schema={"minimum": 0}),
    ]
    kind: Annotated[CueKind, Meta(description="What kind of thing it is.")]
    name: Annotated[str, Meta(description="Its name, as the model gave it.")]
    seconds: Annotated[float, Meta(description="For how long; 0 where that is not said.")]
