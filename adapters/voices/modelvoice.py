"""A voice model in worker processes: how its text, its speed and its sound go between the server and them."""

import re

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import SynthesiseFrame
from adapters.reach.lengths import characters
from adapters.voices.pace import pace_of
from protocol.audioformat import AudioFormat

MAX_TEXT = 20_000
"""Characters that are spoken in one call: about twenty minutes of sound."""
LONGEST = characters(MAX_TEXT)
"""The same, as what a longer text is cut by."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class ModelVoice(ProcessEngine):
    """The common part of the voice models."""

    async def speak_as(self, voice: str, rate: int, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text as `voice`, a clause or a sentence at a time; the sound is of `rate` Hz.

        Raises EngineFailed. Cancelling stops the model within some tens of milliseconds.
        """
        if len(speech.text) > MAX_TEXT:
            raise EngineFailed(
                f"{self.title} speaks {MAX_TEXT} characters at a time, not {len(speech.text)}: send less"
            )
        if not rate:
            raise EngineFailed(f"{self.title} has not been started")
        if (text := plain(speech.text)).strip():
            request = SynthesiseFrame(text, voice, pace_of(speech.speed), speech.marks)
            await self.speak(request, AudioFormat("pcm16", rate), sound, is_streamed=speech.stream)


def plain(text: str) -> str:
    """`text` without what espeak-ng would obey: control characters, and `[[`, which begins phonemes.

    (Ctrl-A begins a command, NUL ends the text.) It is as long as `text`, so that words are where they were.
    """
    return _CONTROL.sub(" ", text).replace("[[", "[ ").encode("utf-8", "replace").decode()
