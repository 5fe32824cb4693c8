"""Speech to text by Deepgram, live: the sound goes out while the person speaks, and words come back meanwhile.

https://developers.deepgram.com/reference/speech-to-text/listen-streaming
"""

import contextlib
import ssl
from collections import Counter

import msgspec
import trio

from actors.ports.calls import Emit
from actors.ports.recognition import Audio, Transcript, Utterance
from actors.ports.sound import Undecodable
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed
from adapters.reach.faults import scrub
from adapters.reach.web import Web
from adapters.reach.websocket import LiveSocket, SocketCall, SocketClosed, SocketRefused, open_socket
from adapters.vendors.shared.answers import MODELS, decoded, understood
from adapters.vendors.shared.languages import bcp47
from adapters.vendors.shared.probes import discard
from adapters.vendors.shared.terms import terms
from protocol.audioformat import AudioFormat
from protocol.languages import writes_spaces

MODEL = "nova-3"
MESSAGES = "sent something other than its documented messages"
KEEP_ALIVE = 4.0
"""Deepgram closes a socket after 10 s without sound or this message, and wants it every 3 to 5 s."""
PIECE = 65_536
"""Bytes of sound in a message."""
MOST_LETTERS = 100_000
"""Characters of a transcript."""
KEYTERM_BYTES = 500
"""Of all key terms; Deepgram stops transcribing without a word when they have more than 500 tokens."""
_MULTI = "multi"
_NORMAL = (1000, 1001, 1005)
_UNREADABLE = "DATA-0000"
_BAD_REQUEST = 400
_PLAIN_NAME = "-general"
_OTHER_SOCKET = "flux"


class _DeepgramMessage(msgspec.Struct):
    type: str = ""


class _DeepgramWord(msgspec.Struct):
    language: str | None = None


class _DeepgramAlternative(msgspec.Struct):
    transcript: str = ""
    words: list[_DeepgramWord] = []
    languages: list[str] | None = None


class _DeepgramChannel(msgspec.Struct):
    alternatives: list[_DeepgramAlternative] = []


class _DeepgramResults(msgspec.Struct):
    channel: _DeepgramChannel
    is_final: bool = False


class _DeepgramError(msgspec.Struct):
    description: str | None = None
    message: str | None = None
    variant: str | None = None


class _DeepgramModel(msgspec.Struct):
    canonical_name: str | None = None
    name: str | None = None
    streaming: bool = False


class _DeepgramModels(msgspec.Struct):
    stt: list[_DeepgramModel] = []


class DeepgramRecogniser:
    """Satisfies `SpeechToText` and `Listed`. `endpoint.url` ends in /v1; `tls` None: the usual authorities."""

    accepts = frozenset({"mp3", "wav", "flac", "ogg", "opus", "webm", "aac", "pcm16"})
    """m4a is missing: its index may stand at the end, so it cannot be read while it comes."""
    wants = AudioFormat("pcm16", 16_000)
    live = True

    def __init__(
        self, web: Web, endpoint: Endpoint, patience: Patience | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._web = web
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._tls = tls
        self._regionless = BoundedSet[tuple[str, str]]()

    async def transcribe(self, utterance: Utterance, words: Emit[str]) -> Transcript:
        """Recognise while it is spoken; a language that the model knows only without its region is sent so.

        Of `prompt` go the names and phrases that it lists. While the person speaks Deepgram may be silent, but has to
        be there; from the last sound on it is silent for `silence` at most. Raises ProviderFailed, Undecodable.
        Cancelling closes the socket.
        """
        model, language = utterance.model or MODEL, utterance.language
        if (model, language) in self._regionless:
            language = language.partition("-")[0]
        try:
            return await self._listen(utterance, model, language, words)
        except SocketRefused as refused:
            if refused.status != _BAD_REQUEST or "-" not in language:
                raise
        transcript = await self._listen(utterance, model, language.partition("-")[0], words)
        self._regionless.add((model, language))
        return transcript

    async def _listen(self, utterance: Utterance, model: str, language: str, words: Emit[str]) -> Transcript:
        asked = _query(utterance, model, language)
        hearing = _LiveTranscript(
            is_multilingual=("language", _MULTI) in asked, glue=" " if writes_spaces(language) else ""
        )
        async with open_socket(self._call(asked), self._tls) as socket, trio.open_nursery() as nursery:
            nursery.start_soon(_feed, socket, utterance.audio)
            nursery.start_soon(_keep_alive, socket)
            nursery.start_soon(socket.watch)
            await self._hear(socket, hearing, words)
            nursery.cancel_scope.cancel()
        return hearing.transcript

    def _call(self, query: tuple[tuple[str, str], ...]) -> SocketCall:
        return SocketCall(self._endpoint, "/listen", self._headers(), query, self._patience)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self._endpoint.key}"} if self._endpoint.key else {}

    async def _hear(self, socket: LiveSocket, hearing: "_LiveTranscript", words: Emit[str]) -> None:
        """Take what Deepgram says until its last message, which is its metadata."""
        while True:
            try:
                message = await socket.receive()
            except SocketClosed as closed:
                if socket.is_owed and closed.code in _NORMAL:
                    return
                raise self._cause(closed) from None
            match decoded(self._endpoint, message, _DeepgramMessage, MESSAGES).type:
                case "Results":
                    if hearing.take(decoded(self._endpoint, message, _DeepgramResults, MESSAGES)) and hearing.text:
                        await words(hearing.text)
                    if len(hearing.text) > MOST_LETTERS:
                        raise ProviderFailed(f"{self._endpoint.title} answered with more than {MOST_LETTERS:,} letters")
                case "Metadata" if socket.is_owed:
                    return
                case "Error":
                    raise self._failure(decoded(self._endpoint, message, _DeepgramError, MESSAGES))
                case _:
                    continue  # what was not asked for, such as SpeechStarted

    def _failure(self, error: _DeepgramError) -> ProviderFailed:
        said = error.description or error.message or error.variant or "it does not say why"
        return ProviderFailed(f"{self._endpoint.title} failed while it listened: {scrub(said, self._endpoint)}")

    def _cause(self, closed: SocketClosed) -> ProviderFailed | Undecodable:
        """https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors"""
        said = scrub(closed.reason, self._endpoint)
        if _UNREADABLE in closed.reason:
            return Undecodable(f"{self._endpoint.title} found no sound in it that it can decode ({said})")
        return ProviderFailed(f"{self._endpoint.title} closed the connection ({closed.code}{said and f', {said}'})")

    async def offer(self) -> Offer:
        """The models that can listen live, `nova-3` for `nova-3-general` too; Flux has another socket and is left out.

        Raises ProviderFailed. Cancelling closes the connection.

        https://developers.deepgram.com/reference/manage/models/list
        """
        call = Call(self._endpoint, "GET", "/models", headers=self._headers(), patience=self._patience)
        models = understood(self._endpoint, await self._web.fetch_json(call), _DeepgramModels, MODELS).stt
        names = {model.canonical_name or model.name or "" for model in models if model.streaming}
        names |= {name.removesuffix(_PLAIN_NAME) for name in names}
        return Offer(models=tuple(sorted(name for name in names if name and not name.startswith(_OTHER_SOCKET))))

    async def check(self) -> None:
        """Open a socket and end it without a sound, which costs nothing and needs the key.

        Raises ProviderFailed. Cancelling closes the socket.
        """
        query = (("model", MODEL), ("encoding", "linear16"), ("sample_rate", str(self.wants.rate)))
        async with open_socket(self._call(query), self._tls) as socket:
            with contextlib.suppress(SocketClosed):
                await _finish(socket)
            await self._hear(socket, _LiveTranscript(is_multilingual=False, glue=" "), discard)


