"""Speech by ElevenLabs, streamed.

Sources: https://elevenlabs.io/docs/api-reference/text-to-speech/stream, https://elevenlabs.io/docs/api-reference/voices/search,
https://elevenlabs.io/docs/api-reference/models/list.
"""

import re
from urllib.parse import quote

import msgspec

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer
from adapters.reach.lengths import Limit
from adapters.reach.web import Web
from adapters.vendors.shared.body import relay
from adapters.vendors.shared.sound import MOST, PATIENCE, PROBE, discard, fitting, sayable
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice, VoiceList, choose, find, understood
from protocol.languages import primary

URL = "https://api.elevenlabs.io"
DEFAULT_MODEL = "eleven_flash_v2_5"
"""The one made for conversations: its first sound comes soonest."""
FILES = {"mp3": "mp3_44100_128", "opus": "opus_48000_64"}
RATES = frozenset({8_000, 16_000, 22_050, 24_000})
"""Of samples; 44.1 and 48 kHz want a dearer plan, and refuse the key of another."""
BEST_RATE = 24_000
SLOWEST, FASTEST = 0.7, 1.2
LONGEST = {
    "eleven_flash_v2_5": 40_000, "eleven_turbo_v2_5": 40_000, "eleven_flash_v2": 30_000, "eleven_turbo_v2": 30_000,
    "eleven_multilingual_v2": 10_000, "eleven_multilingual_v1": 10_000, "eleven_monolingual_v1": 10_000,
}  # fmt: skip
"""Characters that one request may have, by model: https://elevenlabs.io/docs/models#character-limits."""
SHORTEST = 5_000
"""The same of every other model, as of eleven_v3."""
HEEDS_LANGUAGE = frozenset({"eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3"})
"""The models that can be told the language; the others hear it in the text, and some refuse the field."""
BY_GENDER = {
    "male": "JBFqnCBsd6RMkjVDRZzb",
    "female": "EXAVITQu4vr4xnSDxMaL",
    "neutral": "SAz9YHcvj6GT2YYXdXww",
    "unspecified": "JBFqnCBsd6RMkjVDRZzb",
}
"""Voices that every account has, for a key that may not list them (George, Sarah, River)."""

_ID = re.compile(r"[A-Za-z0-9]{20}\Z")
_PAGES, _PAGE = 10, 100


class _ElevenLabsVoiceLanguage(msgspec.Struct):
    language: str | None = None
    locale: str | None = None


class _ElevenLabsVoice(msgspec.Struct):
    voice_id: str
    name: str | None = None
    labels: dict[str, str | None] | None = None
    verified_languages: list[_ElevenLabsVoiceLanguage] | None = None


class _ElevenLabsVoices(msgspec.Struct):
    voices: list[_ElevenLabsVoice]
    has_more: bool = False
    next_page_token: str | None = None


class _ElevenLabsLanguage(msgspec.Struct):
    language_id: str


class _ElevenLabsModel(msgspec.Struct):
    model_id: str
    can_do_text_to_speech: bool | None = None
    languages: list[_ElevenLabsLanguage] | None = None


class ElevenLabsSpeech:
    """Satisfies `TextToSpeech` and `Listed`."""

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)
        self._voices = VoiceList(self._listed)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; `speech.voice` is an id or a name; the sound is handed on as it comes.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        asked = fitting(speech.format, frozenset(FILES), RATES, BEST_RATE)
        voice = quote(self._voice(speech), safe="")
        call = self._call(
            "POST",
            f"/v1/text-to-speech/{voice}/stream",
            {"output_format": FILES.get(asked.name, f"pcm_{asked.rate}")},
            PATIENCE,
            _body(speech),
        )
        async with self._web.open(call) as answer:
            await relay(self._endpoint, answer, asked, sound)

    async def offer(self) -> Offer:
        """Its models that speak, their languages, and the account's voices: names, then ids. Raises ProviderFailed."""
        voices = await self._voices.renew()
        answer = await self._web.fetch_json(self._call("GET", "/v1/models"))
        listed = understood(self._endpoint, answer, list[_ElevenLabsModel])
        models = [model for model in listed if model.can_do_text_to_speech]
        languages = {language.language_id for model in models for language in model.languages or ()}
        names = dict.fromkeys(voice.name for voice in voices if voice.name)
        return Offer(
            tuple(model.model_id for model in models),
            (*names, *(voice.id for voice in voices)),
            tuple(sorted(languages)),
        )

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed."""
        await self.synthesise(PROBE, discard)

    def _voice(self, speech: Speech) -> str:
        """The id of the voice to use."""
        if _ID.match(speech.voice):
            return speech.voice
        voices = self._voices.known
        if speech.voice:
            found = find(voices, speech.voice)
            return found.id if found else speech.voice
        chosen = choose(voices, speech)
        return chosen.id if chosen else BY_GENDER[speech.gender]

    async def _listed(self) -> tuple[ListedVoice, ...]:
        voices: list[ListedVoice] = []
        token = ""
        for _ in range(_PAGES):
            query = {"page_size": str(_PAGE)} | ({"next_page_token": token} if token else {})
            answer = await self._web.fetch_json(self._call("GET", "/v2/voices", query))
            page = understood(self._endpoint, answer, _ElevenLabsVoices)
            voices += map(_voice, page.voices)
            token = page.next_page_token or ""
            if not page.has_more or not token:
                break
        return tuple(voices)

    def _call(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        patience: Patience = UNHURRIED,
        json: object = None,
    ) -> Call:
        headers = {"xi-api-key": self._endpoint.key} if self._endpoint.key else {}
        expects = ("application/json",) if json is None else ()
        return Call(
            self._endpoint, method, path, headers, query or {}, json, expects=expects, patience=patience, most=MOST
        )


def limit(speech: Speech) -> Limit:
    """How much of a speech one request may have."""
    return Limit(LONGEST.get(speech.model or DEFAULT_MODEL, SHORTEST), len)


def _body(speech: Speech) -> dict[str, object]:
    """The request; a normal speed is left out, since settings that are sent stand in for those kept with the voice."""
    model = speech.model or DEFAULT_MODEL
    body: dict[str, object] = {"text": sayable(speech.text), "model_id": model}
    if model in HEEDS_LANGUAGE and speech.language:
        body["language_code"] = primary(speech.language)
    if speech.speed != 1:
        body["voice_settings"] = {"speed": min(max(speech.speed, SLOWEST), FASTEST)}
    return body


def _voice(listed: _ElevenLabsVoice) -> ListedVoice:
    labels = listed.labels or {}
    verified = [spoken.locale or spoken.language for spoken in listed.verified_languages or ()]
    languages = dict.fromkeys(filter(None, (labels.get("language"), *verified)))
    return ListedVoice(listed.voice_id, listed.name or "", tuple(languages), (labels.get("gender") or "").lower())
