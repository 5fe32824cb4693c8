"""espeak-ng, in worker processes: many languages, with no network and no key."""

from actors.ports.calls import Emit, EngineFailed, Retraction
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.processes.engine import ProcessEngine
from adapters.processes.frames import EngineVoice, SynthesiseFrame
from adapters.processes.process import Plan
from adapters.voices.modelvoice import MAX_TEXT, plain
from adapters.voices.pace import NORMAL_PACE
from protocol.audioformat import AudioFormat
from protocol.languages import cased, nearest, primary

FORMAT = AudioFormat("pcm16", 22_050)
SLOWEST, FASTEST = 80, 680
"""Words a minute that espeak-ng takes before it stops heeding or cannot be followed."""

DEFAULT_LANGUAGE = "en-us"
ALIASES = {
    "zh": "cmn",
    "zh-hk": "yue",
    "zh-mo": "yue",
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "in": "id",
    "en": "en-us",
    "fr": "fr-fr",
    "vi": "vi",
}
"""Codes in use for languages that espeak-ng lists under another, and what a code means where it has only regions."""

VARIANTS: dict[str, str] = {"female": "f5", "male": "m6"}
ENGLISH = "m6"
"""What is added to a language's own voice for a gender, and to English where none is asked for: of the variants those
of which the local recogniser understands the most words, so that a machine can talk to itself."""


class EspeakSpeech(ProcessEngine):
    """Satisfies `TextToSpeech`."""

    def __init__(self, count: int = 2, *, grace: float = 0.25, deadline: float = 120.0) -> None:
        super().__init__(Plan("adapters.vendors.embedded.espeak_child", "espeak-ng", count, grace, deadline, kept=1))

    def languages(self) -> tuple[str, ...]:
        """BCP 47 codes of what it speaks, also other codes for the same languages; known once it runs."""
        own = tuple(cased(voice.language) for voice in self.ready.voices)
        known = {primary(language) for language in own}
        return (*own, *(code for code, of in ALIASES.items() if primary(of) in known and primary(code) not in known))

    def voices(self) -> tuple[str, ...]:
        """The values of `Speech.voice`: a language's own voice, or a variant, which speaks any language.

        Both can be joined as espeak-ng does it, `en-gb+f3`. Known once it runs.
        """
        ready = self.ready
        return (*(voice.language for voice in ready.voices), *ready.variants)

    async def synthesise(self, speech: Speech, sound: Emit[Clip | Retraction]) -> None:
        """Speak plain text; `sound` gets the first 50 ms at once, then pieces of 200 ms and more, as FORMAT.

        Raises EngineFailed. Cancelling stops the engine within milliseconds.
        """
        if len(speech.text) > MAX_TEXT:
            raise EngineFailed(f"espeak-ng speaks {MAX_TEXT} characters at a time, not {len(speech.text)}: send less")
        ready = self.ready
        if not ready.voices:
            raise EngineFailed(f"{self.title} has not been started")
        voice = choose(speech, ready.voices, ready.variants)
        request = SynthesiseFrame(plain(speech.text), voice, pace(speech.speed), speech.marks)
        await self.speak(request, FORMAT, sound, is_streamed=speech.stream)


def pace(speed: float) -> int:
    """Words a minute for `speed`, 1 being normal; within what the engine takes."""
    return round(min(max(NORMAL_PACE * speed, SLOWEST), FASTEST))


def choose(speech: Speech, voices: tuple[EngineVoice, ...], variants: tuple[str, ...]) -> str:
    """The name by which espeak-ng loads the voice for `speech`; only ever made of names that it listed itself."""
    files = {voice.language.lower(): voice.file for voice in voices}
    known = {variant.lower(): variant for variant in variants}
    language, _, variant = speech.voice.strip().lower().partition("+")
    if language in known and not variant:
        language, variant = "", language
    if language in files:
        return "+".join(filter(None, (files[language], known.get(variant))))
    language = nearest(speech.language, files, ALIASES) or DEFAULT_LANGUAGE
    fitting = VARIANTS.get(speech.gender) or (ENGLISH if language.startswith("en") else "")
    return "+".join(filter(None, (files[language], known.get(variant) or known.get(fitting))))
