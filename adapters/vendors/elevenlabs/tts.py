"""Speech by ElevenLabs, streamed.

Sources: https://elevenlabs.io/docs/api-reference/text-to-speech/stream,
https://elevenlabs.io/docs/api-reference/text-to-speech/stream-with-timestamps, https://elevenlabs.io/docs/api-reference/voices/search,
https://elevenlabs.io/docs/api-reference/models/list.
"""

import re
from functools import partial
from urllib.parse import quote

import msgspec

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import Limit
from adapters.reach.web import Web
from adapters.vendors.elevenlabs.api import headers, located
from adapters.vendors.elevenlabs.timedspeech import relay_timed
from adapters.vendors.elevenlabs.voices import BY_GENDER, voices_of
from adapters.vendors.shared.answers import LIST, understood
from adapters.vendors.shared.body import relay
from adapters.vendors.shared.markedsound import MarkedSound
from adapters.vendors.shared.probes import PROBE, discard
from adapters.vendors.shared.sound import MOST, PATIENCE, fitting, sayable
from adapters.vendors.shared.voices import UNHURRIED, VoiceList, choose, find
from protocol.audioformat import AudioFormat
from protocol.languages import primary

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

_ID = re.compile(r"[A-Za-z0-9]{20}\Z")


class _ElevenLabsLanguage(msgspec.Struct):
    language_id: str


class _ElevenLabsModel(msgspec.Struct):
    model_id: str
    can_do_text_to_speech: bool | None = None
    languages: list[_ElevenLabsLanguage] | None = None


class ElevenLabsSpeech:
    """Satisfies `TextToSpeech` and `Listed`.

    Words are told where `Speech.marks` asks for them, unless the model refuses that, which is remembered.
    """

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = located(endpoint)
        self._voices = VoiceList(partial(voices_of, web, self._endpoint))
        self._timeless = BoundedSet[str]()

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; `speech.voice` is an id or a name; the sound is handed on as it comes.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        asked = fitting(speech.format, frozenset(FILES), RATES, BEST_RATE)
        if not speech.marks or speech.model in self._timeless:
            await self._speak(speech, asked, sound)
            return
        try:
            marked = MarkedSound(self._endpoint, asked, speech.text, sound)
            async with self._web.open(self._call(speech, asked, "/with-timestamps", MOST * 4 // 3)) as answer:
                await relay_timed(self._endpoint, answer, marked)
        except ProviderFailed as failed:
            if marked.has_begun or failed.verdict != Verdict.FINAL:
                raise
            await self._speak(speech, asked, sound)
            self._timeless.add(speech.model)

    async def _speak(self, speech: Speech, asked: AudioFormat, sound: Emit[Clip]) -> None:
        async with self._web.open(self._call(speech, asked, "", MOST)) as answer:
            await relay(self._endpoint, answer, asked, sound)

    def _call(self, speech: Speech, asked: AudioFormat, end: str, most: int) -> Call:
        voice = quote(self._voice(speech), safe="")
        return Call(
            self._endpoint,
            "POST",
            f"/v1/text-to-speech/{voice}/stream{end}",
            headers(self._endpoint),
            {"output_format": FILES.get(asked.name, f"pcm_{asked.rate}")},
            _body(speech),
            patience=PATIENCE,
            most=most,
        )

    async def offer(self) -> Offer:
        """Its models that speak, their languages, and the account's voices: names, then ids.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        voices = await self._voices.renew()
        call = Call(
            self._endpoint,
            "GET",
            "/v1/models",
            headers(self._endpoint),
            expects=("application/json",),
            patience=UNHURRIED,
        )
        listed = understood(self._endpoint, await self._web.fetch_json(call), list[_ElevenLabsModel], LIST)
        models = [model for model in listed if model.can_do_text_to_speech]
        languages = {language.language_id for model in models for language in model.languages or ()}
        names = dict.fromkeys(voice.name for voice in voices if voice.name)
        return Offer(
            tuple(model.model_id for model in models),
            (*names, *(voice.id for voice in voices)),
            tuple(sorted(languages)),
        )

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed. Cancelling closes the connection."""
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


def limit(speech: Speech) -> Limit:
    """The most text of a speech that one request may have."""
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