class _LiveTranscript:
    """The transcript so far: the parts that are final, and the one that may still change."""

    def __init__(self, *, is_multilingual: bool, glue: str) -> None:
        self._is_multilingual = is_multilingual
        self._glue = glue
        self._final: list[str] = []
        self._languages: Counter[str] = Counter()
        self.text = ""

    def take(self, results: _DeepgramResults) -> bool:
        """Results came; whether they change the words."""
        heard = results.channel.alternatives[0] if results.channel.alternatives else _DeepgramAlternative()
        text = self._glue.join(filter(None, [*self._final, heard.transcript]))
        if results.is_final and heard.transcript:
            self._final.append(heard.transcript)
            self._languages.update([word.language for word in heard.words if word.language] or heard.languages or [])
        changed, self.text = text != self.text, text
        return changed

    @property
    def transcript(self) -> Transcript:
        """The words, and the language of most of them where Deepgram was left to detect it."""
        most = self._languages.most_common(1) if self._is_multilingual else []
        return Transcript(self.text, bcp47(most[0][0]) if most else "")


def _query(utterance: Utterance, model: str, language: str) -> tuple[tuple[str, str], ...]:
    """Raw sound is described; a container tells for itself. Live there is no detect_language, but `multi`."""
    query = [("model", model), ("interim_results", "true"), ("punctuate", "true")]
    if utterance.format.name == "pcm16":
        query += [("encoding", "linear16"), ("sample_rate", str(utterance.format.rate)), ("channels", "1")]
    if language:
        query.append(("language", language))
    elif model.startswith(("nova-2", "nova-3")):
        query.append(("language", _MULTI))
    return (*query, *_expected(utterance.prompt, model))


def _expected(prompt: str, model: str) -> list[tuple[str, str]]:
    """Nova-3 takes phrases (https://developers.deepgram.com/docs/keyterm), the models before it single words."""
    if model.startswith("nova-3"):
        return [("keyterm", term) for term in terms(prompt, 5, KEYTERM_BYTES)]
    return [("keywords", term) for term in terms(prompt, 1, KEYTERM_BYTES)]


async def _feed(socket: LiveSocket, audio: Audio) -> None:
    """Send the sound as it comes, then its end. The receiving task finds out why the socket was closed."""
    with contextlib.suppress(SocketClosed):
        async with audio.open() as pieces:
            async for piece in pieces:
                for start in range(0, len(piece), PIECE):
                    await socket.send(piece[start : start + PIECE])
        await _finish(socket)


async def _finish(socket: LiveSocket) -> None:
    """Have the rest transcribed and the metadata sent. https://developers.deepgram.com/docs/close-stream"""
    socket.expect()
    await socket.send('{"type":"CloseStream"}')


async def _keep_alive(socket: LiveSocket) -> None:
    """https://developers.deepgram.com/docs/audio-keep-alive"""
    with contextlib.suppress(SocketClosed):
        while True:
            await trio.sleep_until(socket.last_sent + KEEP_ALIVE)
            if socket.is_owed:
                return
            if trio.current_time() >= socket.last_sent + KEEP_ALIVE:
                await socket.send('{"type":"KeepAlive"}')
