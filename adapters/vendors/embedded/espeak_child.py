"""The worker process that speaks by espeak-ng."""

import ctypes

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import ReadyFrame, Request, Result, SoundFrame, SpokenFrame, SynthesiseFrame
from adapters.voices.espeaklibrary import CHARS_UTF8, RATE, EspeakLibrary
from adapters.voices.espeakmarks import EspeakCallback, EspeakEvent, EspeakMarks

PIECE = RATE * 2 // 5
"""Bytes after which a piece is sent on, but for the first, which goes at once: 200 ms."""

# The names and values of espeak-ng's speak_lib.h
PARAMETER_RATE = 1
POSITION_CHARACTER = 1
GO_ON, ABORT = 0, 1


class Espeak:
    """The library: one synthesis at a time, since its state is global."""

    def __init__(self, file: str = "") -> None:
        self._espeak = EspeakLibrary(tells_phonemes=True, file=file)
        self._library = self._espeak.functions
        self._callback = EspeakCallback(self._heard)  # kept: the library holds a bare pointer to it
        self._pipe: WorkerPipe | None = None
        self._made = bytearray()
        """Samples that were not sent."""
        self._sent = 0
        """Samples that were."""
        self._marks = EspeakMarks("", with_phones=False)
        self._library.espeak_SetSynthCallback(self._callback)

    def ready(self) -> ReadyFrame:
        """Speak a word into the void, and list what voices there are. Raises EngineFailed."""
        self._say("ready", "en-us", 170)
        if not self._made:
            raise EngineFailed("espeak-ng spoke a word without making a sound: reinstall the package espeakng-loader")
        return ReadyFrame(voices=tuple(self._espeak.voices()), variants=self._espeak.variants())

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Speak; the first piece goes out after CALLBACK_MS of sound, with phonemes some later. Raises EngineFailed."""
        if not isinstance(request, SynthesiseFrame):
            raise EngineFailed(f"the speech synthesiser was asked for {type(request).__name__}")
        pipe.check()
        self._pipe, self._sent = pipe, 0
        self._marks = EspeakMarks(request.text, with_phones=request.marks)
        try:
            self._say(request.text, request.voice, request.pace)
        finally:
            self._pipe = None
        pipe.check()
        if self._made:
            made = self._sent + len(self._made) // 2
            pipe.send(SoundFrame(bytes(self._made), self._marks.release(made, made, is_last=True)))
        return SpokenFrame()

    def _say(self, text: str, voice: str, pace: int) -> None:
        self._made.clear()
        self._espeak.choose(voice)
        self._library.espeak_SetParameter(PARAMETER_RATE, pace, 0)
        data = text.encode()
        failed = self._library.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
        )
        if failed:
            raise EngineFailed(f"espeak-ng gave the error {failed}")

    def _heard(self, samples: int | None, count: int, events: "ctypes._Pointer[EspeakEvent]") -> int:
        """Called by the library with the next `count` samples, and what is said in them."""
        if samples and count > 0:
            self._made += ctypes.string_at(samples, count * 2)
        if self._pipe is None:
            return GO_ON
        if self._pipe.stopped:
            return ABORT
        self._marks.take(events, self._made, self._sent)
        made = self._sent + len(self._made) // 2
        ready = self._marks.ready(made) - self._sent
        if ready > 0 and (2 * ready >= PIECE or not self._sent):
            marks = self._marks.release(made, self._sent + ready)
            self._pipe.send(SoundFrame(bytes(self._made[: 2 * ready]), marks))
            del self._made[: 2 * ready]
            self._sent += ready
        return GO_ON


if __name__ == "__main__":
    serve(Espeak)
