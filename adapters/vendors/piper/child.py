"""The worker process that speaks with Piper and a voice file that the operator names.

piper-tts is under the GPL: it is loaded in this process alone, which nothing else shares.
"""

import json
import sys
from pathlib import Path
from typing import Any

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import EngineVoice, ReadyFrame, Request, Result, SoundFrame, SpokenFrame, SynthesiseFrame

NORMAL_PACE = 168
"""Words a minute that stand for the voice's own pace."""
PIECE_SECONDS = 2
"""Seconds of sound that a message has at most, so that a stop is seen between two."""


class Piper:
    """A voice. What is known of it here is its interface and what a tiny made-up voice does."""

    def __init__(self, file: Path) -> None:
        """Load the voice. Raises EngineFailed."""
        for needed in (file, _settings_of(file)):
            if not needed.is_file():
                raise EngineFailed(
                    f"there is no file {needed}: a Piper voice is a .onnx file and a .onnx.json beside it"
                )
        self._name = file.stem
        self._voice = _load(file)

    def ready(self) -> ReadyFrame:
        """Speak a word as a test, and report the language, the speakers and the rate. Raises EngineFailed."""
        try:
            made = sum(len(chunk.audio_int16_bytes) for chunk in self._voice.synthesize("One."))
        except ImportError as error:
            raise EngineFailed(
                f"the Piper voice {self._name} needs a package that is not installed: {error}"
            ) from error
        if not made:
            raise EngineFailed(f"the Piper voice {self._name} spoke a word without making a sound: name another")
        config = self._voice.config
        voice = EngineVoice(config.espeak_voice, self._name)
        return ReadyFrame((voice,), tuple(config.speaker_id_map), config.sample_rate)

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Speak; a sentence's sound goes out before the next sentence is made. Raises EngineFailed."""
        if not isinstance(request, SynthesiseFrame):
            raise EngineFailed(f"the Piper synthesiser was asked for {type(request).__name__}")
        from piper import SynthesisConfig

        config = self._voice.config
        scale = config.length_scale * NORMAL_PACE / request.pace
        how = SynthesisConfig(speaker_id=config.speaker_id_map.get(request.voice), length_scale=scale)
        size = PIECE_SECONDS * config.sample_rate * 2
        pipe.check()
        for chunk in self._voice.synthesize(request.text, how):
            made = chunk.audio_int16_bytes
            for start in range(0, len(made), size):
                pipe.check()
                pipe.send(SoundFrame(made[start : start + size]))
            pipe.check()
        return SpokenFrame()


def _settings_of(file: Path) -> Path:
    return file.with_name(file.name + ".json")


def _load(file: Path) -> Any:
    try:
        from onnxruntime.capi import onnxruntime_pybind11_state as faults
        from piper import PiperVoice
    except ImportError as error:
        raise EngineFailed(f"piper-tts cannot be loaded ({error}): pip install 'vivavoce[piper]'") from error
    try:
        return PiperVoice.load(file)
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise EngineFailed(f"{_settings_of(file)} does not describe a Piper voice: {error!r}") from error
    except (
        faults.Fail,
        faults.InvalidArgument,
        faults.InvalidGraph,
        faults.InvalidProtobuf,
        faults.NoModel,
        faults.NotImplemented,
        faults.RuntimeException,
    ) as error:
        raise EngineFailed(f"{file} is no Piper voice: {error}") from error


if __name__ == "__main__":
    serve(lambda: Piper(Path(sys.argv[1])))
