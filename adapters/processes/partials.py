"""Partial transcripts: the words of an utterance on their way from a worker process to their reader."""

from actors.ports.calls import Emit
from adapters.processes.frames import Progress, WordsFrame


class Partials:
    """Hands on all the words so far, whenever they change.

    If the recognition begins again, it finds the same words again. Nothing is handed on before it has come as far as it
    was, so that nobody sees words disappear. Cancelling either method loses words of this recognition alone.
    """

    def __init__(self, words: Emit[str]) -> None:
        self._words = words
        self._reached = 0
        self._awaited = 0

    async def each(self, progress: Progress) -> None:
        """The process has recognised words."""
        if isinstance(progress, WordsFrame) and len(progress.text) >= self._awaited:
            self._reached, self._awaited = len(progress.text), 0
            await self._words(progress.text)

    async def again(self) -> None:
        """The recognition begins again."""
        self._awaited = self._awaited or self._reached + 1
