"""pocketsphinx, in worker processes: the recogniser of systems for which hama has no library; English only."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

from actors.ports.audio import whole
from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Audio, Transcript, Utterance
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import HearFrame, RecognisedFrame, RecogniseFrame
from adapters.processes.partials import Partials
from adapters.processes.process import Plan
from adapters.processes.worker import LIVES, Broken, ReservedWorker
from adapters.vendors.embedded.declaration import LANGUAGE
from protocol.audioformat import AudioFormat

ENOUGH = 48_000
"""Bytes from which on the speaker's microphone can be learnt: 1.5 s. What is shorter is heard when it is complete."""
STEP = 6_400
"""Bytes that are handed to the process at least: 200 ms."""


class SphinxRecogniser(ProcessEngine):
    """Satisfies `SpeechToText`."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = True

    def __init__(
        self, count: int = 2, *, kept: int | None = None, grace: float = 0.25, deadline: float = 300.0
    ) -> None:
        module, title = "adapters.vendors.embedded.sphinx_child", "the local speech recogniser pocketsphinx"
        super().__init__(Plan(module, title, count, grace, deadline, kept=kept))
        self.most = count

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise English, whatever `utterance.language` says, as it is spoken; `prompt` and `model` change nothing.

        Silence and noise give no words. Raises EngineFailed. Cancelling stops the engine within the time it needs for
        200 ms of sound.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"{self.title} takes {self.wants}, not {utterance.format}")
        recognised = await self._hear(utterance.audio, Partials(words))
        return Transcript(recognised.text, LANGUAGE)

    async def _hear(self, audio: Audio, partials: Partials) -> RecognisedFrame:
        """Recognise while it is spoken; where the process dies or hangs over it, recognise the whole at its end."""
        try:
            async with audio.open() as pieces:
                rest, recognised = await self._hear_live(pieces, partials)
        except Broken:
            await partials.again()
            return await self.recognise(await whole(audio), partials, lives=LIVES - 1)
        return recognised or await self.recognise(rest, partials)

    async def _hear_live(
        self, pieces: AsyncIterator[bytes], partials: Partials
    ) -> tuple[bytes, RecognisedFrame | None]:
        """Recognise as long as another process is free for those who have spoken; else return all of it, and None.

        Raises EngineFailed, as Broken where the process died or hung. Cancelling stops the process's work.
        """
        held = bytearray()
        reserved: ReservedWorker | None = None
        is_settled = begins = False
        with ExitStack() as stack:
            async for piece in pieces:
                held += piece
                if len(held) >= ENOUGH and not is_settled:
                    is_settled = begins = True
                    reserved = stack.enter_context(self.reserve())
                if reserved is not None and len(held) >= STEP:
                    even = len(held) // 2 * 2
                    await reserved.call(HearFrame(bytes(held[:even]), begins), partials.each)
                    begins = False
                    del held[:even]
            rest = bytes(held)
            if reserved is None:
                return rest, None
            done = await reserved.call(RecogniseFrame(rest, begins=False), partials.each)
            return rest, self.expected(done, RecognisedFrame)
