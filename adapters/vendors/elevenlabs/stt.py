"""Speech to text by ElevenLabs (Scribe): whole utterances; its live recogniser is another interface.

https://elevenlabs.io/docs/api-reference/speech-to-text/convert
"""

from itertools import islice

import msgspec

from actors.ports.audio import whole
from actors.ports.calls import Emit
from actors.ports.recognition import Transcript, Utterance
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer
from adapters.reach.web import Web
from adapters.vendors.elevenlabs.api import headers, located
from adapters.vendors.shared.answers import TRANSCRIPT, understood
from adapters.vendors.shared.files import FILES
from adapters.vendors.shared.languages import bcp47, whisper_code
from adapters.vendors.shared.probes import discard, silence
from adapters.vendors.shared.terms import terms
from protocol.audioformat import AudioFormat

MODELS = ("scribe_v2", "scribe_v1")
DEFAULT_MODEL = MODELS[0]
PATIENCE = Patience()
MOST = 4_000_000
"""Bytes of an answer, which tells the time of each word."""
SAMPLES = AudioFormat("pcm16", 16_000)
"""What it takes without a header, soonest of all."""
_TERMS, _TERM_WORDS, _TERM_CHARACTERS = 100, 5, 49


class _ElevenLabsTranscript(msgspec.Struct):
    text: str
    language_code: str | None = None


class ElevenLabsRecogniser:
    """Satisfies `SpeechToText` and `Listed`."""

    accepts = frozenset(FILES)
    wants = SAMPLES
    live = False

    def __init__(self, web: Web, endpoint: Endpoint) -> None:
        self._web = web
        self._endpoint = located(endpoint)

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise, and tell the language; `words` is not told anything before the end.

        Of `prompt`, the names and phrases that it lists are the terms to expect (scribe_v2). Raises ProviderFailed.
        Cancelling closes the connection.
        """
        data = await whole(utterance.audio)
        if not data:
            return Transcript("")
        answer = await self._web.fetch_json(self._call(utterance, data))
        said = understood(self._endpoint, answer, _ElevenLabsTranscript, TRANSCRIPT)
        return Transcript(said.text.strip(), bcp47(said.language_code or ""))

    async def offer(self) -> Offer:
        """The documented models, because its list has only models that speak.

        It never waits: cancelling has no effect.
        """
        return Offer(MODELS)

    async def check(self) -> None:
        """Have half a second of silence recognised. Raises ProviderFailed. Cancelling closes the connection."""
        await self.transcribe(silence(SAMPLES), discard)

    def _call(self, utterance: Utterance, data: bytes) -> Call:
        name, media_type = FILES.get(utterance.format.name, ("speech.pcm", "application/octet-stream"))
        return Call(
            self._endpoint,
            "POST",
            "/v1/speech-to-text",
            headers=headers(self._endpoint),
            form=_form(utterance),
            file=(name, data, media_type),
            expects=("application/json",),
            patience=PATIENCE,
            most=MOST,
        )


def _form(utterance: Utterance) -> dict[str, str | tuple[str, ...]]:
    model = utterance.model or DEFAULT_MODEL
    form: dict[str, str | tuple[str, ...]] = {"model_id": model, "tag_audio_events": "false"}
    if utterance.format.name == "pcm16":
        form["file_format"] = "pcm_s16le_16"
    if utterance.language:
        form["language_code"] = whisper_code(utterance.language)
    listed = terms(utterance.prompt, _TERM_WORDS, len(utterance.prompt.encode()))
    expected = tuple(islice((term for term in listed if len(term) <= _TERM_CHARACTERS), _TERMS))
    return form | {"keyterms": expected} if expected and model != "scribe_v1" else form
