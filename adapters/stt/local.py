"""The embedded recogniser: pocketsphinx, in worker processes, with no network and no key; English only."""

import trio

from actors.audio import whole
from actors.ports import Emit, EngineFailed, Transcript, Utterance
from adapters.frames import Progress, Recognise, Recognised, Words
from adapters.worker import Plan, Workers
from protocol.audioformat import AudioFormat

LANGUAGE = "en-US"
MODEL = "en-us"


class LocalRecogniser:
    """Satisfies `SpeechToText`. `run` has the processes; nothing works before it has started."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, count: int = 2, *, grace: float = 0.25, deadline: float = 300.0) -> None:
        self._workers = Workers(
            Plan("adapters.stt.local_child", "the local speech recogniser", count, grace=grace, deadline=deadline)
        )

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when they have been tested. Raises EngineFailed."""
        await self._workers.run(task_status=task_status)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise English, whatever `utterance.language` says; `prompt` and `model` change nothing.

        Silence and noise give no words. Raises EngineFailed. Cancelling stops the engine within the time it needs for
        200 ms of sound.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"the local speech recogniser takes {self.wants}, not {utterance.format}")
        samples = await whole(utterance.audio)

        async def each(progress: Progress) -> None:
            if isinstance(progress, Words):
                await words(progress.text)

        match await self._workers.call(Recognise(samples), each):
            case Recognised(text):
                return Transcript(text, LANGUAGE)
            case other:
                raise EngineFailed(f"the local speech recogniser answered {type(other).__name__}")
