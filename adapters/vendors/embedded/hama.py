"""hama, searched for words, in worker processes: the embedded recogniser of English.

It sees a whole piece of speech at once. Words while the person speaks come from hearings for now alone: of what was
said since the last pause, in a process that has nothing else to do, while one person alone speaks. They are given up
when anything is to be recognised for good.
"""

import trio

from actors.ports.calls import Emit, EngineFailed
from actors.ports.recognition import Audio, Transcript, Utterance
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import PieceFrame, PieceWordsFrame
from adapters.processes.process import Plan
from adapters.reach.exceptiongroups import FirstCause
from adapters.vendors.embedded.declaration import LANGUAGE
from adapters.vendors.embedded.recognition.utterance import SpokenUtterance
from protocol.audioformat import AudioFormat

CHILD = "adapters.vendors.embedded.recognition.child"
GRACE = 2.0
"""Seconds that a process has to stop: hama hears the 8 s of a window in 0.7 s of its own, and looks up after that."""
PROMPT = 4_000
"""Characters of a prompt that are looked at."""


class _Grown:
    """Tells one task that the utterance has grown."""

    def __init__(self) -> None:
        self._event = trio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
        self._event = trio.Event()


class _ForNow:
    """The hearing that is under way only to tell the words so far; there is one at most."""

    def __init__(self) -> None:
        self._scope: trio.CancelScope | None = None
        self._over = trio.Event()

    @property
    def is_busy(self) -> bool:
        return self._scope is not None

    async def run(self, engine: ProcessEngine, request: PieceFrame) -> PieceWordsFrame | None:
        """The words of a piece; None where it was given up, or failed: then they come with the end."""
        self._over = trio.Event()
        try:
            with trio.CancelScope() as self._scope:
                return await engine.ask(request, PieceWordsFrame, lives=1)
        except EngineFailed:
            pass
        finally:
            self._scope = None
            self._over.set()
        return None

    async def give_up(self) -> None:
        """End it, and wait until its process is free again."""
        if self._scope is not None:
            self._scope.cancel()
            await self._over.wait()


class HamaRecogniser(ProcessEngine):
    """Satisfies `SpeechToText`. `words` are expected in every session."""

    accepts: frozenset[str] = frozenset()
    wants = AudioFormat("pcm16", 16_000)
    live = True

    def __init__(
        self,
        count: int = 2,
        words: tuple[str, ...] = (),
        *,
        kept: int | None = 1,
        grace: float = GRACE,
        deadline: float = 300.0,
    ) -> None:
        super().__init__(Plan(CHILD, "the local speech recogniser hama", count, grace, deadline, kept=kept))
        self._words = words
        self._speaking = 0
        self._hearing = _ForNow()

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise English, whatever `language` and `model` of `utterance` say; words of its `prompt` are expected.

        Silence and noise give no words. Raises EngineFailed. Cancelling stops the work within GRACE seconds.
        """
        if utterance.format != self.wants:
            raise EngineFailed(f"{self.title} takes {self.wants}, not {utterance.format}")
        spoken = SpokenUtterance()
        prompt = utterance.prompt[:PROMPT]
        self._speaking += 1
        try:
            with FirstCause():
                await self._listen(utterance.audio, spoken, prompt, words)
        finally:
            self._speaking -= 1
        await self._recognise(spoken, prompt, is_last=True)
        return Transcript(spoken.whole, LANGUAGE)

    async def _listen(self, audio: Audio, spoken: SpokenUtterance, prompt: str, words: Emit[str]) -> None:
        """Take in the utterance to its end; what is long enough is recognised for good."""
        async with trio.open_nursery() as nursery, audio.open() as pieces:
            grown = _Grown()
            nursery.start_soon(self._tell, spoken, grown, prompt, words)
            async for piece in pieces:
                spoken.extend(piece)
                while spoken.is_long:
                    await self._recognise(spoken, prompt, is_last=False)
                    await words(spoken.text)
                grown.set()
            nursery.cancel_scope.cancel()

    async def _recognise(self, spoken: SpokenUtterance, prompt: str, *, is_last: bool) -> None:
        """Recognise the next piece for good."""
        await self._hearing.give_up()
        before = tuple(spoken.words[-2:])
        request = PieceFrame(spoken.cut(), before, self._words, prompt, is_last)
        found = await self.ask(request, PieceWordsFrame)
        spoken.add(found.words, found.names)

    async def _tell(self, spoken: SpokenUtterance, grown: _Grown, prompt: str, words: Emit[str]) -> None:
        """Tell the words so far, as long as nobody else speaks and a process is free. Ends by a cancel alone."""
        told = ""
        while True:
            await grown.wait()
            if self._speaking > 1 or not spoken.is_due or not self.has_free or self._hearing.is_busy:
                continue
            request = PieceFrame(spoken.window(), spoken.before, self._words, prompt, is_last=False, goes_on=True)
            found = await self._hearing.run(self, request)
            if found is not None:
                spoken.note(found.words, found.rest, found.size, found.names)
                if spoken.text != told:
                    told = spoken.text
                    await words(told)
