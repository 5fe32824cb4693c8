"""The worker process that recognises English: hama's phonemes, searched for words."""

from collections.abc import Sequence

import numpy as np

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import PieceFrame, PieceWordsFrame, ReadyFrame, Request, Result
from adapters.vendors.embedded.recognition.acoustics import FRAME, RATE, AcousticModel, Posteriors
from adapters.vendors.embedded.recognition.expected import expected
from adapters.vendors.embedded.recognition.lexicon import Lexicon, Sounds
from adapters.vendors.embedded.recognition.pauses import Sound, pause, quietest
from adapters.vendors.embedded.recognition.pronouncing import Pronouncing
from adapters.vendors.embedded.recognition.search import WordSearch
from adapters.vendors.embedded.recognition.trigrams import Trigrams

AROUND = RATE * 3 // 10 // FRAME * FRAME
"""Samples of silence that are put around a piece: without them words at its edges are misheard."""
SHORTEST = RATE // 10
"""Samples below which a piece has no word."""
SILENT = 4.0
"""The root mean square, of 32,768, below which a piece is silence."""
LOUD = 0.3
"""The largest sample to which a quiet piece is raised."""
EDGE = RATE // 2
"""Samples at the beginning and the end of a piece that goes on, in which no pause is looked for."""
UNBROKEN = RATE * 6
"""Samples that are heard again without a pause in them; in more than that it is cut at the quietest place."""


class Hama:
    """The recogniser."""

    def __init__(self) -> None:
        self._acoustics = AcousticModel()
        self._language = Trigrams()
        self._lexicon = Lexicon(self._acoustics.ids, self._language)
        self._search = WordSearch(self._lexicon, self._language, self._acoustics.blank, self._acoustics.bound)
        self._pronouncing = Pronouncing()

    def ready(self) -> ReadyFrame:
        """Listen to half a second of hiss."""
        hiss = np.random.default_rng(1).standard_normal(RATE // 2, np.float32) * np.float32(0.003)
        self._search.find(self._acoustics.hear(hiss))
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Recognise a piece of an utterance. Raises EngineFailed."""
        if not isinstance(request, PieceFrame):
            raise EngineFailed(f"the speech recogniser was asked for {type(request).__name__}")
        names = expected(request.expected, request.prompt, self._lexicon.known)
        self._lexicon.expect({name.lower(): ways for name in names if (ways := self._ways(name.lower()))})
        pipe.check()
        sound = np.frombuffer(request.samples[: len(request.samples) // 2 * 2], np.dtype("<i2"))
        if len(sound) < SHORTEST or levels_of(sound) < SILENT:
            return PieceWordsFrame((), (), len(sound) * 2, names)
        posteriors = self._hear(sound)
        pipe.check()
        if not request.goes_on:
            words = self._find(posteriors, request.before, pipe, is_last=request.is_last)
            return PieceWordsFrame(words, (), len(sound) * 2, names)
        cut = _last_pause(sound) // FRAME
        first, second = np.split(posteriors, [AROUND // FRAME + cut])
        settled = self._find(first, request.before, pipe, is_last=False) if cut else ()
        rest = self._find(second if cut else posteriors, (*request.before, *settled), pipe, is_last=False)
        return PieceWordsFrame(settled, rest, cut * FRAME * 2, names)

    def _hear(self, sound: Sound) -> Posteriors:
        """The posteriors of AROUND samples of silence, of `sound` and of silence again; a frame for FRAME samples."""
        samples = sound.astype(np.float32) / 32_768
        loudest = float(np.abs(samples).max())
        samples *= np.float32(max(LOUD / loudest, 1.0))
        around = np.zeros(AROUND, np.float32)
        return self._acoustics.hear(np.concatenate([around, samples, around]))

    def _find(
        self, posteriors: Posteriors, before: Sequence[str], pipe: WorkerPipe, *, is_last: bool
    ) -> tuple[str, ...]:
        return self._search.find(posteriors, before, is_last=is_last, check=pipe.check).words

    def _ways(self, word: str) -> tuple[Sounds, ...]:
        """The pronunciations of an expected word: those of the lexicon stay, so only others need one."""
        return (self._pronouncing.of(word),)


def _last_pause(sound: Sound) -> int:
    """The sample of a piece that goes on before which its words are settled, 0 for none."""
    found = pause(sound, EDGE, len(sound) - EDGE)
    return quietest(sound, EDGE, len(sound) // 2) if not found and len(sound) > UNBROKEN else found


def levels_of(sound: Sound) -> float:
    """The root mean square."""
    return float(np.sqrt(np.square(sound.astype(np.float32)).mean()))


if __name__ == "__main__":
    serve(Hama)
