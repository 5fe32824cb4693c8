"""The worker process that recognises speech with sherpa-onnx, and a model from a folder that the operator names."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, RecognisedFrame, RecogniseFrame, Request, Result, WordsFrame
from adapters.vendors.sherpa.models import ModelFiles, find

RATE = 16_000
CHUNK = RATE // 5
"""Samples between two looks at the words and for a `Stop`: 200 ms."""
TAIL = RATE * 2 // 3
"""Samples of silence after an utterance, without which a streaming model keeps its last word to itself."""
LONGEST, SEARCHED = RATE * 28, RATE * 4
"""Samples that a whole-utterance model is given at once, because Whisper takes 30 s; and among the last of which the
quietest place is looked for, to cut there."""
SHORTEST = RATE // 2
"""Samples that it is given at least; silence fills them up, because a model need not bear a sound of no frame."""
FRAME = RATE // 50
THREADS = 2

_LANGUAGE = re.compile(r"(?:<\|)?([a-z]{2,3})(?:\|>)?\Z")

Samples = NDArray[np.float32]


class Sherpa:
    """A recogniser. Of the package as it is here called, known are its signatures and what tiny made-up models do."""

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`. Raises EngineFailed; a model that is none can also end the process."""
        found = find(folder)
        self._streaming = found.family.streaming
        self._recogniser = _load(found)

    def ready(self) -> ReadyFrame:
        """Listen to a second of hiss."""
        hiss = np.random.default_rng(1).standard_normal(RATE, np.float32) * np.float32(0.001)
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE, hiss)
        if self._streaming:
            self._advance(stream, None)
        else:
            self._recogniser.decode_stream(stream)
        return ReadyFrame()

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Recognise; sends all the words so far whenever they change. Raises EngineFailed."""
        if not isinstance(request, RecogniseFrame):
            raise EngineFailed(f"the speech recogniser was asked for {type(request).__name__}")
        samples = np.frombuffer(request.samples[: len(request.samples) // 2 * 2], "<i2").astype(
            np.float32
        ) * np.float32(1 / 32_768)
        if not len(samples):
            return RecognisedFrame("")
        return self._stream(samples, pipe) if self._streaming else self._whole(samples, pipe)

    def _stream(self, samples: Samples, pipe: WorkerPipe) -> RecognisedFrame:
        stream = self._recogniser.create_stream()
        told = ""
        padded = np.concatenate([samples, np.zeros(TAIL, np.float32)])
        for start in range(0, len(padded), CHUNK):
            stream.accept_waveform(RATE, padded[start : start + CHUNK])
            self._advance(stream, pipe)
            if (text := self._recogniser.get_result(stream)) != told:
                told = text
                pipe.send(WordsFrame(told))
        stream.input_finished()
        self._advance(stream, pipe)
        return RecognisedFrame(self._recogniser.get_result(stream))

    def _advance(self, stream: Any, pipe: WorkerPipe | None) -> None:
        while self._recogniser.is_ready(stream):
            if pipe:
                pipe.check()
            self._recogniser.decode_stream(stream)

    def _whole(self, samples: Samples, pipe: WorkerPipe) -> RecognisedFrame:
        texts: list[str] = []
        language = ""
        for piece in pieces(samples):
            pipe.check()
            stream = self._recogniser.create_stream()
            stream.accept_waveform(RATE, np.pad(piece, (0, max(SHORTEST - len(piece), 0))))
            self._recogniser.decode_stream(stream)
            texts.append(stream.result.text.strip())
            heard_in = _LANGUAGE.match(stream.result.lang)
            language = language or (heard_in[1] if heard_in else "")
            pipe.send(WordsFrame(_joined(texts)))
        return RecognisedFrame(_joined(texts), language)


def _load(found: ModelFiles) -> Any:
    try:
        import sherpa_onnx
    except ImportError as error:
        raise EngineFailed(f"sherpa-onnx cannot be loaded ({error}): pip install 'vivavoce[sherpa]'") from error
    kind = sherpa_onnx.OnlineRecognizer if found.family.streaming else sherpa_onnx.OfflineRecognizer
    make = getattr(kind, found.family.factory)
    try:
        return make(**dict(found.files), **dict(found.family.options), num_threads=THREADS)
    except RuntimeError as error:
        raise EngineFailed(f"sherpa-onnx cannot load the {found.family.title} model: {error}") from error


def _joined(texts: list[str]) -> str:
    return " ".join(filter(None, texts))


def pieces(samples: Samples) -> Iterator[Samples]:
    """`samples` in pieces of LONGEST at most, cut where it is quietest."""
    while len(samples) > LONGEST:
        tail = samples[LONGEST - SEARCHED : LONGEST].reshape(-1, FRAME)
        cut = LONGEST - SEARCHED + int(np.square(tail).sum(axis=1).argmin()) * FRAME + FRAME // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples


if __name__ == "__main__":
    serve(lambda: Sherpa(Path(sys.argv[1])))
