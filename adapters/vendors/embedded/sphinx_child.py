"""The worker process that recognises speech: pocketsphinx with the English model of its wheel."""

import itertools
import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

from actors.ports.calls import EngineFailed
from adapters.processes.child import Abandoned, WorkerPipe, serve
from adapters.processes.frames import (
    HeardFrame,
    HearFrame,
    ReadyFrame,
    RecognisedFrame,
    RecogniseFrame,
    Request,
    Result,
    WordsFrame,
)

RATE = 16_000
CHUNK = RATE * 2 // 5
"""Bytes between two looks at the words and for a `Stop`: 200 ms of sound."""
BLOCK, BLOCKS = RATE * 2 * 3, 3
"""Bytes, and how often, from which the mean is learnt: 3 s, and 9 s at most."""
MOST = RATE
"""Bytes that the engine is given in one call, for which it holds the interpreter: half a second."""
WINDOW = 500
"""Frames that the mean it starts from counts for, CMN_WIN of its source; from 800 on the old ones count for less."""

FRAME = RATE // 50
SILENT = 4
"""The largest sample of a 20 ms frame that no microphone has made; rounding, a resampler or mp3 leave as much."""
HISS, QUIET = 0.005, 3_000
"""Standard deviation of the noise given to sound with such frames, of its largest sample, taken as QUIET at least."""

_FILLER = re.compile(r"<[^>]*>|\[[^\]]*\]|\+\+[^+]*\+\+")
_VARIANT = re.compile(r"\(\d+\)")


class Sphinx:
    """A decoder with two searches: a phone loop that costs next to nothing, and the words.

    The speaker's microphone (the cepstral mean) is learnt anew for each utterance, in a first pass with the cheap
    search: from the model's own start it takes several seconds of speech, longer than most utterances are.
    """

    def __init__(self) -> None:
        self._decoder = Decoder(samprate=RATE, cmn="live", loglevel="FATAL")
        self._words = self._decoder.current_search()
        self._decoder.add_keyphrase("listen", "hippopotamus")
        self._start = self._decoder.get_cmn(False)
        self._hiss = Hiss()
        self._is_open = False
        self._told = ""

    def ready(self) -> ReadyFrame:
        """Listen to half a second of hiss."""
        self._learn(Hiss().over(bytes(RATE)), lambda: None)
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Recognise; sends all the words so far whenever they change. Raises EngineFailed."""
        match request:
            case HearFrame(samples, begins):
                self._go_on(samples, begins, pipe)
                return HeardFrame()
            case RecogniseFrame(samples, begins):
                self._go_on(samples, begins, pipe)
                return RecognisedFrame(self._end())
            case _:
                raise EngineFailed(f"the speech recogniser was asked for {type(request).__name__}")

    def _go_on(self, samples: bytes, begins: bool, pipe: WorkerPipe) -> None:
        """Take in more of the utterance; where that is broken off, the utterance is over."""
        if begins:
            self._end()
            self._hiss = Hiss()
        samples = self._hiss.over(samples)
        if not samples:
            return
        try:
            if not self._is_open:
                self._begin(samples, pipe)
            for chunk in _pieces(samples, CHUNK):
                pipe.check()
                self._decoder.process_raw(chunk)
                if (text := self._text()) != self._told:
                    self._told = text
                    pipe.send(WordsFrame(text))
        except Abandoned:
            self._end()
            raise

    def _begin(self, samples: bytes, pipe: WorkerPipe) -> None:
        self._learn(samples, pipe.check)
        self._decoder.activate_search(self._words)
        self._decoder.start_utt()
        self._is_open, self._told = True, ""

    def _end(self) -> str:
        """The words of the utterance, which is over; "" where none has begun."""
        if not self._is_open:
            return ""
        self._is_open = False
        self._decoder.end_utt()
        return self._text()

    def _learn(self, samples: bytes, check: Callable[[], None]) -> None:
        """Take the cepstral mean of the beginning of `samples`."""
        self._decoder.activate_search("listen")
        total, frames = np.zeros_like(_numbers(self._start)), 0
        for block in itertools.islice(_pieces(samples, BLOCK), BLOCKS):
            check()
            self._decoder.reinit_feat()  # forgets the mean and the noise, of this block or of the speaker before
            self._decoder.set_cmn(self._start)
            self._decoder.start_utt()
            for piece in _pieces(block, MOST):
                self._decoder.process_raw(piece)
            self._decoder.end_utt()
            count = self._decoder.n_frames()
            # What it tells is the mean of the block and of WINDOW frames of the start, which are taken out again.
            total += _numbers(self._decoder.get_cmn(True)) * (WINDOW + count) - _numbers(self._start) * WINDOW
            frames += count
        if frames:
            self._decoder.set_cmn(",".join(f"{number:g}" for number in total / frames))

    def _text(self) -> str:
        found = self._decoder.hyp()
        return "" if found is None else words(found.hypstr)


def _numbers(text: str) -> NDArray[np.float64]:
    return np.array([float(number) for number in text.split(",")])


def words(hypothesis: str) -> str:
    """The words without the marks for silence, noise and the second way to say a word."""
    return " ".join(_VARIANT.sub("", _FILLER.sub(" ", hypothesis)).split())


class Hiss:
    """Faint white noise, always the same, for sound that has stretches of digital silence; else it stays as it is.

    The recogniser takes the logarithm of the energy in each band: nothing at all, as speech engines write between
    words, is further from its speech than any noise.
    """

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        self._is_on = False
        self._loudest = QUIET

    def over(self, data: bytes) -> bytes:
        """The next of the sound, mono s16le, with its noise; without an odd byte at the end."""
        samples = np.frombuffer(data[: len(data) // 2 * 2], np.dtype("<i2"))
        self._loudest = int(np.abs(samples.astype(np.int32)).max(initial=self._loudest))
        self._is_on = self._is_on or _has_silence(samples)
        if not self._is_on:
            return samples.tobytes()
        noise = self._random.standard_normal(len(samples), np.float32) * (HISS * self._loudest)
        hissing: bytes = np.clip(samples + noise, -32_768, 32_767).astype("<i2").tobytes()
        return hissing


def _has_silence(samples: NDArray[np.int16]) -> bool:
    count = len(samples) // FRAME
    frames = samples[: count * FRAME].reshape(count, FRAME).astype(np.int32)
    return bool((np.abs(frames).max(axis=1, initial=0) <= SILENT).any())


def _pieces(samples: bytes, size: int) -> Iterator[bytes]:
    return (samples[start : start + size] for start in range(0, len(samples), size))


if __name__ == "__main__":
    serve(Sphinx)
