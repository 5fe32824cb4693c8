"""Speech by OpenAI, and by servers that speak its protocol: Kokoro-FastAPI, speaches, LocalAI and others.

Sources: https://developers.openai.com/api/reference/resources/audio/subresources/speech/methods/create,
https://developers.openai.com/api/docs/guides/text-to-speech.
"""

import re
from functools import partial

import msgspec

from actors.ports.calls import Emit
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.lengths import Limit, octets
from adapters.reach.web import Web
from adapters.vendors.openai.api import JSON, URL, headers, models_call
from adapters.vendors.openai.captions import Captions
from adapters.vendors.openai.voices import BY_GENDER, VOICES, voices_of
from adapters.vendors.shared.answers import LIST
from adapters.vendors.shared.body import relay
from adapters.vendors.shared.markedsound import MarkedSound
from adapters.vendors.shared.modellist import fetch_models
from adapters.vendors.shared.probes import PROBE, discard
from adapters.vendors.shared.sound import MOST, PATIENCE, fitting, sayable
from adapters.vendors.shared.voices import UNHURRIED, VoiceList, choose
from protocol.audioformat import AudioFormat

DEFAULT_MODEL = "tts-1"
RATE = 24_000
SLOWEST, FASTEST = 0.25, 4.0
LONGEST = 4_096
"""Characters of text that one request may have; of the models that count tokens (2,000), as many bytes."""

_SPEAKING_MODEL = re.compile(r"tts|speech|kokoro|piper|orpheus|voice|bark|parler|dia\b|csm|xtts", re.IGNORECASE)


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
        """Its models that speak, and the voices of its documentation, because it has no list of voices.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        return Offer(await self._models(), VOICES)

    async def check(self) -> None:
        """Speak two letters. Raises ProviderFailed. Cancelling closes the connection."""
        await self.synthesise(PROBE, discard)

    async def _models(self) -> tuple[str, ...]:
        listed = await fetch_models(self._web, models_call(self._endpoint, UNHURRIED, JSON), LIST)
        if any(model.task for model in listed):
            return tuple(model.id for model in listed if model.task == "text-to-speech")
        return tuple(model.id for model in listed if _SPEAKING_MODEL.search(model.id))

    async def _speak(self, body: dict[str, object], asked: AudioFormat, sound: Emit[Clip]) -> None:
        call = Call(
            self._endpoint, "POST", "/audio/speech", headers(self._endpoint), json=body, patience=PATIENCE, most=MOST
        )
        async with self._web.open(call) as answer:
            await relay(self._endpoint, answer, asked, sound)


class _SpeechAttempt(msgspec.Struct, frozen=True):
    """A request to try, and the option in it that a server may refuse: `opus`, `sample_rate` or none."""

    option: str
    asked: AudioFormat


class CompatibleSpeech(OpenAISpeech):
    """The same of a server that speaks OpenAI's protocol: with its own voices, and with fewer promises.

    Of samples it is told the rate that we want, since many a model has another than OpenAI's (speaches and LocalAI obey
    `sample_rate`). A server that refuses that, or Opus, is asked again at once for what all make, and remembered. Where
    `Speech.marks` asks for it, Kokoro-FastAPI tells words.
    """

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        super().__init__(web, endpoint)
        self._voices = VoiceList(partial(voices_of, web, self._endpoint))
        self._captions = Captions(web, self._endpoint)
        self._refused: frozenset[str] = frozenset()

    async def synthesise(self, speech: Speech, sound: Emit[Clip]) -> None:
        """Speak; with voice "" by the voice of its list that fits best, else by its own default.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        voice = speech.voice or self._default(speech)
        if not (speech.marks and self._captions.may_be_asked(speech.model, voice, self._voices.known)):
            await self._speak_plainly(speech, voice, sound)
            return
        asked = self._ways(speech.format)[0].asked
        marked = MarkedSound(self._endpoint, asked, speech.text, sound)
        try:
            await self._captions.speak(_body(speech, speech.model, voice, asked), marked)
        except ProviderFailed as failed:
            if marked.has_begun or failed.verdict in (Verdict.REFUSED, Verdict.ABSENT):
                raise
            await self._speak_plainly(speech, voice, sound)
            self._captions.note(failed)

    async def _speak_plainly(self, speech: Speech, voice: str, sound: Emit[Clip]) -> None:
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
        """The requests to try, the best one first, the last one without options that a server may refuse."""
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
        """Its models and voices; empty where it has no list.

        Raises ProviderFailed. Cancelling closes the connection.
        """
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


def limit(speech: Speech) -> Limit:
    """The most text of a speech that one request may have; compatible servers often check OpenAI's limit as well."""
    return Limit(LONGEST, octets if "gpt-" in speech.model else len)


def _body(speech: Speech, model: str, voice: str, asked: AudioFormat) -> dict[str, object]:
    """The request; what is "" is left to the server, and so is a normal speed, which some models cannot change."""
    response_format = "pcm" if asked.name == "pcm16" else asked.name
    body: dict[str, object] = {"input": sayable(speech.text), "response_format": response_format}
    body |= {name: value for name, value in (("model", model), ("voice", voice)) if value}
    return body if speech.speed == 1 else body | {"speed": min(max(speech.speed, SLOWEST), FASTEST)}
