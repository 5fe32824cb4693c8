"""Chat completions, streamed: OpenAI, aigames and all that speak so (Ollama, llama.cpp, vLLM, LM Studio, Azure).

https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create
"""

import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from actors.ports import Question
from adapters.llm.conversation import MOST, PATIENCE, Options, Refusals, Write, insist, system_prompt, turns
from adapters.llm.thoughts import Thoughts
from adapters.providers.provider import Endpoint, Offer, ProviderFailed, Verdict
from adapters.remote.faults import of_error
from adapters.remote.web import Answer, Call, Patience, Web
from protocol.tolerant import show

log = logging.getLogger(__name__)
URL = "https://api.openai.com/v1"
_ELSE_CALLED = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
_NO_CHAT = re.compile(
    r"embed|rerank|whisper|transcri|moderation|realtime|\btts\b|speech|image|dall-e|sora|\baudio\b|\basr\b|parakeet"
    r"|kokoro|piper|stable-?diffusion|\bflux\b|\b(bge|gte|e5|clip|minilm)\b|^babbage|^davinci|^gpt-3\.5-turbo-instruct",
    re.IGNORECASE,
)


class Dialect(msgspec.Struct, frozen=True):
    """In what the servers that speak this protocol differ.

    `most`: how the limit of tokens is called; `name`: the field in which the character's name is passed on, "" where
    the system prompt says it.
    """

    most: str = "max_tokens"
    name: str = ""


OPENAI = Dialect(most="max_completion_tokens")
"""It calls `max_tokens` deprecated, and its reasoning models refuse it."""
COMPATIBLE = Dialect()
AIGAMES = Dialect(name="name")
"""It keeps characters under their names, and finds out by the request's `name` which of them is to answer."""


class _Piece(msgspec.Struct):
    """A part of a message in parts; only `text` is meant to be heard."""

    type: str = "text"
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Piece] | None = None
    refusal: str | None = None

    @property
    def words(self) -> str:
        """What is to be said."""
        if isinstance(self.content, list):
            return "".join(piece.text for piece in self.content if piece.type == "text")
        return self.content or self.refusal or ""


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    error: object = None
    object: str = ""


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model] | None = None


_CHUNK, _MODELS = msgspec.json.Decoder(_Chunk), msgspec.json.Decoder(_Models)


class OpenAiChat:
    """Satisfies `LanguageModel` and `Listed`. `endpoint.url` ends in /v1. It keeps what models refuse, nothing else."""

    def __init__(
        self, web: Web, endpoint: Endpoint, dialect: Dialect = COMPATIBLE, patience: Patience = PATIENCE
    ) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)
        self._dialect = dialect
        self._patience = patience
        self._refusals = Refusals()

    async def answer(self, question: Question, write: Write) -> None:
        """Write the answer as it is streamed, without what the model thinks aloud.

        A field that the model refuses is left out with a warning, and the question asked again at once. Raises
        ProviderFailed. Cancelling closes the connection.
        """

        async def ask(options: Options, write: Write) -> None:
            await self._ask(question, options, write)

        await insist(
            self._refusals, question.model, lambda left_out: _options(question, self._dialect, left_out), ask, write
        )

    async def _ask(self, question: Question, options: Options, write: Write) -> None:
        system = system_prompt(question, names=not self._dialect.name)
        messages = [{"role": "system", "content": system}] if system else []
        body = {"messages": [*messages, *turns(question)], "stream": True, **options}
        if question.model:
            body["model"] = question.model
        call = self._call("POST", "/chat/completions", body, ("text/event-stream", "application/json"))
        thoughts, has_written = Thoughts(), False
        async with self._web.open(call) as answer, aclosing(self._choices(answer)) as choices:
            async for choice in choices:
                said = choice.delta or choice.message
                if words := thoughts.spoken(said.words if said else ""):
                    has_written = True
                    await write(words)
                if choice.finish_reason:
                    self._finish(question, choice.finish_reason, has_written=has_written)
                    break
        if words := thoughts.rest():
            await write(words)

    async def _choices(self, answer: Answer) -> AsyncGenerator[_Choice, None]:
        """What the chunks say, to the end; a server that does not stream says all in one. Raises ProviderFailed."""
        if answer.content_type == "application/json":
            yield self._choice(b"".join([piece async for piece in answer.pieces()])) or _Choice()
            return
        async for event in answer.events():
            if event.data.strip() == "[DONE]":
                return
            if (choice := self._choice(event.data.encode())) is not None:
                yield choice
        raise ProviderFailed(f"{self._endpoint.title} broke off in the middle of its answer")

    def _choice(self, data: bytes) -> _Choice | None:
        """The first choice of a chunk; usage and the like have none."""
        try:
            chunk = _CHUNK.decode(data)
        except (msgspec.DecodeError, RecursionError):
            raise ProviderFailed(f"{self._endpoint.title} answered with what is no chat completion") from None
        if chunk.error is not None:
            raise of_error(self._endpoint, chunk.error)
        if chunk.object == "error":
            raise of_error(self._endpoint, msgspec.json.decode(data))
        return next((choice for choice in chunk.choices or () if choice.index == 0), None)

    def _finish(self, question: Question, reason: str, *, has_written: bool) -> None:
        """Raise ProviderFailed, or say so, where the answer is not as it should be."""
        title, model = self._endpoint.title, show(question.model)
        match reason:
            case "content_filter" if not has_written:
                raise ProviderFailed(f"{title} would not answer: its content filter stopped it", Verdict.FINAL)
            case "error":
                raise ProviderFailed(f"{title} failed in the middle of its answer")
            case "content_filter" | "length":
                log.warning("%s: the answer of model %s was cut short (%s)", title, model, reason)
            case _:
                log.debug("%s: the answer of model %s ended (%s)", title, model, reason)

    async def offer(self) -> Offer:
        """Its models, in its own order, without those that cannot chat."""
        body = await self._web.fetch(self._call("GET", "/models", expects=("application/json",)))
        try:
            models = _MODELS.decode(body).data or []
        except (msgspec.DecodeError, RecursionError):
            raise ProviderFailed(f"{self._endpoint.title} answered with something other than its models") from None
        return Offer(models=tuple(dict.fromkeys(model.id for model in models if not _NO_CHAT.search(model.id))))

    async def check(self) -> None:
        """Ask for the models, which costs nothing and needs the key. Raises ProviderFailed."""
        await self.offer()

    def _call(self, method: str, path: str, body: object = None, expects: tuple[str, ...] = ()) -> Call:
        headers = {"Authorization": f"Bearer {self._endpoint.key}"} if self._endpoint.key else {}
        return Call(
            self._endpoint, method, path, headers, json=body, expects=expects, patience=self._patience, most=MOST
        )


def _options(question: Question, dialect: Dialect, left_out: frozenset[str]) -> Options:
    """The fields that a model may refuse; the limit of tokens by its other name where it refuses the one."""
    most = _ELSE_CALLED[dialect.most] if dialect.most in left_out else dialect.most
    options: Options = {"temperature": question.temperature}
    if question.stop:
        options["stop"] = question.stop
    if question.max_token:
        options[most] = question.max_token
    if dialect.name and question.name:
        options[dialect.name] = question.name
    return {field: value for field, value in options.items() if field not in left_out}
