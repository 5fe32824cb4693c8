"""Text to speech by any engine that speaks Wyoming: Piper, Kokoro and others."""

import msgspec
import trio

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import characters
from adapters.reach.wyoming.connection import WyomingConnection
from adapters.reach.wyoming.messages import (
    WyomingAudioChunk,
    WyomingAudioStop,
    WyomingInfo,
    WyomingSynthesize,
    WyomingVoice,
    WyomingVoiceChoice,
)
from adapters.reach.wyoming.server import PATIENCE, Dial, WyomingServer
from adapters.vendors.shared.announced import Announced
from adapters.vendors.shared.body import SoundBody
from adapters.vendors.shared.probes import PROBE
from protocol.audioformat import MAX_RATE, MIN_RATE, AudioFormat
from protocol.languages import nearest, wellformed

MAX_TEXT = 20_000
"""Characters that are spoken in one call."""
LONGEST = characters(MAX_TEXT)
"""The same, as what a longer text is cut by."""
MAX_SECONDS = 3_600
"""Seconds of sound that one call may give."""
WIDTHS = range(1, 5)
MAX_CHANNELS = 8


class WyomingSpeech:
    """Satisfies `TextToSpeech` and `Listed`. The protocol has no speed, no gender and no model: they change nothing."""

    def __init__(
        self,
        host: str,
        port: int,
        title: str = "Wyoming",
        *,
        patience: Patience = PATIENCE,
        dial: Dial = trio.open_tcp_stream,
    ) -> None:
        self._server = WyomingServer(host, port, title, patience, dial)

    async def offer(self) -> Offer:
        """The voices of the first program that speaks, one with several speakers as `voice/speaker` each.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        voices = (await self._server.look()).voices
        languages = {wellformed(language): None for voice in voices for language in voice.languages}
        names = (name for voice in voices for name in _names(voice))
        return Offer((), tuple(names), tuple(filter(None, languages)))

    async def check(self) -> None:
        """Have a word spoken. Raises ProviderFailed. Cancelling closes the connection."""
        if not (await self._server.look()).tts:
            raise ProviderFailed(f"{self._server.name} does not speak: name another port", Verdict.FINAL)
        heard: list[Clip] = []

        async def sound(clip: Clip) -> None:
            heard.append(clip)

        await self.synthesise(msgspec.structs.replace(PROBE, language=""), sound)
        if not heard:
            raise ProviderFailed(f"{self._server.name} spoke a word without making a sound: see its log")

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak with `voice`, or else one for `language`; `sound` gets pcm16 at the engine's rate, as it comes.

        Raises ProviderFailed. Cancelling closes the connection, and the engine is fit for the next.
        """
        if len(speech.text) > MAX_TEXT:
            raise ProviderFailed(
                f"{self._server.name} is given {MAX_TEXT} characters at a time, not {len(speech.text)}: send less",
                Verdict.FINAL,
            )
        text = speech.text.encode(errors="replace").decode()
        if not text.strip():
            return
        async with self._server.connect() as line:
            await line.send(WyomingSynthesize(text, choose(speech, await self._server.known(line))))
            line.expect()
            await _hand_on(line, sound, self._server.name)


def _names(voice: WyomingVoice) -> tuple[str, ...]:
    return tuple(f"{voice.name}/{speaker.name}" for speaker in voice.speakers or ()) or (voice.name,)


def choose(speech: Speech, info: WyomingInfo) -> WyomingVoiceChoice | None:
    """The voice that was named, else one for the language; None where the engine's own will do."""
    voices = info.voices
    for voice in voices:
        for speaker in ("", *(one.name for one in voice.speakers or ())):
            if speech.voice.strip().lower() == "/".join(filter(None, (voice.name, speaker))).lower():
                return WyomingVoiceChoice(name=voice.name, speaker=speaker)
    language = nearest(wellformed(speech.language), (language for voice in voices for language in voice.languages))
    fitting = [voice for voice in voices if language in voice.languages]
    if not language or len(fitting) == len(voices):
        return WyomingVoiceChoice(language=language) if language else None
    return WyomingVoiceChoice(name=fitting[0].name)  # by name, because engines ignore a language


async def _hand_on(line: WyomingConnection, sound: Emit[Clip], name: str) -> None:
    body: SoundBody | None = None
    kind, seconds = (0, 0, 0), 0.0
    while True:
        match await line.receive():
            case WyomingAudioChunk(rate, width, channels, audio):
                if body is None:
                    kind = (rate, width, channels)
                    body = _body(name, *kind)
                if kind != (rate, width, channels):
                    what = f"from {kind[0]} to {rate} Hz" if kind[0] != rate else "its kind of samples"
                    raise ProviderFailed(f"{name} changed {what} within one answer: see its log")
                seconds += len(audio) / (width * channels * rate)
                if seconds > MAX_SECONDS:
                    raise ProviderFailed(f"{name} did not stop speaking within {MAX_SECONDS} seconds: see its log")
                if clip := body.push(audio):
                    await sound(clip)
            case WyomingAudioStop():
                if body is not None and (clip := body.finish()):
                    await sound(clip)
                return
            case _:
                continue  # of no concern here


def _body(name: str, rate: int, width: int, channels: int) -> SoundBody:
    if not (MIN_RATE <= rate <= MAX_RATE and width in WIDTHS and 1 <= channels <= MAX_CHANNELS):
        raise ProviderFailed(
            f"{name} sends sound of {rate} Hz, {width} bytes a sample, {channels} channels: "
            f"{MIN_RATE} to {MAX_RATE} Hz, 1 to 4 bytes and 1 to {MAX_CHANNELS} channels can be used"
        )
    said = Announced(is_raw=True, rate=rate, channels=channels, width=width)
    return SoundBody(Endpoint(name, name, ""), AudioFormat("pcm16", rate), said=said)
