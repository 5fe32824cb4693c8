"""Speech by Microsoft Azure, streamed: by its REST interface, or by its WebSocket where marks are wanted.

Sources: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech,
https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-voice.
"""

import logging
import ssl
from functools import partial
from xml.sax.saxutils import escape, quoteattr

import msgspec
import trio

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import Limit, octets
from adapters.reach.web import Web
from adapters.vendors.azure import socket
from adapters.vendors.azure.api import base_url, headers
from adapters.vendors.azure.voices import BY_GENDER, voices_of
from adapters.vendors.shared.body import relay
from adapters.vendors.shared.markedsound import MarkedSound
from adapters.vendors.shared.probes import PROBE, discard
from adapters.vendors.shared.sound import MOST, PATIENCE, fitting, sayable
from adapters.vendors.shared.voices import VoiceList, choose, find, speaks
from protocol.audioformat import AudioFormat

FILES = {"mp3": "audio-24khz-96kbitrate-mono-mp3", "opus": "ogg-24khz-16bit-mono-opus"}
SAMPLES = {rate: f"raw-{name}-16bit-mono-pcm" for rate, name in (
    (8_000, "8khz"), (16_000, "16khz"), (22_050, "22050hz"), (24_000, "24khz"), (44_100, "44100hz"), (48_000, "48khz"),
)}  # fmt: skip
BEST_RATE = 24_000
"""What every voice has by nature."""
BASIC = ("audio/basic",)
"""What it calls raw samples of every kind."""
SLOWEST, FASTEST = 0.5, 2.0
LONGEST = 4_000
"""Bytes of SSML in one request: spoken at the lowest speed they take less than the ten minutes at which Azure cuts."""
_LONGEST_VOICE = "x" * 60
AGAIN = 60.0
"""Seconds after which the WebSocket is tried again that failed while REST worked."""

_log = logging.getLogger(__name__)


class AzureSpeech:
    """Satisfies `TextToSpeech` and `Listed`. It has no models: the voice says which. `tls` None: the usual authorities.

    Visemes and words are told where `Speech.marks` asks for them: visemes in some languages only, and nothing by some
    voices, which are remembered.
    """

    def __init__(self, web: Web, endpoint: Endpoint, tls: ssl.SSLContext | None = None) -> None:
        self._web = web
        self._endpoint = endpoint
        self._tls = tls
        self._telling_nothing = BoundedSet[str]()
        self._socket_from = -1.0
        self._has_said = False
        self._voices = VoiceList(partial(voices_of, web, endpoint))

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; `speech.voice` is a ShortName (en-US-AvaNeural); the sound is handed on as it comes.

        Raises ProviderFailed. Cancelling closes the connection. Azure cuts sound at ten minutes.
        """
        asked = fitting(speech.format, frozenset(FILES), frozenset(SAMPLES), BEST_RATE)
        voice = self._voice(speech)
        if speech.marks and voice not in self._telling_nothing and trio.current_time() >= self._socket_from:
            marked = MarkedSound(self._endpoint, asked, speech.text, sound)
            try:
                await self._speak_marked(speech, voice, asked, marked)
            except ProviderFailed as failed:
                if marked.has_begun or failed.verdict == Verdict.REFUSED:
                    raise
                await self._speak(speech, voice, asked, sound)
                self._rest(failed)
            return
        await self._speak(speech, voice, asked, sound)

    async def _speak_marked(self, speech: Speech, voice: str, asked: AudioFormat, marked: MarkedSound) -> None:
        await socket.speak(self._endpoint, markup(speech, voice), _format(asked), marked, self._tls)
        if not marked.marks.has_come:
            self._telling_nothing.add(voice)

    def _rest(self, failed: ProviderFailed) -> None:
        """REST worked where the WebSocket did not: for a while it is asked alone."""
        self._socket_from = trio.current_time() + AGAIN
        if not self._has_said:
            self._has_said = True
            _log.warning("%s speaks without visemes, its WebSocket fails: %s", self._endpoint.title, failed)

    async def _speak(self, speech: Speech, voice: str, asked: AudioFormat, sound: Emit[Clip]) -> None:
        call = Call(
            self._endpoint,
            "POST",
            base_url(self._endpoint, "tts") + "/cognitiveservices/v1",
            {
                **headers(self._endpoint),
                "Content-Type": "application/ssml+xml",
                "X-Microsoft-OutputFormat": _format(asked),
            },
            body=markup(speech, voice),
            patience=PATIENCE,
            most=MOST,
        )
        async with self._web.open(call) as answer:
            await relay(self._endpoint, answer, asked, sound, ignored=BASIC)

    async def offer(self) -> Offer:
        """The region's voices and their languages. Raises ProviderFailed. Cancelling closes the connection."""
        voices = await self._voices.renew()
        languages = {language for voice in voices for language in voice.languages}
        return Offer((), tuple(voice.id for voice in voices), tuple(sorted(languages)))

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed. Cancelling closes the connection."""
        await self.synthesise(PROBE, discard)

    def _voice(self, speech: Speech) -> str:
        """The ShortName of the voice to use."""
        if speech.voice.count("-") > 1:
            return speech.voice
        voices = self._voices.known
        if speech.voice:
            found = find(voices, speech.voice)
            return found.id if found else speech.voice
        chosen = choose(voices, speech)
        return chosen.id if chosen and speaks(chosen, speech.language) else BY_GENDER[speech.gender]


def _format(asked: AudioFormat) -> str:
    return FILES.get(asked.name) or SAMPLES[asked.rate]


def limit(speech: Speech) -> Limit:
    """The most text of a speech that one request may have, besides the marks around it."""
    around = len(markup(msgspec.structs.replace(speech, text=""), speech.voice or _LONGEST_VOICE))
    return Limit(LONGEST - around, lambda text: octets(escape(text)))


def markup(speech: Speech, voice: str) -> bytes:
    """The SSML for `speech`; a normal speed needs no `prosody`."""
    text = escape(sayable(speech.text))
    if speech.speed != 1:
        text = f"<prosody rate='{min(max(speech.speed, SLOWEST), FASTEST):g}'>{text}</prosody>"
    language = quoteattr(speech.language or "en-US")
    namespace = "http://www.w3.org/2001/10/synthesis"
    return (
        f"<speak version='1.0' xmlns='{namespace}' xml:lang={language}>"
        f"<voice name={quoteattr(sayable(voice))}>{text}</voice></speak>"
    ).encode()
