"""The pose of each class of sounds in ARKit's shapes, and how strongly it holds the jaw, the lips and the tongue.

A pose is what the face comes to when the sound alone lasts long. Values were chosen for faces that speak calmly; those
of p, b and m press lips together that are closed at rest, so that a rig which lacks a shape shows them closed too.
`mouthClose` is small, because rigs use it to close lips over an open jaw, and the jaw is closed here.
"""

import numpy as np
from numpy.typing import NDArray

from adapters.mouth.sounds import SOUNDS, Manner
from protocol.mouth import SHAPES

_PAIRS = frozenset({
    "mouthLowerDown", "mouthPress", "mouthSmile", "mouthStretch", "mouthUpperUp",
})  # fmt: skip
"""Shapes that ARKit has for the left and for the right side."""
_POSES: dict[str, dict[str, float]] = {
    "": {},
    "p": {"mouthClose": 0.1, "mouthPress": 0.5, "mouthRollLower": 0.4, "mouthRollUpper": 0.35},
    "β": {"jawOpen": 0.04, "mouthPress": 0.2, "mouthRollLower": 0.15, "mouthRollUpper": 0.1},
    "f": {"jawOpen": 0.04, "mouthRollLower": 0.6, "mouthUpperUp": 0.2},
    "θ": {"jawOpen": 0.18, "mouthLowerDown": 0.15, "mouthUpperUp": 0.1, "tongueOut": 0.35},
    "t": {"jawOpen": 0.12, "mouthLowerDown": 0.2, "mouthUpperUp": 0.1, "mouthStretch": 0.1},
    "n": {"jawOpen": 0.12, "mouthLowerDown": 0.12, "mouthUpperUp": 0.05},
    "l": {"jawOpen": 0.2, "mouthLowerDown": 0.15, "tongueOut": 0.05},
    "k": {"jawOpen": 0.18, "mouthLowerDown": 0.15, "mouthUpperUp": 0.08},
    "h": {"jawOpen": 0.25, "mouthLowerDown": 0.1},
    "ʃ": {"jawOpen": 0.1, "mouthFunnel": 0.5, "mouthPucker": 0.25, "mouthLowerDown": 0.1, "mouthUpperUp": 0.1},
    "s": {"jawOpen": 0.05, "mouthStretch": 0.2, "mouthSmile": 0.1, "mouthLowerDown": 0.25, "mouthUpperUp": 0.15},
    "r": {"jawOpen": 0.12, "mouthFunnel": 0.3, "mouthPucker": 0.3},
    "ɚ": {"jawOpen": 0.2, "mouthFunnel": 0.3, "mouthPucker": 0.2},
    "ɜ": {"jawOpen": 0.28, "mouthFunnel": 0.1, "mouthLowerDown": 0.15},
    "w": {"jawOpen": 0.08, "mouthFunnel": 0.3, "mouthPucker": 0.75},
    "j": {"jawOpen": 0.12, "mouthSmile": 0.25, "mouthStretch": 0.15, "mouthLowerDown": 0.1},
    "i": {"jawOpen": 0.12, "mouthSmile": 0.35, "mouthStretch": 0.25, "mouthLowerDown": 0.15},
    "e": {"jawOpen": 0.25, "mouthSmile": 0.25, "mouthStretch": 0.15, "mouthLowerDown": 0.15, "mouthUpperUp": 0.05},
    "ɛ": {"jawOpen": 0.35, "mouthSmile": 0.15, "mouthStretch": 0.1, "mouthLowerDown": 0.2, "mouthUpperUp": 0.05},
    "æ": {"jawOpen": 0.45, "mouthSmile": 0.15, "mouthStretch": 0.15, "mouthLowerDown": 0.25, "mouthUpperUp": 0.1},
    "ə": {"jawOpen": 0.25, "mouthLowerDown": 0.1},
    "a": {"jawOpen": 0.6, "mouthLowerDown": 0.15, "mouthUpperUp": 0.05},
    "ɔ": {"jawOpen": 0.45, "mouthFunnel": 0.4, "mouthPucker": 0.15},
    "o": {"jawOpen": 0.32, "mouthFunnel": 0.5, "mouthPucker": 0.35},
    "ø": {"jawOpen": 0.25, "mouthFunnel": 0.4, "mouthPucker": 0.35},
    "u": {"jawOpen": 0.15, "mouthFunnel": 0.45, "mouthPucker": 0.65},
    "y": {"jawOpen": 0.12, "mouthFunnel": 0.45, "mouthPucker": 0.6},
}
"""By the name of the class of sounds."""

ARTICULATORS = ("jaw", "lips", "tongue")
STRENGTH: dict[Manner, tuple[float, float, float]] = {
    "pause": (1.0, 1.0, 1.0),
    "closure": (1.5, 1.5, 0.3),
    "lips": (1.0, 2.5, 0.5),
    "vowel": (1.0, 1.0, 1.0),
    "tongue": (0.6, 0.35, 2.0),
    "breath": (0.2, 0.1, 0.2),
}
"""How strongly a sound holds each of ARTICULATORS against the sounds beside it; the tongue's leave the lips free.

Lips that close need no more than others: `frames.py` closes them whatever is beside."""
_JAW, _TONGUE = ("jaw",), ("tongue",)


def _row(pose: dict[str, float]) -> list[float]:
    known = {f"{name}{side}": value for name, value in pose.items() for side in _sides(name)}
    return [known.get(name, 0.0) for name in SHAPES["arkit"]]


def _sides(name: str) -> tuple[str, ...]:
    return ("Left", "Right") if name in _PAIRS else ("",)


NAMES = tuple(SOUNDS)
POSES: NDArray[np.float32] = np.array([_row(_POSES[name]) for name in NAMES], np.float32)
"""A row for each of NAMES, with a value for each of ARKit's shapes."""
MOVING: NDArray[np.intp] = np.flatnonzero(POSES.any(axis=0))
"""The shapes that speech moves."""
ARTICULATOR_OF: NDArray[np.intp] = np.array(
    [0 if name.startswith(_JAW) else 2 if name.startswith(_TONGUE) else 1 for name in SHAPES["arkit"]]
)
"""Of each of ARKit's shapes, the index of what moves it in ARTICULATORS."""
