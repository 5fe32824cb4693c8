"""The words of an utterance as they become known, on their way from a worker process to who waits for them."""

from actors.ports.calls import Emit
from adapters.processes.frames import Progress, WordsFrame


class Partials:
    """Hands on all the words so far, whenever they change.

    Where the recognition is begun anew it finds the same words again, one after the other: nothing is handed on before
    it has come as far as it was, so that nobody sees words disappear.
    """

    def __init__(self, words: Emit[str]) -> None:
        self._words = words
        self._reached = 0
        self._awaited = 0

    async def each(self, progress: Progress) -> None:
        """What a process tells."""
        if isinstance(progress, WordsFrame) and len(progress.text) >= self._awaited:
            self._reached, self._awaited = len(progress.text), 0
            await self._words(progress.text)

    async def again(self) -> None:
        """The recognition is begun anew."""
        self._awaited = self._awaited or self._reached + 1
