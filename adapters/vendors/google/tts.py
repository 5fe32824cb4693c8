"""Speech by Google Cloud Text-to-Speech, with an API key. An answer comes whole: Google streams only over gRPC.

Sources: https://docs.cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize,
https://docs.cloud.google.com/text-to-speech/quotas.
"""

import math

import msgspec
from msgspec.structs import replace

from actors.ports.calls import Emit
from actors.ports.mouth import Mark
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import Limit, octets
from adapters.reach.web import Web
from adapters.vendors.google.api import fetch_whole, headers
from adapters.vendors.google.timepoints import Timepoint, heeds_marks, marked, weight, words_of
from adapters.vendors.google.voices import voices_of
from adapters.vendors.shared.answers import SOUND, understood
from adapters.vendors.shared.body import SoundBody
from adapters.vendors.shared.jsonlines import tolerant
from adapters.vendors.shared.markedsound import lateness, later
from adapters.vendors.shared.probes import PROBE, discard
from adapters.vendors.shared.sound import MOST, PATIENCE, fitting, sayable, seconds_of
from protocol import base64text
from protocol.audioformat import AudioFormat

URL = "https://texttospeech.googleapis.com/v1"
TELLING = "v1beta1"
"""The version of the interface that tells when marks come."""
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
    timepoints: object = None


class GoogleSpeech:
    """Satisfies `TextToSpeech` and `Listed`. It has no models: the voice's name says which family speaks.

    Words are told where `Speech.marks` asks for them, by voices that heed marks in SSML; one that refuses them is
    remembered.
    """

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)
        self._markless = BoundedSet[str]()

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
        if not self._is_to_tell(speech):
            await self._speak(speech, self._endpoint.url, {"input": {"text": text}}, sound)
            return
        url = f"{self._endpoint.url.removesuffix('/v1')}/{TELLING}"
        telling: dict[str, object] = {"input": {"ssml": marked(speech.text)}, "enableTimePointing": ["SSML_MARK"]}
        try:
            await self._speak(speech, url, telling, sound)
        except ProviderFailed as failed:
            if failed.verdict != Verdict.FINAL:
                raise
            await self._speak(speech, self._endpoint.url, {"input": {"text": text}}, sound)
            self._markless.add(_marks_for(speech))

    def _is_to_tell(self, speech: Speech) -> bool:
        is_wanted = speech.marks and heeds_marks(speech) and _marks_for(speech) not in self._markless
        return is_wanted and len(marked(speech.text).encode()) <= LONGEST

    async def _speak(self, speech: Speech, url: str, body: dict[str, object], sound: Emit[Clip]) -> None:
        asked = fitting(speech.format, frozenset(FILES), RATES, BEST_RATE)
        call = Call(
            self._endpoint,
            "POST",
            f"{url}/text:synthesize",
            headers(self._endpoint),
            json=body | {"voice": _voice(speech), "audioConfig": _audio(speech, asked)},
            expects=("application/json",),
            patience=PATIENCE,
            most=MOST * 4 // 3,
        )
        answer = understood(self._endpoint, await fetch_whole(self._web, call), _GoogleSound, SOUND)
        sent = SoundBody(self._endpoint, asked)
        clips = list(filter(None, (sent.push(self._decoded(answer)), sent.finish())))
        marks = self._marks(speech, answer, clips) if url != self._endpoint.url else None
        for clip in clips:
            await sound(replace(clip, marks=marks))
            marks = marks and ()

    async def offer(self) -> Offer:
        """Its voices and their languages. Raises ProviderFailed. Cancelling closes the connection."""
        voices = await voices_of(self._web, self._endpoint)
        languages = {language for voice in voices for language in voice.languages}
        return Offer((), tuple(voice.id for voice in voices), tuple(sorted(languages)))

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed. Cancelling closes the connection."""
        await self.synthesise(PROBE, discard)

    @staticmethod
    def _marks(speech: Speech, answer: _GoogleSound, clips: list[Clip]) -> tuple[Mark, ...] | None:
        words = words_of(speech, tolerant(answer.timepoints, list[Timepoint]) or (), _end_of(clips))
        return later(words, lateness(clips[0])) if words and clips else words

    def _decoded(self, answer: _GoogleSound) -> bytes:
        try:
            return base64text.decode(answer.audioContent)
        except ValueError:
            raise ProviderFailed(f"{self._endpoint.title} sent sound that is not base64") from None


def _end_of(clips: list[Clip]) -> float:
    """How long they last, in ms; inf where their bytes do not tell."""
    if any(clip.format.name != "pcm16" for clip in clips):
        return math.inf
    return sum(1e3 * seconds_of(clip.data, clip.format.rate) for clip in clips)


def _marks_for(speech: Speech) -> str:
    """What decides whether marks are refused."""
    return speech.voice or speech.language


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
    """The most text of a speech that one request may have, with the marks in it where they are wanted."""
    if speech.marks and heeds_marks(speech):
        return Limit(LONGEST - len(marked("")), weight)
    return Limit(LONGEST, octets)
