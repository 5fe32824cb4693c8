"""The sounds of speech as the lips show them: for each class of sounds its shape in every named set, and its weight.

Sources, read and joined into a table of our own: the viseme pages of Azure and Amazon Polly, Oculus' reference of its
fifteen shapes, Rhubarb's rules, the VRM specification, and what clients make of them (HeadTTS, TalkingHead,
OpenFaceFX). A weight is that of TalkingHead's kind: 0.6 for a vowel, 0.9 and more only where lips touch, so that a face
speaks and does not chew.
"""

from typing import Literal

import msgspec

Manner = Literal["pause", "closure", "lips", "vowel", "tongue", "breath"]
"""How much the lips must do: `closure` closes them, `lips` gives them a shape of its own, `tongue` hardly moves them,
`breath` takes the shape of the next vowel."""


class SpeechSound(msgspec.Struct, frozen=True):
    """A class of sounds: IPA letters that look alike, and their shapes.

    `azure` is a number; `vrm_weight` is of `vrm`, which has few shapes; `weight` is of the others. `pose` names the
    sound's pose in `poses.py`, of `arkit`.
    """

    name: str
    letters: str
    manner: Manner
    ovr: str
    azure: int
    polly: str
    rhubarb: str
    vrm: str
    vrm_weight: float
    weight: float


def _rows(*rows: tuple[str, str, Manner, str, int, str, str, str, float, float]) -> dict[str, SpeechSound]:
    return {row[0]: SpeechSound(*row) for row in rows}


SOUNDS = _rows(
    # name, letters,            manner,   ovr,  azure, polly, rhubarb, vrm and its weight, weight
    ("", "",                    "pause",   "sil",  0, "sil", "X", "sil", 0.0,  0.0),
    ("p", "p b m ɓ ʙ",          "closure", "PP",  21, "p",   "A", "sil", 0.95, 0.95),
    ("β", "β ɸ",                "lips",    "PP",  21, "p",   "A", "ou",  0.1,  0.7),
    ("f", "f v ɱ ʋ ⱱ",          "lips",    "FF",  18, "f",   "G", "ih",  0.1,  0.8),
    ("θ", "θ ð",                "tongue",  "TH",  17, "T",   "B", "ih",  0.25, 0.6),
    ("t", "t d ʈ ɖ ɗ ɾ ɺ ʇ ǀ ǃ ǂ", "tongue", "DD", 19, "t",  "B", "ih",  0.2,  0.5),
    ("n", "n ɲ ɳ ȵ",            "tongue",  "nn",  19, "t",   "B", "ih",  0.2,  0.5),
    ("l", "l ɫ ɬ ɭ ʎ ɮ ʟ ǁ",    "tongue",  "nn",  14, "t",   "H", "aa",  0.25, 0.5),
    ("k", "k ɡ g ŋ q ɢ ɠ ʛ c ɟ ʄ x χ ɣ ɰ ʁ ʀ ɴ ç ʝ", "tongue", "kk", 20, "k", "B", "aa", 0.2, 0.5),
    ("h", "h ɦ ħ ʕ ʔ ʜ ʢ ʡ",    "breath",  "aa",  12, "k",   "C", "aa",  0.25, 0.4),
    ("ʃ", "ʃ ʒ ɕ ʑ ʂ ʐ ʧ ʤ ʨ ʥ ɧ", "lips", "CH",  16, "S",   "F", "ou",  0.3,  0.6),
    ("s", "s z ʦ ʣ",            "tongue",  "SS",  15, "s",   "B", "ih",  0.25, 0.6),
    ("r", "r ɹ ɻ ɽ",            "tongue",  "RR",  13, "r",   "B", "ou",  0.25, 0.5),
    ("ɚ", "ɚ ɝ",                "vowel",   "RR",   5, "@",   "C", "ou",  0.3,  0.6),
    ("ɜ", "ɜ ɞ",                "vowel",   "E",    5, "E",   "C", "ee",  0.4,  0.5),
    ("w", "w ʍ",                "lips",    "ou",   7, "u",   "F", "ou",  0.7,  0.7),
    ("j", "j",                  "tongue",  "ih",   6, "i",   "B", "ih",  0.5,  0.5),
    ("i", "i ɪ ɨ ɯ ᵻ",          "vowel",   "ih",   6, "i",   "B", "ih",  0.7,  0.6),
    ("e", "e",                  "vowel",   "E",    4, "e",   "C", "ee",  0.7,  0.6),
    ("ɛ", "ɛ",                  "vowel",   "E",    4, "E",   "C", "ee",  0.7,  0.6),
    ("æ", "æ",                  "vowel",   "aa",   1, "a",   "C", "aa",  0.7,  0.6),
    ("ə", "ə ʌ ɐ ɘ ɤ ᵊ",        "vowel",   "aa",   1, "@",   "C", "aa",  0.4,  0.4),
    ("a", "a ɑ ᴀ",              "vowel",   "aa",   2, "a",   "D", "aa",  0.8,  0.6),
    ("ɔ", "ɔ ɒ ɶ",              "vowel",   "oh",   3, "O",   "E", "oh",  0.7,  0.6),
    ("o", "o",                  "vowel",   "oh",   8, "o",   "E", "oh",  0.8,  0.6),
    ("ø", "ø œ ɵ",              "vowel",   "oh",   1, "o",   "E", "oh",  0.6,  0.6),
    ("u", "u ʊ ʉ ᵿ",            "vowel",   "ou",   7, "u",   "F", "ou",  0.8,  0.6),
    ("y", "y ʏ ɥ",              "vowel",   "ou",   7, "u",   "F", "ou",  0.7,  0.6),
)  # fmt: skip
"""By name, which is the class's first letter in IPA; "" is a pause."""

GLIDING: dict[tuple[str, str], tuple[int, str]] = {
    ("e", "i"): (4, "e"), ("ɛ", "i"): (4, "e"), ("o", "u"): (8, "o"), ("ə", "u"): (8, "o"), ("ɔ", "u"): (8, "o"),
    ("a", "u"): (9, "a"), ("æ", "u"): (9, "a"), ("ɔ", "i"): (10, "O"), ("o", "i"): (10, "O"), ("a", "i"): (11, "a"),
}  # fmt: skip
"""The diphthongs that Azure and Polly show as one shape: its number, and its letter. The other sets show two shapes."""
