"""Language models as their contract suites drive them: every provider's adapter, how it streams, and its answers."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from actors.ports.answering import Delivery, Exchange, LanguageModel, Question
from actors.ports.calls import Retraction
from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, Listed
from adapters.reach.web import Web
from adapters.vendors.anthropic.llm import AnthropicChat
from adapters.vendors.openai.llm import AIGAMES, COMPATIBLE, OPENAI, OpenAiChat

LONG = Patience(first_byte=300.0, silence=300.0, whole=900.0)
"""For tests whose clock jumps."""


class ListedModel(LanguageModel, Listed, Protocol):
    """What is tested here."""


class LlmKind(msgspec.Struct, frozen=True):
    """A provider's adapter, and how that provider streams: a beginning, words, an end."""

    name: str
    build: Callable[[Web, Endpoint, Patience], ListedModel]
    begin: bytes
    say: Callable[[str], bytes]
    end: bytes
    noise: bytes
    """What may come in the midst and says nothing."""
    reason: bytes
    """Why the answer ends; `end` has it too."""
    done: bytes
    """By which the answer is over; `end` ends with it."""
    think: Callable[[str], bytes]
    """What the model thinks, apart from its words."""

    def stream(self, *words: str) -> tuple[bytes, ...]:
        """A whole answer."""
        return (self.begin, *map(self.say, words), self.end)


def chunk(**choice: object) -> bytes:
    """A chunk of a chat completion."""
    return data({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, **choice}]})


def data(value: object, event: str = "") -> bytes:
    """An event with JSON in it."""
    return (f"event: {event}\n" if event else "").encode() + b"data: " + msgspec.json.encode(value) + b"\n\n"


def claude(kind: str, **fields: object) -> bytes:
    """An event of Anthropic's."""
    return data({"type": kind, **fields}, kind)


OPEN_AI = (
    chunk(delta={"role": "assistant", "content": ""}, finish_reason=None),
    lambda text: chunk(delta={"content": text}, finish_reason=None),
    chunk(delta={}, finish_reason="stop") + data({"choices": [], "usage": {"total_tokens": 3}}) + b"data: [DONE]\n\n",
    data({"choices": []}) + chunk(delta={"content": None}) + chunk(delta={"reasoning_content": "hm"}),
    chunk(delta={}, finish_reason="stop"),
    b"data: [DONE]\n\n",
    lambda text: chunk(delta={"role": "assistant", "content": None, "reasoning_content": text}),
)
KINDS = (
    LlmKind("openai", lambda web, at, patience: OpenAiChat(web, at, OPENAI, patience), *OPEN_AI),
    LlmKind("compatible", lambda web, at, patience: OpenAiChat(web, at, COMPATIBLE, patience), *OPEN_AI),
    LlmKind("aigames", lambda web, at, patience: OpenAiChat(web, at, AIGAMES, patience), *OPEN_AI),
    LlmKind(
        "anthropic",
        AnthropicChat,
        claude("message_start", message={"id": "m", "content": [], "usage": {"input_tokens": 9}})
        + claude("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        lambda text: claude("content_block_delta", index=0, delta={"type": "text_delta", "text": text}),
        claude("content_block_stop", index=0)
        + claude("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 5})
        + claude("message_stop"),
        claude("ping") + claude("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"}),
        claude("message_delta", delta={"stop_reason": "end_turn"}),
        claude("message_stop"),
        lambda text: claude("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": text}),
    ),
)


def question(text: str = "Hello?", model: str = "some-model") -> Question:
    """What somebody asks."""
    history = (Exchange("Hi.", "Hello."),)
    return Question(text, history, model, "Be brief.", 0.5, ("END",), 100, "Ada", "en-US", stream=True)


async def ignore(_: str | Delivery | Retraction) -> None:
    """Nobody listens."""


async def answer_of(adapter: LanguageModel, asked: Question | None = None) -> list[str]:
    """The pieces of its answer, in a list that does not depend on how they came."""
    pieces: list[str] = []

    async def write(piece: str | Delivery | Retraction) -> None:
        assert isinstance(piece, str)
        if piece:  # else it is a sign of life
            pieces.append(piece)

    await adapter.answer(asked or question(), write)
    return pieces
