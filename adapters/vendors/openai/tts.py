"""Speech by OpenAI, and by servers that speak its protocol: Kokoro-FastAPI, speaches, LocalAI and others.

Sources: https://developers.openai.com/api/reference/resources/audio/subresources/speech/methods/create,
https://developers.openai.com/api/docs/guides/text-to-speech; for the lists of voices the documentation of
Kokoro-FastAPI, speaches and LocalAI.
"""

import re

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
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice, VoiceList, choose, understood
from protocol.audioformat import AudioFormat

URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "tts-1"
VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar",
)  # fmt: skip
BY_GENDER = {"male": "onyx", "female": "nova", "neutral": "alloy", "unspecified": "alloy"}
"""OpenAI does not say what its voices sound like: this is our reading, of voices that each of its models has."""
RATE = 24_000
SLOWEST, FASTEST = 0.25, 4.0
LONGEST = 4_096
"""Characters of text that one request may have; of the models that count tokens (2,000), as many bytes."""

_SPEAKING_MODEL = re.compile(r"tts|speech|kokoro|piper|orpheus|voice|bark|parler|dia\b|csm|xtts", re.IGNORECASE)
_KOKORO = re.compile(r"([abefhijpz])([fm])_")
_KOKORO_LANGUAGES = dict(zip("abefhijpz", ("en-US", "en-GB", "es", "fr", "hi", "it", "ja", "pt-BR", "zh"), strict=True))
_KOKORO_GENDERS = {"f": "female", "m": "male"}


class _Model(msgspec.Struct):
    id: str
    task: str | None = None


class _Models(msgspec.Struct):
    data: list[_Model]


class _OpenAIVoice(msgspec.Struct):
    id: str | None = None
    name: str | None = None
    language: str | None = None
    gender: str | None = None


class _OpenAIVoices(msgspec.Struct):
    voices: list[str | _OpenAIVoice] = []
    data: list[str | _OpenAIVoice] = []


