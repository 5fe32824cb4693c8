"""The worker process that speaks: espeak-ng's library, called through ctypes."""

import ctypes
import itertools
from collections.abc import Iterator
from pathlib import Path

import espeakng_loader

from actors.ports.calls import EngineFailed
from adapters.processes.child import WorkerPipe, serve
from adapters.processes.frames import EngineVoice, ReadyFrame, Request, Result, SoundFrame, SpokenFrame, SynthesiseFrame

RATE = 22_050
"""Samples per second that espeak-ng makes."""
CALLBACK_MS = 50
"""Milliseconds of sound between two callbacks: how soon the first piece goes out and an abort takes effect."""
PIECE = RATE * 2 // 5
"""Bytes after which a piece is sent on, but for the first, which goes at once: 200 ms."""

# The names and values of espeak-ng's speak_lib.h
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
PARAMETER_RATE = 1
POSITION_CHARACTER = 1
CHARS_UTF8 = 1
GO_ON, ABORT = 0, 1

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class _EspeakVoice(ctypes.Structure):
    """espeak_VOICE; `languages` is a list of a priority byte and a name each, ended by a priority of 0."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class Espeak:
    """The library: one synthesis at a time, since its state is global."""

    def __init__(self) -> None:
        self._data = Path(espeakng_loader.get_data_path())
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_EspeakVoice))
        self._callback = _Callback(self._heard)  # kept: the library holds a bare pointer to it
        self._pipe: WorkerPipe | None = None
        self._made = bytearray()
        self._sent = False
        rate = self._library.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, CALLBACK_MS, str(self._data).encode(), INITIALIZE_DONT_EXIT
        )
        if rate != RATE:
            raise EngineFailed(f"espeak-ng did not find its data or makes another rate than {RATE} Hz (it said {rate})")
        self._library.espeak_SetSynthCallback(self._callback)

    def ready(self) -> ReadyFrame:
        """Speak a word into the void, and list what voices there are. Raises EngineFailed."""
        self._say("ready", "en-us", 170)
        if not self._made:
            raise EngineFailed("espeak-ng spoke a word without making a sound: reinstall the package espeakng-loader")
        variants = tuple(sorted(file.name for file in (self._data / "voices" / "!v").iterdir()))
        return ReadyFrame(voices=tuple(self._voices()), variants=variants)

    def _voices(self) -> Iterator[EngineVoice]:
        """One voice a language, those left out whose dictionary is not in the package: they speak nothing."""
        listed = self._library.espeak_ListVoices(None)
        seen: set[str] = set()
        for index in itertools.count():
            if not listed[index]:
                return
            voice = listed[index].contents
            language = voice.languages[1:].decode()
            if language not in seen and (self._data / f"{language.split('-')[0]}_dict").exists():
                seen.add(language)
                yield EngineVoice(language, voice.identifier.decode())

    def serve(self, request: Request, pipe: WorkerPipe) -> Result:
        """Speak; the first piece goes out after CALLBACK_MS of sound. Raises EngineFailed."""
        if not isinstance(request, SynthesiseFrame):
            raise EngineFailed(f"the speech synthesiser was asked for {type(request).__name__}")
        pipe.check()
        self._pipe, self._sent = pipe, False
        try:
            self._say(request.text, request.voice, request.pace)
        finally:
            self._pipe = None
        pipe.check()
        if self._made:
            pipe.send(SoundFrame(bytes(self._made)))
        return SpokenFrame()

    def _say(self, text: str, voice: str, pace: int) -> None:
        self._made.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise EngineFailed(f"espeak-ng cannot load the voice {voice}")
        self._library.espeak_SetParameter(PARAMETER_RATE, pace, 0)
        data = text.encode()
        failed = self._library.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
        )
        if failed:
            raise EngineFailed(f"espeak-ng gave the error {failed}")

    def _heard(self, samples: int | None, count: int, _events: int | None) -> int:
        """Called by the library with the next `count` samples."""
        if samples and count > 0:
            self._made += ctypes.string_at(samples, count * 2)
        if self._pipe is None:
            return GO_ON
        if self._pipe.stopped:
            return ABORT
        if self._made and (len(self._made) >= PIECE or not self._sent):
            self._pipe.send(SoundFrame(bytes(self._made)))
            self._made.clear()
            self._sent = True
        return GO_ON


if __name__ == "__main__":
    serve(Espeak)
