"""Speech by Google Cloud Text-to-Speech, with an API key. An answer comes whole: Google streams only over gRPC.

Sources: https://docs.cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize,
https://docs.cloud.google.com/text-to-speech/quotas.
"""

import msgspec

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import Limit, octets
from adapters.reach.web import Web
from adapters.vendors.google.api import fetch_whole, headers
from adapters.vendors.google.voices import voices_of
from adapters.vendors.shared.answers import SOUND, understood
from adapters.vendors.shared.body import SoundBody
from adapters.vendors.shared.probes import PROBE, discard
from adapters.vendors.shared.sound import MOST, PATIENCE, fitting, sayable
from protocol import base64text
from protocol.audioformat import AudioFormat

URL = "https://texttospeech.googleapis.com/v1"
FILES = {"mp3": "MP3", "opus": "OGG_OPUS"}
RATES = frozenset({8_000, 16_000, 24_000, 48_000})
BEST_RATE = 24_000
"""What most of its voices have by nature."""
SLOWEST, FASTEST = 0.25, 4.0
LONGEST = 5_000
"""Bytes of text that one request may have."""
GENDERS = {"male": "MALE", "female": "FEMALE"}
"""`NEUTRAL` is in the reference, which says that it is not supported yet: it is left to Google, as unspecified is."""


class _GoogleSound(msgspec.Struct):
    audioContent: str = ""  # noqa: N815


class GoogleSpeech:
    """Satisfies `TextToSpeech` and `Listed`. It has no models: the voice's name says which family speaks."""

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak up to LONGEST bytes of text; the sound comes in one piece.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        text = sayable(speech.text)
        if (size := len(text.encode())) > LONGEST:
            raise ProviderFailed(
                f"{self._endpoint.title} speaks {LONGEST} bytes of text at a time, not {size}: "
                "let answers be spoken by sentences (TTS.responseType multiple), or make them shorter",
                Verdict.FINAL,
            )
        asked = fitting(speech.format, frozenset(FILES), RATES, BEST_RATE)
        body = {"input": {"text": text}, "voice": _voice(speech), "audioConfig": _audio(speech, asked)}
        call = Call(
            self._endpoint,
            "POST",
            "/text:synthesize",
            headers(self._endpoint),
            json=body,
            expects=("application/json",),
            patience=PATIENCE,
            most=MOST * 4 // 3,
        )
        answer = await fetch_whole(self._web, call)
        sent = SoundBody(self._endpoint, asked)
        for clip in filter(None, (sent.push(self._decoded(answer)), sent.finish())):
            await sound(clip)

    async def offer(self) -> Offer:
        """Its voices and their languages. Raises ProviderFailed. Cancelling closes the connection."""
        voices = await voices_of(self._web, self._endpoint)
        languages = {language for voice in voices for language in voice.languages}
        return Offer((), tuple(voice.id for voice in voices), tuple(sorted(languages)))

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed. Cancelling closes the connection."""
        await self.synthesise(PROBE, discard)

    def _decoded(self, answer: object) -> bytes:
        try:
            return base64text.decode(understood(self._endpoint, answer, _GoogleSound, SOUND).audioContent)
        except ValueError:
            raise ProviderFailed(f"{self._endpoint.title} sent sound that is not base64") from None


def _voice(speech: Speech) -> dict[str, str]:
    """Which voice; a voice that is named brings its own language, for Google refuses any other with it."""
    if speech.voice:
        language = "-".join(speech.voice.split("-")[:2]) if speech.voice.count("-") > 1 else speech.language
        return {"languageCode": language, "name": speech.voice}
    gender = GENDERS.get(speech.gender)
    return {"languageCode": speech.language or "en-US"} | ({"ssmlGender": gender} if gender else {})


def _audio(speech: Speech, asked: AudioFormat) -> dict[str, object]:
    """The sound; a normal speed is left out, since not every voice can change it."""
    audio: dict[str, object] = {"audioEncoding": FILES.get(asked.name, "LINEAR16")}
    if asked.rate:
        audio["sampleRateHertz"] = asked.rate
    if speech.speed != 1:
        audio["speakingRate"] = min(max(speech.speed, SLOWEST), FASTEST)
    return audio


def limit(speech: Speech) -> Limit:
    """The most text of a speech that one request may have."""
    return Limit(LONGEST, octets)
