"""The embedded recogniser: pocketsphinx, in worker processes, with no network and no key; English only."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

import trio

from actors.ports.audio import whole
from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Audio, Transcript, Utterance
from adapters.processes.frames import Done, HearFrame, RecognisedFrame, RecogniseFrame
from adapters.processes.process import Plan
from adapters.processes.worker import LIVES, Broken, ReservedWorker, Workers
from adapters.vendors.shared.partials import Partials
from protocol.audioformat import AudioFormat

LANGUAGE = "en-US"
MODEL = "en-us"
ENOUGH = 48_000
"""Bytes from which on the speaker's microphone can be learnt: 1.5 s. What is shorter is heard when it is complete."""
STEP = 6_400
"""Bytes that are handed to the process at least: 200 ms."""


class LocalRecogniser:
    """Satisfies `SpeechToText`. `run` has the processes; nothing works before it has started."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = True

    def __init__(self, count: int = 2, *, grace: float = 0.25, deadline: float = 300.0) -> None:
        self._workers = Workers(
            Plan(
                "adapters.vendors.embedded.stt_child",
                "the local speech recogniser",
                count,
                grace=grace,
                deadline=deadline,
            )
        )

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the processes until cancelled; `started` when they have been tested. Raises EngineFailed."""
        await self._workers.run(task_status=task_status)

    @property
    def count(self) -> int:
        """How many processes there should be."""
        return self._workers.count

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that are ready."""
        return self._workers.pids

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise English, whatever `utterance.language` says, as it is spoken; `prompt` and `model` change nothing.

        Silence and noise give no words. Raises EngineFailed. Cancelling stops the engine within the time it needs for
        200 ms of sound.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"the local speech recogniser takes {self.wants}, not {utterance.format}")
        done = await self._hear(utterance.audio, Partials(words))
        if not isinstance(done, RecognisedFrame):
            raise EngineFailed(f"the local speech recogniser answered {type(done).__name__}")
        return Transcript(done.text, LANGUAGE)

    async def _hear(self, audio: Audio, partials: Partials) -> Done:
        """Recognise what is spoken while it is; where the process dies or hangs over it, the whole at its end."""
        try:
            async with audio.open() as pieces:
                rest, done = await self._hear_live(pieces, partials)
        except Broken:
            await partials.again()
            samples = await whole(audio)
            return await self._workers.call(RecogniseFrame(samples), partials.each, partials.again, lives=LIVES - 1)
        return done or await self._workers.call(RecogniseFrame(rest), partials.each, partials.again)

    async def _hear_live(self, pieces: AsyncIterator[bytes], partials: Partials) -> tuple[bytes, Done | None]:
        """Recognise it as long as that leaves a process for those who have spoken; else all of it, and None.

        Raises EngineFailed, as Broken where the process died or hung.
        """
        held = bytearray()
        kept: ReservedWorker | None = None
        is_settled = begins = False
        with ExitStack() as stack:
            async for piece in pieces:
                held += piece
                if len(held) >= ENOUGH and not is_settled:
                    is_settled = begins = True
                    kept = stack.enter_context(self._workers.keep_one())
                if kept is not None and len(held) >= STEP:
                    even = len(held) // 2 * 2
                    await kept.call(HearFrame(bytes(held[:even]), begins), partials.each)
                    begins = False
                    del held[:even]
            rest = bytes(held)
            return rest, await kept.call(RecogniseFrame(rest, begins=False), partials.each) if kept else None
