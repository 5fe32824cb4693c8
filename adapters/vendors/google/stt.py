"""Speech to text by Google Cloud, whole utterances of up to a minute.

https://docs.cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize
"""

import msgspec

from actors.ports.audio import whole
from actors.ports.calls import Emit
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.google.api import fetch, headers
from adapters.vendors.shared.answers import TRANSCRIPT, understood
from adapters.vendors.shared.sound import seconds_of
from adapters.vendors.shared.terms import terms
from protocol import base64text
from protocol.audioformat import AudioFormat

LONGEST = 60.0
"""Seconds of speech in a call."""
LANGUAGE = "en-US"
"""What is sent where the session names no language: Google needs one."""
PHRASE_BYTES = 5_000
MOST_BYTES = 2_000_000
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
_OPUS_HEAD = b"OpusHead"
_HEAD_BYTES = 65_536
_CONTAINERS = {"webm": "WEBM_OPUS", "ogg": "OGG_OPUS", "opus": "OGG_OPUS"}
_TOO_LONG = ("too long", "exceeds duration limit", "longer than 1 min")


class _GoogleAlternative(msgspec.Struct):
    transcript: str = ""


class _GoogleResult(msgspec.Struct):
    alternatives: list[_GoogleAlternative] = []


class _GoogleTranscript(msgspec.Struct):
    results: list[_GoogleResult] = []


class GoogleRecogniser:
    """Satisfies `SpeechToText` and `Listed`. `endpoint.url` ends in /v1; the key is an API key."""

    accepts = frozenset(_CONTAINERS)
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, web: Web, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self._web = web
        self._endpoint = endpoint
        self._patience = patience or Patience()

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; `words` is told nothing before the end, and Google does not say a language it was told itself.

        `prompt` goes as phrases. Raises ProviderFailed, also for more than 60 s of speech, Undecodable. Cancelling
        closes the connection.
        """
        data = await whole(utterance.audio)
        if not data:
            return Transcript("")
        config: dict[str, object] = _encoding(utterance.format, data, self._endpoint.title)
        config |= {"languageCode": utterance.language or LANGUAGE, "enableAutomaticPunctuation": True}
        if utterance.model:
            config["model"] = utterance.model
        if phrases := list(terms(utterance.prompt, 12, PHRASE_BYTES)):
            config["speechContexts"] = [{"phrases": phrases}]
        return Transcript(await self._recognised(config, data))

    async def _recognised(self, config: dict[str, object], data: bytes) -> str:
        call = Call(
            self._endpoint,
            "POST",
            "/speech:recognize",
            headers=headers(self._endpoint),
            json={"config": config, "audio": {"content": base64text.encode(data)}},
            patience=self._patience,
            most=MOST_BYTES,
        )
        try:
            answer = await fetch(self._web, call)
        except ProviderFailed as failure:
            if failure.verdict is Verdict.FINAL and any(mark in str(failure).lower() for mark in _TOO_LONG):
                raise _too_long(self._endpoint.title) from None
            raise
        results = understood(self._endpoint, answer, _GoogleTranscript, TRANSCRIPT).results
        return "".join(result.alternatives[0].transcript for result in results if result.alternatives).strip()

    async def offer(self) -> Offer:
        """An empty offer: an API key opens no list of Google's models. It never waits: cancelling has no effect."""
        return Offer()

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed. Cancelling closes the connection."""
        samples = bytes(self.wants.rate)
        await self._recognised({**_encoding(self.wants, samples, ""), "languageCode": LANGUAGE}, samples)


def _too_long(title: str) -> ProviderFailed:
    return ProviderFailed(
        f"{title} takes at most {LONGEST:g} s of speech at a time: speak in shorter turns, or use another provider",
        Verdict.FINAL,
    )


def _encoding(audio_format: AudioFormat, data: bytes, title: str) -> dict[str, object]:
    """Google's description of the bytes. Raises ProviderFailed, Undecodable for bytes that it would not take."""
    if audio_format.name == "pcm16":
        if seconds_of(data, audio_format.rate) > LONGEST:
            raise _too_long(title)
        return {"encoding": "LINEAR16", "sampleRateHertz": audio_format.rate}
    head = data.find(_OPUS_HEAD, 0, _HEAD_BYTES)
    if head < 0 or len(data) < head + 16:
        raise Undecodable(
            f"{title} takes only Opus in {audio_format}, and this is another codec: send Opus, mp3 or wav"
        )
    rate = int.from_bytes(data[head + 12 : head + 16], "little")
    return {
        "encoding": _CONTAINERS[audio_format.name],
        "sampleRateHertz": rate if rate in _OPUS_RATES else _OPUS_RATES[-1],
        "audioChannelCount": max(data[head + 9], 1),
    }
