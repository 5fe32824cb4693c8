"""Speech to text by sherpa-onnx (Apache) with a model folder that the operator supplies, in worker processes.

Checked against the package 2.0.1 with tiny made-up models; with a trained model it has not been run.
"""

from pathlib import Path

import trio

from actors.ports.audio import whole
from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.processes.engine import ProcessEngine
from adapters.processes.partials import Partials
from adapters.processes.process import Plan
from adapters.reach.contract import Offer, reached
from adapters.vendors.shared.probes import checking, discard, silence
from protocol.audioformat import AudioFormat

TITLE = "the sherpa-onnx recogniser"


class SherpaRecogniser(ProcessEngine):
    """Satisfies `SpeechToText` and `Listed`."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, folder: Path | str, count: int = 1, *, grace: float = 0.25, deadline: float = 300.0) -> None:
        """`folder`: an unpacked model; `adapters.vendors.sherpa.models` says which are known."""
        self._folder = Path(folder).expanduser().absolute()
        arguments = (str(self._folder),)
        super().__init__(Plan("adapters.vendors.sherpa.child", TITLE, count, grace, deadline, arguments))

    async def offer(self) -> Offer:
        """The model, by the name of its folder. Cancelling loses nothing."""
        await trio.lowlevel.checkpoint()
        return Offer(models=(self._folder.name,))

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed. Cancelling stops the process's work."""
        with checking():
            await self.transcribe(silence(self.wants), discard)

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise what the model can; `language`, `prompt` and `model` change nothing.

        Raises EngineFailed. Cancelling stops a streaming model within 200 ms of sound; a process that is in the midst
        of a whole utterance is killed and another started.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"{TITLE} takes {self.wants}, not {utterance.format}")
        samples = await whole(utterance.audio)
        reached()
        recognised = await self.recognise(samples, Partials(words))
        return Transcript(recognised.text, recognised.language)
