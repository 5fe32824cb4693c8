"""Text to speech by Piper with a voice file that the operator supplies, in worker processes.

Checked against piper-tts 1.8.0 with a tiny made-up voice; with a trained voice it has not been run.
"""

import re
from pathlib import Path

import trio

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import SynthesiseFrame
from adapters.processes.process import Plan
from adapters.reach.contract import Offer, ProviderFailed, reached
from adapters.reach.lengths import characters
from adapters.vendors.piper.child import NORMAL_PACE
from adapters.vendors.shared.probes import PROBE, discard
from protocol.audioformat import AudioFormat

TITLE = "the Piper synthesiser"
MAX_TEXT = 20_000
"""Characters that are spoken in one call."""
LONGEST = characters(MAX_TEXT)
"""The same, as what a longer text is cut by."""
SLOWEST, FASTEST = 0.25, 4.0
"""The speeds that are taken."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class PiperSpeech(ProcessEngine):
    """Satisfies `TextToSpeech` and `Listed`."""

    def __init__(self, voice: Path | str, count: int = 1, *, grace: float = 0.25, deadline: float = 120.0) -> None:
        """`voice`: the .onnx file, with its .onnx.json beside it."""
        arguments = (str(Path(voice).absolute()),)
        super().__init__(Plan("adapters.vendors.piper.child", TITLE, count, grace, deadline, arguments))

    async def offer(self) -> Offer:
        """The voice as the model, its speakers as voices, and its language; known once it runs.

        Cancelling loses nothing.
        """
        await trio.lowlevel.checkpoint()
        ready = self.ready
        languages = tuple(_bcp47(voice.language) for voice in ready.voices)
        return Offer(tuple(voice.file for voice in ready.voices), ready.variants, languages)

    async def check(self) -> None:
        """Have a word spoken. Raises ProviderFailed. Cancelling stops the process's work."""
        try:
            await self.synthesise(PROBE, discard)
        except EngineFailed as error:
            raise ProviderFailed(str(error)) from error

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text, a sentence at a time; `voice` names a speaker of a voice that has several.

        Language and gender are the voice's. Raises EngineFailed. Cancelling stops it after the current sentence, or
        kills the process when that takes longer than `grace`.
        """
        if len(speech.text) > MAX_TEXT:
            raise EngineFailed(f"{TITLE} speaks {MAX_TEXT} characters at a time, not {len(speech.text)}: send less")
        ready = self.ready
        if not ready.rate:
            raise EngineFailed(f"{TITLE} has not been started")
        text = plain(speech.text)
        if not text.strip():
            return
        form = AudioFormat("pcm16", ready.rate)
        speakers = {speaker.lower(): speaker for speaker in ready.variants}
        pace = round(NORMAL_PACE * min(max(speech.speed, SLOWEST), FASTEST))

        reached()
        request = SynthesiseFrame(text, speakers.get(speech.voice.strip().lower(), ""), pace)
        await self.speak(request, form, sound, is_streamed=speech.stream)


def plain(text: str) -> str:
    """`text` without what Piper would obey: control characters, and `[[`, which begins phonemes."""
    return _CONTROL.sub(" ", text).replace("[[", "[ [").encode("utf-8", "replace").decode()


def _bcp47(voice: str) -> str:
    """The name that espeak-ng has for a language, `en-us`, as BCP 47: parts of two letters are regions."""
    language, *rest = voice.replace("_", "-").split("-")
    return "-".join([language, *(part.upper() if len(part) == 2 else part for part in rest)])
