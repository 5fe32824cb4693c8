"""Speech to text by sherpa-onnx (Apache) with a model folder that the operator supplies, in worker processes.

Checked against the package 2.0.1 with tiny made-up models; with a trained model it has not been run.
"""

from pathlib import Path

import trio

from actors.ports.audio import Complete, whole
from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Transcript, Utterance
from adapters.processes.frames import RecognisedFrame, RecogniseFrame
from adapters.processes.process import Plan
from adapters.processes.worker import Workers
from adapters.reach.contract import Offer, ProviderFailed, reached
from adapters.vendors.shared.partials import Partials
from protocol.audioformat import AudioFormat

TITLE = "the sherpa-onnx recogniser"


class SherpaRecogniser:
    """Satisfies `SpeechToText` and `Listed`. `run` has the processes; nothing works before it has started."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, folder: Path, count: int = 1, *, grace: float = 0.25, deadline: float = 300.0) -> None:
        """`folder`: an unpacked model; `adapters.vendors.sherpa.models` says which are known."""
        self._folder = folder
        arguments = (str(folder.absolute()),)
        self._workers = Workers(Plan("adapters.vendors.sherpa.child", TITLE, count, grace, deadline, arguments))

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when they have the model and have tried it.

        Raises EngineFailed where the package or the model is missing or is none.
        """
        await self._workers.run(task_status=task_status)

    @property
    def count(self) -> int:
        """How many processes there should be."""
        return self._workers.count

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    async def offer(self) -> Offer:
        """The model, by the name of its folder."""
        await trio.lowlevel.checkpoint()
        return Offer(models=(self._folder.absolute().name,))

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed."""
        try:
            await self.transcribe(Utterance(Complete(bytes(16_000)), self.wants, "", "", ""), _unheard)
        except EngineFailed as error:
            raise ProviderFailed(str(error)) from error

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise what the model can; `language`, `prompt` and `model` change nothing.

        Raises EngineFailed. Cancelling stops a streaming model within 200 ms of sound; a process that is in the midst
        of a whole utterance is killed and another started.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"{TITLE} takes {self.wants}, not {utterance.format}")
        samples = await whole(utterance.audio)
        partials = Partials(words)
        reached()
        match await self._workers.call(RecogniseFrame(samples), partials.each, partials.again):
            case RecognisedFrame(text, language):
                return Transcript(text, language)
            case other:
                raise EngineFailed(f"{TITLE} answered {type(other).__name__}")


async def _unheard(_: str) -> None:
    """For a call whose words nobody waits for."""
