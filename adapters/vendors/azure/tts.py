"""Speech by Microsoft Azure, streamed, by its REST interface.

Sources: https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech,
https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-voice.
"""

from xml.sax.saxutils import escape, quoteattr

import msgspec

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import Limit, octets
from adapters.reach.web import Web
from adapters.vendors.shared.body import relay
from adapters.vendors.shared.sound import MOST, PATIENCE, PROBE, discard, fitting, sayable
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice, VoiceList, choose, find, speaks, understood

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
BY_GENDER = {
    "male": "en-US-AndrewMultilingualNeural",
    "female": "en-US-AvaMultilingualNeural",
    "neutral": "en-US-AvaMultilingualNeural",
    "unspecified": "en-US-AvaMultilingualNeural",
}
"""Voices that speak many languages, for one of which the region lists no voice."""


class _AzureVoice(msgspec.Struct, rename="pascal"):
    short_name: str
    display_name: str = ""
    gender: str = ""
    locale: str = ""
    secondary_locale_list: list[str] = []


class AzureSpeech:
    """Satisfies `TextToSpeech` and `Listed`. It has no models: the voice says which."""

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        region = f"https://{endpoint.region}.tts.speech.microsoft.com" if endpoint.region else ""
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or region)
        self._voices = VoiceList(self._listed)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; `speech.voice` is a ShortName (en-US-AvaNeural); the sound is handed on as it comes.

        Raises ProviderFailed. Cancelling closes the connection. Azure cuts sound at ten minutes.
        """
        asked = fitting(speech.format, frozenset(FILES), frozenset(SAMPLES), BEST_RATE)
        call = self._call(
            "POST",
            "/cognitiveservices/v1",
            {
                "Content-Type": "application/ssml+xml",
                "X-Microsoft-OutputFormat": FILES.get(asked.name) or SAMPLES[asked.rate],
            },
            PATIENCE,
            markup(speech, self._voice(speech)),
        )
        async with self._web.open(call) as answer:
            await relay(self._endpoint, answer, asked, sound, ignored=BASIC)

    async def offer(self) -> Offer:
        """The region's voices and their languages. Raises ProviderFailed."""
        voices = await self._voices.renew()
        languages = {language for voice in voices for language in voice.languages}
        return Offer((), tuple(voice.id for voice in voices), tuple(sorted(languages)))

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed."""
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

    async def _listed(self) -> tuple[ListedVoice, ...]:
        call = self._call("GET", "/cognitiveservices/voices/list", {}, UNHURRIED)
        listed = understood(self._endpoint, await self._web.fetch_json(call), list[_AzureVoice])
        return tuple(
            ListedVoice(
                voice.short_name,
                voice.display_name,
                (voice.locale, *voice.secondary_locale_list),
                voice.gender.lower(),
            )
            for voice in listed
        )

    def _call(
        self, method: str, path: str, headers: dict[str, str], patience: Patience, body: bytes | None = None
    ) -> Call:
        if not self._endpoint.url:
            raise ProviderFailed(f"{self._endpoint.title} has no region: set the one of its key", Verdict.REFUSED)
        if self._endpoint.key:
            headers = {"Ocp-Apim-Subscription-Key": self._endpoint.key, **headers}
        expects = ("application/json",) if body is None else ()
        return Call(self._endpoint, method, path, headers, body=body, expects=expects, patience=patience, most=MOST)


def limit(speech: Speech) -> Limit:
    """How much of a speech one request may have, besides the marks around it."""
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
