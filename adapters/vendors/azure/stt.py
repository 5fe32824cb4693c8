"""Speech to text by Azure, whole utterances of up to a minute.

https://learn.microsoft.com/azure/ai-services/speech-service/rest-speech-to-text-short
"""

import msgspec

from actors.ports.audio import whole
from actors.ports.calls import Emit
from actors.ports.recognition import Transcript, Utterance
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.azure.api import base_url, headers
from adapters.vendors.shared.answers import TRANSCRIPT, understood
from adapters.vendors.shared.sound import seconds_of
from protocol.audioformat import AudioFormat
from protocol.wav import wav_file

LONGEST = 60.0
"""Seconds of speech in a call."""
LANGUAGE = "en-US"
"""What is sent where the session names no language: Azure needs one."""
MOST_BYTES = 2_000_000
_PATH = "/speech/recognition/conversation/cognitiveservices/v1"
_NOTHING_SAID = ("NoMatch", "InitialSilenceTimeout", "BabbleTimeout")


class _AzureAlternative(msgspec.Struct):
    display: str = msgspec.field(name="Display", default="")


class _AzureTranscript(msgspec.Struct):
    status: str = msgspec.field(name="RecognitionStatus")
    text: str = msgspec.field(name="DisplayText", default="")
    best: list[_AzureAlternative] = msgspec.field(name="NBest", default_factory=list)


class AzureRecogniser:
    """Satisfies `SpeechToText` and `Listed`. The address is `endpoint.url`, or follows from `endpoint.region`."""

    accepts: frozenset[str] = frozenset()
    """Its Ogg may only be 16 kHz mono; a Sender's is hardly ever, so all is decoded."""
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, web: Web, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self._web = web
        self._endpoint = endpoint
        self._patience = patience or Patience()

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; `words` is told nothing before the end. `prompt` and `model` change nothing.

        Raises ProviderFailed, also for more than 60 s of speech. Cancelling closes the connection.
        """
        samples = await whole(utterance.audio)
        if not samples:
            return Transcript("")
        if seconds_of(samples, utterance.format.rate) > LONGEST:
            raise ProviderFailed(
                f"{self._endpoint.title} takes at most {LONGEST:g} s of speech at a time: "
                "speak in shorter turns, or use another provider",
                Verdict.FINAL,
            )
        return Transcript(await self._recognised(samples, utterance.format.rate, utterance.language or LANGUAGE))

    async def _recognised(self, samples: bytes, rate: int, language: str) -> str:
        call = Call(
            self._endpoint,
            "POST",
            base_url(self._endpoint, "stt") + _PATH,
            headers={
                **headers(self._endpoint),
                "Content-Type": f"audio/wav; codecs=audio/pcm; samplerate={rate}",
                "Accept": "application/json",
            },
            query={"language": language, "format": "detailed"},
            body=wav_file(samples, rate),
            patience=self._patience,
            most=MOST_BYTES,
        )
        answer = understood(self._endpoint, await self._web.fetch_json(call), _AzureTranscript, TRANSCRIPT)
        match answer.status:
            case "Success":
                return (answer.best[0].display if answer.best else answer.text).strip()
            case status if status in _NOTHING_SAID:
                return ""
            case status:
                raise ProviderFailed(f"{self._endpoint.title} could not recognise it (its status is {status[:100]!r})")

    async def offer(self) -> Offer:
        """An empty offer: the service for short audio has no list of models.

        It never waits: cancelling has no effect.
        """
        return Offer()

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed. Cancelling closes the connection."""
        await self._recognised(bytes(self.wants.rate), self.wants.rate, LANGUAGE)
