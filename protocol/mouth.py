"""The mouth on the wire: the sets of shapes that rigs have, and the names of where a mouth comes from."""

from collections.abc import Mapping
from typing import Literal

MouthSet = Literal["ovr", "arkit", "vrm", "azure", "polly", "rhubarb"]
MouthSource = Literal["phonemes", "provider", "aligned", "sound"]
"""Best first: the synthesiser's phonemes, what its provider tells, the text aligned to the sound, the sound alone."""

SHAPES: Mapping[MouthSet, tuple[str, ...]] = {
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
