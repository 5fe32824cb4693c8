"""Speech by Microsoft Azure, streamed, by its REST interface.

Sources: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech,
https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-voice.
"""

from functools import partial
from xml.sax.saxutils import escape, quoteattr

import msgspec

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, Offer
from adapters.reach.lengths import Limit, octets
from adapters.reach.web import Web
from adapters.vendors.azure.api import base_url, headers
from adapters.vendors.azure.voices import BY_GENDER, voices_of
from adapters.vendors.shared.body import relay
from adapters.vendors.shared.probes import PROBE, discard
from adapters.vendors.shared.sound import MOST, PATIENCE, fitting, sayable
from adapters.vendors.shared.voices import VoiceList, choose, find, speaks

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


class AzureSpeech:
    """Satisfies `TextToSpeech` and `Listed`. It has no models: the voice says which."""

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = endpoint
        self._voices = VoiceList(partial(voices_of, web, endpoint))

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; `speech.voice` is a ShortName (en-US-AvaNeural); the sound is handed on as it comes.

        Raises ProviderFailed. Cancelling closes the connection. Azure cuts sound at ten minutes.
        """
        asked = fitting(speech.format, frozenset(FILES), frozenset(SAMPLES), BEST_RATE)
        call = Call(
            self._endpoint,
            "POST",
            base_url(self._endpoint, "tts") + "/cognitiveservices/v1",
            {
                **headers(self._endpoint),
                "Content-Type": "application/ssml+xml",
                "X-Microsoft-OutputFormat": FILES.get(asked.name) or SAMPLES[asked.rate],
            },
            body=markup(speech, self._voice(speech)),
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
