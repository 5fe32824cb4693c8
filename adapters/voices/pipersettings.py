"""The description of a Piper voice, the .onnx.json beside its .onnx: what is heeded of it, and what is refused by name.

Source: the files of rhasspy/piper-voices, and what OHF-Voice/piper1-gpl documents of them.
"""

from pathlib import Path
from typing import Annotated

import msgspec

from actors.ports.calls import EngineFailed

PAD, BEGIN, END = "_", "^", "$"
"""The symbols between two phonemes, before the first and after the last."""
TYPES = ("espeak", "text")
"""What a voice may be trained on: espeak-ng's phonemes, or letters."""
DEFAULT_FRAME = 256

_Positive = Annotated[float, msgspec.Meta(gt=0, le=100)]
_Level = Annotated[float, msgspec.Meta(ge=0, le=100)]


class PiperAudio(msgspec.Struct, frozen=True):
    """`sample_rate` in Hz."""

    sample_rate: Annotated[int, msgspec.Meta(ge=8_000, le=192_000)]


class PiperEspeak(msgspec.Struct, frozen=True):
    """The name of espeak-ng's voice that makes the phonemes."""

    voice: str


class PiperInference(msgspec.Struct, frozen=True):
    """How freely it speaks, and how slowly (`length_scale`)."""

    noise_scale: _Level = 0.667
    length_scale: _Positive = 1.0
    noise_w: _Level = 0.8


class PiperSettings(msgspec.Struct, frozen=True):
    """The file, without what is not heeded; `hop_length` is the samples of a frame."""

    audio: PiperAudio
    espeak: PiperEspeak
    phoneme_id_map: dict[str, tuple[Annotated[int, msgspec.Meta(ge=0, lt=1_000_000)], ...]]
    inference: PiperInference = PiperInference()
    phoneme_type: str = TYPES[0]
    num_speakers: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 1
    speaker_id_map: dict[str, Annotated[int, msgspec.Meta(ge=0, lt=100_000)]] = {}
    default_speaker_id: Annotated[int, msgspec.Meta(ge=0, lt=100_000)] = 0
    hop_length: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = DEFAULT_FRAME
    vowel_clusters: tuple[tuple[str, ...], ...] = ()

    @property
    def speakers(self) -> dict[str, int]:
        """The speakers by name; by number where it has several without names."""
        unnamed = {str(number): number for number in range(self.num_speakers if self.num_speakers > 1 else 0)}
        return self.speaker_id_map or unnamed


def read_settings(file: Path) -> PiperSettings:
    """The description of the voice `file`. Raises EngineFailed, with what is wrong with it or is not served."""
    described = file.with_name(file.name + ".json")
    for needed in (file, described):
        if not needed.is_file():
            raise EngineFailed(f"there is no file {needed}: a Piper voice is a .onnx file and a .onnx.json beside it")
    try:
        settings = msgspec.json.decode(described.read_bytes(), type=PiperSettings)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EngineFailed(f"{described} does not describe a Piper voice: {error}") from error
    if settings.phoneme_type not in TYPES:
        raise EngineFailed(
            f"{described} has the phoneme_type {settings.phoneme_type}; served are {' and '.join(TYPES)}"
        )
    lacking = [symbol for symbol in (PAD, BEGIN, END) if not settings.phoneme_id_map.get(symbol)]
    if lacking:
        raise EngineFailed(f"{described} does not describe a Piper voice: its phoneme_id_map lacks {lacking[0]}")
    return settings
