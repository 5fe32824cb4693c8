"""Speech to text by OpenAI, or by a server that speaks as it does (speaches, LocalAI, vLLM, whisper.cpp).

https://developers.openai.com/api/reference/resources/audio/subresources/transcriptions/methods/create
"""

import re
from collections.abc import Mapping

import msgspec

from actors.ports.audio import whole
from actors.ports.calls import Emit
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.faults import error_of
from adapters.reach.httpclient import HttpAnswer
from adapters.reach.jsontext import Halves, fields, items, parsed
from adapters.reach.jsontext import whole as whole_text
from adapters.reach.jsontext import words as text_of
from adapters.reach.sse import DONE, ServerSentEvent
from adapters.reach.web import Web
from adapters.vendors.openai.api import headers, models_call
from adapters.vendors.openai.segments import spoken
from adapters.vendors.shared.answers import TRANSCRIPT, decoded, unreadable
from adapters.vendors.shared.files import FILES
from adapters.vendors.shared.languages import bcp47, whisper_code
from adapters.vendors.shared.modellist import ListedModel, fetch_models
from protocol.audioformat import AudioFormat, sniff
from protocol.wav import wav_file

MOST_BYTES = 4_000_000
"""Bytes of an answer; `verbose_json` tells every token of a minute in some 20,000."""
_RECOGNISES = re.compile(r"whisper|transcribe|asr|parakeet|canary|voxtral|moonshine|sensevoice|speech-to-text", re.I)
_NOT_FOR_FILES = re.compile(r"realtime|live|diarize|tts", re.I)
_TASK = "automatic-speech-recognition"
_UNDECODABLE = ("could not be decoded", "invalid file format", "might be corrupted or unsupported")
_TOO_SHORT = "audio file is too short"


class _OpenAILanguage(msgspec.Struct):
    code: str = ""


class _OpenAITranscript(msgspec.Struct):
    text: str
    language: str | None = None
    languages: list[_OpenAILanguage] | None = None
    segments: object = None