class OpenAISpeech:
    """Satisfies `TextToSpeech` and `Listed`. Which language is spoken follows from the text."""

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; the sound is handed on as it comes: mp3, opus, or samples at 24 kHz.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        asked = fitting(speech.format, frozenset({"mp3", "opus"}), frozenset({RATE}), RATE)
        voice = speech.voice or BY_GENDER[speech.gender]
        await self._speak(_body(speech, speech.model or DEFAULT_MODEL, voice, asked), asked, sound)

    async def offer(self) -> Offer:
        """Its speaking models, and the voices of its documentation, for it has no list of those."""
        return Offer(await self._models(), VOICES)

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed."""
        await self.synthesise(PROBE, discard)

    async def _models(self) -> tuple[str, ...]:
        answer = await self._web.fetch_json(self._call("GET", "/models", expects=("application/json",)))
        listed = understood(self._endpoint, answer, _Models).data
        if any(model.task for model in listed):
            return tuple(model.id for model in listed if model.task == "text-to-speech")
        return tuple(model.id for model in listed if _SPEAKING_MODEL.search(model.id))

    async def _speak(self, body: dict[str, object], asked: AudioFormat, sound: Emit[Clip]) -> None:
        call = self._call("POST", "/audio/speech", json=body, patience=PATIENCE)
        async with self._web.open(call) as answer:
            await relay(self._endpoint, answer, asked, sound)

    def _call(
        self,
        method: str,
        path: str,
        json: object = None,
        expects: tuple[str, ...] = (),
        patience: Patience = UNHURRIED,
    ) -> Call:
        headers = {"Authorization": f"Bearer {self._endpoint.key}"} if self._endpoint.key else {}
        return Call(self._endpoint, method, path, headers, json=json, expects=expects, patience=patience, most=MOST)


class _SpeechAttempt(msgspec.Struct, frozen=True):
    """What to ask for, and what of it a server may refuse: `opus`, `sample_rate` or nothing."""

    option: str
    asked: AudioFormat


class CompatibleSpeech(OpenAISpeech):
    """The same of a server that speaks OpenAI's protocol: with its own voices, and with fewer promises.

    Of samples it is told the rate that we want, since many a model has another than OpenAI's (speaches and LocalAI heed
    `sample_rate`). A server that refuses that, or Opus, is asked again at once for what all make, and remembered.
    """

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        super().__init__(web, endpoint)
        self._voices = VoiceList(self._listed)
        self._refused: frozenset[str] = frozenset()

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; with voice "" by the voice of its list that fits best, else by its own default.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        voice = speech.voice or self._default(speech)
        ways = self._ways(speech.format)
        for tried, way in enumerate(ways):
            body = _body(speech, speech.model, voice, way.asked)
            if way.option == "sample_rate":
                body["sample_rate"] = way.asked.rate
            try:
                await self._speak(body, way.asked, sound)
            except ProviderFailed as failed:
                if failed.verdict != Verdict.FINAL or way is ways[-1]:
                    raise
            else:
                self._refused |= {refused.option for refused in ways[:tried]}
                return

    def _ways(self, wanted: AudioFormat | None) -> tuple["_SpeechAttempt", ...]:
        """How to ask, the best way first, the last with nothing that a server may refuse."""
        asked = fitting(wanted, frozenset({"mp3", "opus"}), frozenset({RATE}), RATE)
        samples = AudioFormat("pcm16", RATE)
        ways = [_SpeechAttempt("opus", asked)] if asked.name == "opus" else []
        ways += (
            [_SpeechAttempt("", asked)]
            if asked.name == "mp3"
            else [_SpeechAttempt("sample_rate", samples), _SpeechAttempt("", samples)]
        )
        return tuple(way for way in ways if way.option not in self._refused)

    async def offer(self) -> Offer:
        """Its models and voices; empty where it has no list. Raises ProviderFailed."""
        try:
            voices = await self._voices.renew()
        except ProviderFailed as failed:
            if failed.verdict != Verdict.FINAL:
                raise
            voices = ()
        return Offer(await self._models(), tuple(voice.id for voice in voices))

    def _default(self, speech: Speech) -> str:
        chosen = choose(self._voices.known, speech)
        return chosen.id if chosen else ""

    async def _listed(self) -> tuple[ListedVoice, ...]:
        call = self._call("GET", "/audio/voices", expects=("application/json",))
        answer = understood(self._endpoint, await self._web.fetch_json(call), _OpenAIVoices)
        return tuple(filter(lambda voice: voice.id, map(_voice, answer.voices or answer.data)))


def limit(speech: Speech) -> Limit:
    """How much of a speech one request may have; the servers that speak as OpenAI does often check it as well."""
    return Limit(LONGEST, octets if "gpt-" in speech.model else len)


def _body(speech: Speech, model: str, voice: str, asked: AudioFormat) -> dict[str, object]:
    """The request; what is "" is left to the server, and so is a normal speed, which some models cannot change."""
    response_format = "pcm" if asked.name == "pcm16" else asked.name
    body: dict[str, object] = {"input": sayable(speech.text), "response_format": response_format}
    body |= {name: value for name, value in (("model", model), ("voice", voice)) if value}
    return body if speech.speed == 1 else body | {"speed": min(max(speech.speed, SLOWEST), FASTEST)}


def _voice(listed: str | _OpenAIVoice) -> ListedVoice:
    """A listed voice; one of Kokoro tells its language and gender by the first two letters of its name."""
    if isinstance(listed, str):
        listed = _OpenAIVoice(id=listed)
    name = listed.id or listed.name or ""
    letters = _KOKORO.match(name)
    language = listed.language or (_KOKORO_LANGUAGES[letters[1]] if letters else "")
    gender = listed.gender or (_KOKORO_GENDERS[letters[2]] if letters else "")
    return ListedVoice(name, listed.name or "", (language,) if language else (), gender.lower())
