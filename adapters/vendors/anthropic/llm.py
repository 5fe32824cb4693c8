"""Anthropic's messages, streamed.

https://platform.claude.com/docs/en/api/messages, https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Mapping
from functools import partial

import msgspec

from actors.ports.answering import Question
from actors.ports.watching import Usage
from adapters.reach.boundedset import BoundedSet
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint, Offer, ProviderFailed, Verdict
from adapters.reach.faults import of_error, words_of_error
from adapters.reach.jsontext import fields, items, words
from adapters.reach.web import Web
from adapters.vendors.shared.conversation import (
    MOST,
    PATIENCE,
    Options,
    Write,
    prompted,
    system_prompt,
    turns,
)
from adapters.vendors.shared.modellist import fetch_model_names
from adapters.vendors.shared.refusals import Refusals, negotiate
from adapters.vendors.shared.streamed import NOTHING, OVER, Heard, StreamedAnswer, read_usage

URL = "https://api.anthropic.com/v1"
VERSION = "2023-06-01"
DEFAULT_MODEL = "claude-haiku-4-5"
DEFAULT_MOST = 4_096
"""Tokens where the question sets no limit; the provider insists on one."""
WARMEST = 1.0
_VERDICTS = {
    "authentication_error": Verdict.REFUSED,
    "permission_error": Verdict.REFUSED,
    "billing_error": Verdict.REFUSED,
    "invalid_request_error": Verdict.FINAL,
    "not_found_error": Verdict.FINAL,
    "request_too_large": Verdict.FINAL,
}
"""Of errors inside a stream; others (overloaded_error, api_error, rate_limit_error, timeout_error) can pass."""


class AnthropicChat:
    """Satisfies `LanguageModel` and `Listed`. It keeps what models refuse and which think aloud, nothing else."""

    def __init__(self, web: Web, endpoint: Endpoint, patience: Patience = PATIENCE) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)
        self._patience = patience
        self._refusals, self._thinkers = Refusals(), BoundedSet[str]()

    async def answer(self, question: Question, write: Write) -> None:
        """Write the answer as it is streamed. The model is asked not to think first, or to think little.

        A field that the model refuses is left out with a warning, and the question asked again at once. Raises
        ProviderFailed. Cancelling closes the connection.
        """
        answer = StreamedAnswer(self._endpoint, question, write, self._thinkers, _fault)
        await negotiate(answer, self._refusals, partial(_options, question), partial(self._ask, question))

    async def _ask(self, question: Question, answer: StreamedAnswer, options: Options) -> None:
        prompt = system_prompt(question)
        messages = turns(question) if "system" in options else prompted(prompt, "", turns(question))
        body: dict[str, object] = {"max_tokens": DEFAULT_MOST, "messages": messages, "stream": True, **options}
        body["model"] = question.model or DEFAULT_MODEL
        call = Call(self._endpoint, "POST", "/messages", self._headers(), json=body, patience=self._patience, most=MOST)
        async with self._web.open(call) as response:
            await answer.relay(response, read)

    async def offer(self) -> Offer:
        """Its models, the newest first, in the provider's order. Raises ProviderFailed.

        Cancelling closes the connection.
        """
        call = Call(
            self._endpoint,
            "GET",
            "/models",
            self._headers(),
            {"limit": "1000"},
            expects=("application/json",),
            patience=self._patience,
        )
        return Offer(models=await fetch_model_names(self._web, call))

    async def check(self) -> None:
        """Ask for the models, which costs nothing and needs the key. Raises ProviderFailed.

        Cancelling closes the connection.
        """
        await self.offer()

    def _headers(self) -> Mapping[str, str]:
        return {"x-api-key": self._endpoint.key, "anthropic-version": VERSION}


def read(event: Mapping[str, object]) -> Heard:
    """The content of an event, or of a message from a server that does not stream; ping, signatures and the like have
    none.

    Servers that imitate the protocol send null or nothing where it has something else.
    """
    match event.get("type"):
        case "content_block_delta":
            return _block(fields(event.get("delta")))
        case "content_block_start":
            return _block(fields(event.get("content_block")))
        case "message_start":
            return Heard(usage=_usage(fields(event.get("message"))))
        case "message_delta":
            return Heard(reason=words(fields(event.get("delta")).get("stop_reason")), usage=_usage(event))
        case "message_stop":
            return OVER
        case "message":
            blocks = [_block(fields(block)) for block in items(event.get("content"))]
            said = "".join(block.words for block in blocks)
            return Heard(said, is_whole=True, reason=words(event.get("stop_reason")), usage=_usage(event))
        case _:
            return NOTHING


def _usage(told: Mapping[str, object]) -> Usage:
    return read_usage(told.get("usage"), "input_tokens", "output_tokens")


def _block(block: Mapping[str, object]) -> Heard:
    """The content of a block, or of a piece of one."""
    kind = words(block.get("type"))
    if kind in ("", "text", "text_delta"):
        return Heard(words(block.get("text")))
    return Heard(thinks="thinking" in kind or kind == "signature_delta")


def _fault(endpoint: Endpoint, error: object) -> ProviderFailed:
    kind = words(fields(error).get("type"))
    failure = of_error(endpoint, error if words_of_error(error) else kind)
    return ProviderFailed(str(failure), _VERDICTS.get(kind, failure.verdict))


def _options(question: Question, left_out: frozenset[str]) -> Options:
    """The fields that a model may refuse.

    A temperature of 1 is the provider's default, and newer models refuse any. Models that think by themselves would be
    silent for seconds: thinking is turned off, or where that is refused, made short. Stop sequences of nothing but
    white space are refused by all.
    """
    options: Options = {"thinking": {"type": "disabled"}}
    if prompt := system_prompt(question):
        options["system"] = prompt
    if "thinking" in left_out:
        options["output_config"] = {"effort": "low"}
    if question.temperature < WARMEST:
        options["temperature"] = question.temperature
    if stops := [stop for stop in question.stop if stop.strip()]:
        options["stop_sequences"] = stops
    if question.max_token:
        options["max_tokens"] = question.max_token
    return {field: value for field, value in options.items() if field not in left_out}