class OpenAIRecogniser:
    """Satisfies `SpeechToText` and `Listed`. `endpoint.url` ends in /v1."""

    accepts = frozenset(FILES) - {"aac"}
    wants = AudioFormat("pcm16", 16_000)
    live = False

    def __init__(self, web: Web, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self._web = web
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._unknown = BoundedSet[tuple[str, str]]()
        self._plain = BoundedSet[str]()

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise; gpt-…transcribe models hand on words as they write them, others tell the language.

        `prompt` goes to the model as it is. Raises ProviderFailed, Undecodable. Cancelling closes the connection.
        """
        data = await whole(utterance.audio)
        if not data:
            return Transcript("")
        try:
            return await self._ask(utterance, data, words)
        except ProviderFailed as failure:
            return _judged(failure)

    async def _ask(self, utterance: Utterance, data: bytes, words: Emit[str]) -> Transcript:
        """Ask for what the model gives best. A language that it does not know is left to it to detect."""
        if (utterance.model, utterance.language) in self._unknown:
            utterance = msgspec.structs.replace(utterance, language="")
        try:
            return await self._send(utterance, data, self._format(utterance.model), words)
        except ProviderFailed as failure:
            of_language = bool(utterance.language) and _is_of_language(failure)
            if not (of_language or self._is_of_format(utterance.model, failure)):
                raise
        if of_language:
            asked = msgspec.structs.replace(utterance, language="")
            transcript = await self._send(asked, data, self._format(utterance.model), words)
            self._unknown.add((utterance.model, utterance.language))
        else:
            transcript = await self._send(utterance, data, "json", words)
            self._plain.add(utterance.model)
        return transcript

    def _format(self, model: str) -> str:
        """`verbose_json` tells the language and where nobody spoke; the gpt models, which do not know it, stream."""
        return "json" if _streams(model) or model in self._plain else "verbose_json"

    def _is_of_format(self, model: str, failure: ProviderFailed) -> bool:
        """Whether the server refuses the format of the answer, as one may to which OPENAI_BASE_URL leads."""
        words = str(failure).lower()
        named = "response_format" in words or "verbose_json" in words
        return failure.verdict is Verdict.FINAL and self._format(model) != "json" and named

    async def _send(self, utterance: Utterance, data: bytes, answer_format: str, words: Emit[str]) -> Transcript:
        call = Call(
            self._endpoint,
            "POST",
            "/audio/transcriptions",
            headers=headers(self._endpoint),
            form=_form(utterance, answer_format),
            file=_file(data, utterance.format),
            expects=() if _streams(utterance.model) else ("application/json", "text/event-stream"),
            patience=self._patience,
            most=MOST_BYTES,
        )
        async with self._web.open(call) as answer:
            if _streams(utterance.model) or answer.content_type == "text/event-stream":
                return await self._read_events(answer, words)
            body = b"".join([piece async for piece in answer.pieces()])
        said = decoded(self._endpoint, body, _OpenAITranscript, TRANSCRIPT)
        text = spoken(said.text, said.segments).strip()
        return Transcript(text, bcp47(said.language or "") or _detected(said.languages))

    async def _read_events(self, answer: HttpAnswer, words: Emit[str]) -> Transcript:
        """The transcript; one that ends without its last event is asked for again, without an error."""
        text, halves = "", Halves()
        async for event in answer.events():
            if event.data.strip() == DONE:
                break
            said = self._message(event)
            match said.get("type"):
                case "transcript.text.delta":
                    delta = halves.joined(text_of(said.get("delta")))
                    text += delta
                    if delta and text.strip():
                        await words(text.strip())
                case "transcript.text.done" | None if isinstance(said.get("text"), str):
                    return Transcript(whole_text(text_of(said["text"])).strip(), _languages(said.get("languages")))
                case _:
                    continue  # segments, and what may yet be invented
        raise ProviderFailed(f"{self._endpoint.title} broke off in the middle of the transcript")

    def _message(self, event: ServerSentEvent) -> Mapping[str, object]:
        """The message of an event; empty for an event that only keeps the connection alive."""
        try:
            said = parsed(event.data) if event.data.strip() else None
        except ValueError:
            said = event.data
        if error := error_of(event.event, said):
            raise ProviderFailed(f"{self._endpoint.title} failed while it transcribed: {_message(error)}")
        if isinstance(said, dict | None):
            return fields(said)
        raise unreadable(self._endpoint, TRANSCRIPT)

    async def offer(self) -> Offer:
        """The models that recognise speech; of servers that say a task (speaches), those with that task.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        models = await fetch_models(self._web, models_call(self._endpoint, self._patience))
        return Offer(models=tuple(sorted({model.id for model in models if _recognises(model)})))

    async def check(self) -> None:
        """Ask for the models, which costs nothing and needs the key.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        await self.offer()


class CompatibleRecogniser(OpenAIRecogniser):
    """A server that speaks as OpenAI does.

    It is given 16 kHz WAV, which every one of them reads; many take no other format. One that refuses `verbose_json`
    is asked for plain `json`, from then on at once.
    """

    accepts: frozenset[str] = frozenset()

    def _is_of_format(self, model: str, failure: ProviderFailed) -> bool:
        """Any refusal may be, since few say what they refuse; but that of a file that they cannot read."""
        return failure.verdict is Verdict.FINAL and self._format(model) != "json" and not _is_undecodable(failure)


def _streams(model: str) -> bool:
    return "gpt-" in model and "transcribe" in model


def _form(utterance: Utterance, answer_format: str) -> dict[str, str]:
    form = {"model": utterance.model, "response_format": answer_format}
    if utterance.prompt:
        form["prompt"] = utterance.prompt
    if utterance.language:
        several = utterance.model.rpartition("/")[2].startswith("gpt-transcribe")
        form["languages[]" if several else "language"] = whisper_code(utterance.language)
    if _streams(utterance.model):
        form["stream"] = "true"
    return form


def _file(data: bytes, audio_format: AudioFormat) -> tuple[str, bytes, str]:
    """The file as it is sent; its own first bytes say better than `audio_format` what it is."""
    if audio_format.name == "pcm16":
        return FILES["wav"][0], wav_file(data, audio_format.rate), FILES["wav"][1]
    name, media_type = FILES[sniff(data) or audio_format.name]
    return name, data, media_type


def _detected(languages: list[_OpenAILanguage] | None) -> str:
    return bcp47(languages[0].code) if languages else ""


def _languages(value: object) -> str:
    """The first language that was detected."""
    return bcp47(next((text_of(fields(language).get("code")) for language in items(value)), ""))


def _message(error: object) -> str:
    match error:
        case {"message": str(text)} | str(text):
            return text[:300]
        case _:
            return "it does not say why"


def _is_of_language(failure: ProviderFailed) -> bool:
    """OpenAI: "Language 'te' is not supported", code unsupported_language."""
    words = str(failure).lower()
    return (
        failure.verdict is Verdict.FINAL
        and "language" in words
        and ("not supported" in words or "unsupported" in words)
    )


def _is_undecodable(failure: ProviderFailed) -> bool:
    return failure.verdict is Verdict.FINAL and any(mark in str(failure).lower() for mark in _UNDECODABLE)


def _judged(failure: ProviderFailed) -> Transcript:
    """The result of a refused file: no words where it is too short for any, Undecodable where the file is at fault."""
    if failure.verdict is Verdict.FINAL and _TOO_SHORT in str(failure).lower():
        return Transcript("")
    if _is_undecodable(failure):
        raise Undecodable(str(failure)) from None
    raise failure


def _recognises(model: ListedModel) -> bool:
    if model.task is not None:
        return model.task == _TASK
    return bool(_RECOGNISES.search(model.id)) and not _NOT_FOR_FILES.search(model.id)
