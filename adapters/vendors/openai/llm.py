"""Chat completions, streamed: OpenAI, aigames and all that speak so (Ollama, llama.cpp, vLLM, LM Studio, Azure).

https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create
"""

import re
from collections.abc import Mapping
from functools import partial

import msgspec

from actors.ports.answering import Question
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer
from adapters.reach.jsontext import fields, items, words
from adapters.reach.web import Web
from adapters.vendors.openai.api import JSON, URL, headers, models_call
from adapters.vendors.shared.conversation import (
    MOST,
    PATIENCE,
    ROLES,
    Options,
    Write,
    prompted,
    role_left,
    system_prompt,
    turns,
)
from adapters.vendors.shared.modellist import fetch_model_names
from adapters.vendors.shared.refusals import Refusals, negotiate
from adapters.vendors.shared.streamed import Heard, StreamedAnswer, read_usage

_ELSE_CALLED = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
_NO_CHAT = re.compile(
    r"embed|rerank|whisper|transcri|moderation|realtime|\btts\b|speech|image|dall-e|sora|\baudio\b|\basr\b|parakeet"
    r"|kokoro|piper|stable-?diffusion|\bflux\b|\b(bge|gte|e5|clip|minilm)\b|^babbage|^davinci|^gpt-3\.5-turbo-instruct",
    re.IGNORECASE,
)


class Dialect(msgspec.Struct, frozen=True):
    """In what the servers that speak this protocol differ.

    `most`: how the limit of tokens is called; `name`: the field in which the character's name is passed on, "" where
    the system prompt says it. `usage`: it is asked for the tokens that were used.
    """

    most: str = "max_tokens"
    name: str = ""
    usage: bool = True


OPENAI = Dialect(most="max_completion_tokens")
"""It calls `max_tokens` deprecated, and its reasoning models refuse it."""
COMPATIBLE = Dialect()
AIGAMES = Dialect(name="name", usage=False)
"""It keeps characters under their names, and finds out by the request's `name` which of them is to answer."""


_THINKING = ("reasoning_content", "reasoning", "reasoning_details", "thinking")
"""Under which names servers send what a model thinks."""
_FIRST = (None, "", 0, "0")


class OpenAiChat:
    """Satisfies `LanguageModel` and `Listed`. `endpoint.url` ends in /v1.

    It keeps what models refuse and which think aloud, nothing else.
    """

    def __init__(
        self, web: Web, endpoint: Endpoint, dialect: Dialect = COMPATIBLE, patience: Patience = PATIENCE
    ) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)
        self._dialect = dialect
        self._patience = patience
        self._refusals, self._thinkers = Refusals(), BoundedSet[str]()

    async def answer(self, question: Question, write: Write) -> None:
        """Write the answer as it is streamed, without what the model thinks aloud.

        A field that the model refuses is left out with a warning, and the question asked again at once. Raises
        ProviderFailed. Cancelling closes the connection.
        """
        answer = StreamedAnswer(self._endpoint, question, write, self._thinkers)
        options = partial(_options, question, self._dialect)
        await negotiate(answer, self._refusals, options, partial(self._ask, question))

    async def _ask(self, question: Question, answer: StreamedAnswer, options: Options) -> None:
        role = next((role for role in ROLES if role in options), "")
        prompt = _prompt(question, self._dialect)
        others = {field: value for field, value in options.items() if field not in ROLES}
        body = {"messages": prompted(prompt, role, turns(question)), "stream": True, **others}
        if question.model:
            body["model"] = question.model
        call = Call(
            self._endpoint,
            "POST",
            "/chat/completions",
            headers(self._endpoint),
            json=body,
            patience=self._patience,
            most=MOST,
        )
        async with self._web.open(call) as response:
            await answer.relay(response, read)

    async def offer(self) -> Offer:
        """Its models in its own order, without those that cannot chat. Raises ProviderFailed.

        Cancelling closes the connection.
        """
        names = await fetch_model_names(self._web, models_call(self._endpoint, self._patience, JSON))
        return Offer(models=tuple(name for name in names if not _NO_CHAT.search(name)))

    async def check(self) -> None:
        """Ask for the models, which costs nothing and needs the key.

        Raises ProviderFailed. Cancelling closes the connection.
        """
        await self.offer()


def read(chunk: Mapping[str, object]) -> Heard:
    """The content of a chunk, or of an answer from a server that does not stream.

    Many servers send null, "" or an empty array where the protocol has something else, and many leave things out.
    """
    choices = map(fields, items(chunk.get("choices")))
    choice = next((choice for choice in choices if choice.get("index") in _FIRST), {})
    delta, message = fields(choice.get("delta")), fields(choice.get("message"))
    said = _words(delta)
    return Heard(
        words=said or _words(message),
        is_whole=not said,
        begins=bool(delta.get("role")),
        thinks=_thinks(delta),
        reason="error" if fields(chunk.get("x_groq")).get("error") else words(choice.get("finish_reason")),
        usage=read_usage(chunk.get("usage"), "prompt_tokens", "completion_tokens"),
    )


def _words(message: Mapping[str, object]) -> str:
    """The words of a message; of a message in parts, the texts."""
    content = message.get("content")
    parts = [content] if isinstance(content, dict) else items(content)
    texts = [part if isinstance(part, str) else _text(fields(part)) for part in parts]
    return words(content) or "".join(texts) or words(message.get("refusal"))


def _text(part: Mapping[str, object]) -> str:
    return words(part.get("text")) if (part.get("type") or "text") in ("text", "output_text") else ""


def _thinks(message: Mapping[str, object]) -> bool:
    parts = [fields(part).get("type") for part in items(message.get("content"))]
    return "thinking" in parts or "reasoning" in parts or any(message.get(name) for name in _THINKING)


def _prompt(question: Question, dialect: Dialect) -> str:
    return system_prompt(question, names=not dialect.name)


def _options(question: Question, dialect: Dialect, left_out: frozenset[str]) -> Options:
    """The fields that a model may refuse; the limit of tokens by its other name where it refuses the one.

    The role of the prompt is one of them.
    """
    most = _ELSE_CALLED[dialect.most] if dialect.most in left_out else dialect.most
    options: Options = {"temperature": question.temperature}
    if question.stop:
        options["stop"] = question.stop
    if question.max_token:
        options[most] = question.max_token
    if dialect.name and question.name:
        options[dialect.name] = question.name
    if dialect.usage:
        options["stream_options"] = {"include_usage": True}
    if (role := role_left(left_out)) and _prompt(question, dialect):
        options[role] = True
    return {field: value for field, value in options.items() if field not in left_out}


def openai_chat(web: Web, endpoint: Endpoint) -> OpenAiChat:
    """OpenAI itself."""
    return OpenAiChat(web, endpoint, OPENAI)


def aigames_chat(web: Web, endpoint: Endpoint) -> OpenAiChat:
    """An endpoint of AI_Games."""
    return OpenAiChat(web, endpoint, AIGAMES)
