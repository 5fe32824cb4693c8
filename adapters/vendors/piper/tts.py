"""Text to speech by a Piper voice that the operator has, in worker processes."""

from pathlib import Path

import trio

from actors.ports.calls import Emit, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.process import Plan
from adapters.reach.contract import Offer, reached
from adapters.vendors.shared.probes import PROBE, checking, discard
from adapters.voices.pipervoice import PiperVoiceEngine

TITLE = "the Piper synthesiser"


class PiperSpeech(PiperVoiceEngine):
    """Satisfies `TextToSpeech` and `Listed`."""

    def __init__(self, voice: Path | str, count: int = 2, *, grace: float = 1.0, deadline: float = 300.0) -> None:
        """`voice`: the .onnx file, with its .onnx.json beside it; `count`: how many processes it may have."""
        super().__init__(Path(voice).expanduser(), Plan("", TITLE, count, grace, deadline, kept=1))

    async def offer(self) -> Offer:
        """The voice as the model, its speakers as voices, and its language; known once it runs.

        Cancelling loses nothing.
        """
        await trio.lowlevel.checkpoint()
        return Offer(tuple(voice.file for voice in self.ready.voices), self.ready.variants, self.languages)

    async def check(self) -> None:
        """Have a word spoken. Raises ProviderFailed. Cancelling stops the process's work."""
        with checking():
            await self.synthesise(PROBE, discard)

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak as `PiperVoiceEngine`. Raises EngineFailed. Cancelling stops the model."""
        reached()
        await super().synthesise(speech, sound)
