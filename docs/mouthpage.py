"""The generated table of docs/mouth.md: each class of sounds with its shape in every named set."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.mouth.sounds import GLIDING, SOUNDS, SpeechSound
from docs.messages import table

MOUTH_PAGE: Final = Path(__file__).parent / "mouth.md"
_TABLE: Final = re.compile(r"(<!-- generated: sounds -->\n).*?(<!-- end -->)", re.DOTALL)


def mouth() -> str:
    """docs/mouth.md as it is, with its table as the code has it."""
    made = "\n".join((*_sounds(), *_glides()))
    return _TABLE.sub(lambda found: f"{found[1]}{made}\n{found[2]}", MOUTH_PAGE.read_text(encoding="utf-8"))


def _sounds() -> Iterator[str]:
    heads = ("sounds", "`ovr`", "`azure`", "`polly`", "`rhubarb`", "weight", "`vrm`", "its weight")
    return table(heads, (_row(sound) for sound in SOUNDS.values()))


def _row(sound: SpeechSound) -> tuple[str, ...]:
    letters = {"pause": "a pause", "breath": f"{sound.letters}: as the next vowel"}.get(sound.manner, sound.letters)
    shapes = (sound.ovr, str(sound.azure), sound.polly, sound.rhubarb)
    return (
        letters,
        *(f"`{shape}`" for shape in shapes),
        f"{sound.weight:g}",
        f"`{sound.vrm}`",
        f"{sound.vrm_weight:g}",
    )


def _glides() -> Iterator[str]:
    pairs = ", ".join(f"{first}{second} `{azure}` `{polly}`" for (first, second), (azure, polly) in GLIDING.items())
    yield ""
    yield f"A diphthong is two shapes, the first for 60 % of its time; in `azure` and `polly` these are one: {pairs}."
