"""Speech by a Piper voice, a model and its description, in worker processes."""

import re
from pathlib import Path

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import SynthesiseFrame
from adapters.processes.process import Plan
from adapters.reach.lengths import characters
from adapters.voices.pace import pace_of
from protocol.audioformat import AudioFormat
from protocol.languages import cased

MAX_TEXT = 20_000
"""Characters that are spoken in one call."""
LONGEST = characters(MAX_TEXT)
"""The same, as what a longer text is cut by."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class PiperVoiceEngine(ProcessEngine):
    """Satisfies `TextToSpeech`."""

    def __init__(self, file: Path, plan: Plan, *, sha256: str = "") -> None:
        """`file`: the .onnx file, with its .onnx.json beside it; `plan`: its title, processes and times.

        `sha256`: what the file's must be, "" for any.
        """
        arguments = (str(file.absolute()), sha256)
        super().__init__(plan.of("adapters.voices.piper_child", arguments))

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 of what it speaks; known once it runs."""
        return tuple(cased(voice.language) for voice in self.ready.voices)

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text, a clause or a sentence at a time; `voice` names a speaker of a voice that has several.

        Language and gender are the voice's. Raises EngineFailed. Cancelling stops the model within some tens of
        milliseconds.
        """
        if len(speech.text) > MAX_TEXT:
            raise EngineFailed(
                f"{self.title} speaks {MAX_TEXT} characters at a time, not {len(speech.text)}: send less"
            )
        ready = self.ready
        if not ready.rate:
            raise EngineFailed(f"{self.title} has not been started")
        text = plain(speech.text)
        if not text.strip():
            return
        speakers = {speaker.lower(): speaker for speaker in ready.variants}
        request = SynthesiseFrame(text, speakers.get(speech.voice.strip().lower(), ""), pace_of(speech.speed))
        await self.speak(request, AudioFormat("pcm16", ready.rate), sound, is_streamed=speech.stream)


def plain(text: str) -> str:
    """`text` without what espeak-ng would obey: control characters, and `[[`, which begins phonemes."""
    return _CONTROL.sub(" ", text).replace("[[", "[ [").encode("utf-8", "replace").decode()
