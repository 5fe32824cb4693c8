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
from adapters.vendors.shared.sound import seconds_of
from protocol.audioformat import AudioFormat
from protocol.wav import wav_file

LONGEST = 60.0
"""Seconds of speech in a call."""
LANGUAGE = "en-US"
"""What is sent where the session names no language: Azure needs one."""
MOST_BYTES = 2_000_000
_PATH = "/speech/recognition/conversation/cognitiveservices/v1"
_RECOGNITION, _SYNTHESIS = ".stt.speech.", ".tts.speech."
_OWN_HOST = ".cognitiveservices.azure."
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
            f"{self._base()}{_PATH}",
            headers={
                "Ocp-Apim-Subscription-Key": self._endpoint.key,
                "Content-Type": f"audio/wav; codecs=audio/pcm; samplerate={rate}",
                "Accept": "application/json",
            },
            query={"language": language, "format": "detailed"},
            body=wav_file(samples, rate),
            patience=self._patience,
            most=MOST_BYTES,
        )
        try:
            answer = msgspec.convert(await self._web.fetch_json(call), _AzureTranscript)
        except msgspec.ValidationError:
            raise ProviderFailed(f"{self._endpoint.title} answered with something other than a transcript") from None
        match answer.status:
            case "Success":
                return (answer.best[0].display if answer.best else answer.text).strip()
            case status if status in _NOTHING_SAID:
                return ""
            case status:
                raise ProviderFailed(f"{self._endpoint.title} could not recognise it (its status is {status[:100]!r})")

    def _base(self) -> str:
        """A resource with a name of its own has recognition and synthesis at one host, the regions have two.

        https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-private-link
        """
        url, region = self._endpoint.url, self._endpoint.region
        if not (url or region):
            raise ProviderFailed(f"{self._endpoint.title} has no region: set the one of its key", Verdict.REFUSED)
        if _OWN_HOST in url:
            return f"{url.removesuffix('/stt')}/stt"
        return url.replace(_SYNTHESIS, _RECOGNITION) or f"https://{region}{_RECOGNITION}microsoft.com"

    async def offer(self) -> Offer:
        """The short-audio service has no models to choose from."""
        return Offer()

    async def check(self) -> None:
        """Have half a second of silence recognised."""
        await self._recognised(bytes(self.wants.rate), self.wants.rate, LANGUAGE)
