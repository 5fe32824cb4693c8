"""Anthropic's messages, streamed.

https://platform.claude.com/docs/en/api/messages, https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import logging

import msgspec

from actors.ports import Question
from adapters.llm.conversation import MOST, PATIENCE, Options, Refusals, Write, insist, system_prompt, turns
from adapters.providers.provider import Endpoint, Offer, ProviderFailed, Verdict
from adapters.remote.faults import scrub
from adapters.remote.web import Call, Patience, Web
from protocol.tolerant import show

log = logging.getLogger(__name__)
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


class _Delta(msgspec.Struct):
    type: str = ""
    text: str = ""
    stop_reason: str | None = None


class _Error(msgspec.Struct):
    type: str = ""
    message: str = ""


class _Event(msgspec.Struct):
    type: str = ""
    delta: _Delta | None = None
    error: _Error | None = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


_EVENT, _MODELS = msgspec.json.Decoder(_Event), msgspec.json.Decoder(_Models)


class AnthropicChat:
    """Satisfies `LanguageModel` and `Listed`. It keeps what models refuse, nothing else."""

    def __init__(self, web: Web, endpoint: Endpoint, patience: Patience = PATIENCE) -> None:
        self._web = web
        self._endpoint = msgspec.structs.replace(endpoint, url=endpoint.url or URL)
        self._patience = patience
        self._refusals = Refusals()

    async def answer(self, question: Question, write: Write) -> None:
        """Write the answer as it is streamed. The model is asked not to think first, or to think little.

        A field that the model refuses is left out with a warning, and the question asked again at once. Raises
        ProviderFailed. Cancelling closes the connection.
        """

        async def ask(options: Options, write: Write) -> None:
            await self._ask(question, options, write)

        await insist(self._refusals, question.model, lambda left_out: _options(question, left_out), ask, write)

    async def _ask(self, question: Question, options: Options, write: Write) -> None:
        body: dict[str, object] = {"max_tokens": DEFAULT_MOST, "messages": turns(question), "stream": True, **options}
        body["model"] = question.model or DEFAULT_MODEL
        if system := system_prompt(question):
            body["system"] = system
        has_written = False
        async with self._web.open(self._call("POST", "/messages", body, ("text/event-stream",))) as answer:
            async for event in answer.events():
                said = self._event(event.data.encode())
                if said.type == "content_block_delta" and said.delta and said.delta.text:
                    has_written = True
                    await write(said.delta.text)
                elif said.type == "message_delta" and said.delta and said.delta.stop_reason:
                    self._finish(question, said.delta.stop_reason, has_written=has_written)
                    return
                elif said.type == "message_stop":
                    return
        raise ProviderFailed(f"{self._endpoint.title} broke off in the middle of its answer")

    def _event(self, data: bytes) -> _Event:
        """An event of the stream; of those that are none of ours (ping, thinking, signatures) nothing is used."""
        try:
            event = _EVENT.decode(data)
        except (msgspec.DecodeError, RecursionError):
            raise ProviderFailed(f"{self._endpoint.title} answered with what is no message") from None
        if event.type == "error":
            error = event.error or _Error()
            words = scrub(error.message or error.type, self._endpoint)
            verdict = _VERDICTS.get(error.type, Verdict.PASSING)
            raise ProviderFailed(f"{self._endpoint.title} failed while it answered: {words}", verdict)
        return event

    def _finish(self, question: Question, reason: str, *, has_written: bool) -> None:
        """Raise ProviderFailed, or say so, where the answer is not as it should be."""
        title, model = self._endpoint.title, show(question.model)
        match reason:
            case "refusal" if not has_written:
                raise ProviderFailed(f"{title} would not answer", Verdict.FINAL)
            case "refusal" | "max_tokens" | "model_context_window_exceeded":
                log.warning("%s: the answer of model %s was cut short (%s)", title, model, reason)
            case _:
                log.debug("%s: the answer of model %s ended (%s)", title, model, reason)

    async def offer(self) -> Offer:
        """Its models, the newest first, as it lists them."""
        call = self._call("GET", "/models", expects=("application/json",))
        body = await self._web.fetch(msgspec.structs.replace(call, query={"limit": "1000"}))
        try:
            models = _MODELS.decode(body).data
        except (msgspec.DecodeError, RecursionError):
            raise ProviderFailed(f"{self._endpoint.title} answered with something other than its models") from None
        return Offer(models=tuple(dict.fromkeys(model.id for model in models)))

    async def check(self) -> None:
        """Ask for the models, which costs nothing and needs the key. Raises ProviderFailed."""
        await self.offer()

    def _call(self, method: str, path: str, body: object = None, expects: tuple[str, ...] = ()) -> Call:
        headers = {"x-api-key": self._endpoint.key, "anthropic-version": VERSION}
        return Call(
            self._endpoint, method, path, headers, json=body, expects=expects, patience=self._patience, most=MOST
        )


def _options(question: Question, left_out: frozenset[str]) -> Options:
    """The fields that a model may refuse.

    A temperature of 1 is the provider's default, and newer models refuse any. Models that think by themselves would be
    silent for seconds: thinking is turned off, or where that is refused, made short. Stop sequences of nothing but
    white space are refused by all.
    """
    options: Options = {"thinking": {"type": "disabled"}}
    if "thinking" in left_out:
        options["output_config"] = {"effort": "low"}
    if question.temperature < WARMEST:
        options["temperature"] = question.temperature
    if stops := [stop for stop in question.stop if stop.strip()]:
        options["stop_sequences"] = stops
    if question.max_token:
        options["max_tokens"] = question.max_token
    return {field: value for field, value in options.items() if field not in left_out}
