"""Speech by a Piper voice, a model and its description, in worker processes."""

from pathlib import Path

from actors.ports.calls import Emit, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.process import Plan
from adapters.voices.modelvoice import ModelVoice
from protocol.languages import cased


class PiperVoiceEngine(ModelVoice):
    """Satisfies `TextToSpeech`."""

    def __init__(self, file: Path, plan: Plan, *, sha256: str = "", rate: int = 0) -> None:
        """`file`: the .onnx file, with its .onnx.json beside it; `plan`: its title, processes and times.

        `sha256`: what the file's must be, "" for any; `rate`: of its sound in Hz, where that is known before it runs.
        """
        self._rate = rate
        super().__init__(plan.of("adapters.voices.piper_child", (str(file.absolute()), sha256)))

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 of what it speaks; known once it runs."""
        return tuple(cased(voice.language) for voice in self.ready.voices)

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text, a clause or a sentence at a time; `voice` names a speaker of a voice that has several.

        Language and gender are the voice's. Raises EngineFailed. Cancelling stops the model within some tens of
        milliseconds.
        """
        speakers = {speaker.lower(): speaker for speaker in self.ready.variants}
        speaker = speakers.get(speech.voice.strip().lower(), "")
        await self.speak_as(speaker, self.ready.rate or self._rate, speech, sound)
