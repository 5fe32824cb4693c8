"""The conversation in a request to a language model: the prompt and the turns so far, as messages by turns."""

from collections.abc import Iterable

import msgspec

from actors.ports.answering import Delivery, Question
from actors.ports.calls import Emit, Retraction
from adapters.reach.call import Patience

PATIENCE = Patience(first_byte=18.0, silence=18.0, whole=58.0)
"""A little less than a session has with a language model, so that it hears of it from the provider's side."""
MOST = 16_000_000
"""Bytes of an answer as it is streamed: some 300 for each few letters."""
ROLES = ("system", "developer")
"""The roles in which models take the prompt, the first one first; older protocols have "system" alone."""
Write = Emit[str | Delivery | Retraction]
"""How an adapter hands on an answer, see `LanguageModel.answer`."""
Options = dict[str, object]
"""The fields of a request that a model may refuse, with their values."""


class ChatMessage(msgspec.Struct, frozen=True):
    """A message of the conversation, as the protocols of all providers have it."""

    role: str
    content: str


def system_prompt(question: Question, *, names: bool = True) -> str:
    """The system prompt, "" for none; with `names` it also says what the assistant is called."""
    called = f"Your name is {question.name}." if names and question.name else ""
    return "\n".join(filter(None, (question.prompt.strip(), called)))


def turns(question: Question) -> tuple[ChatMessage, ...]:
    """The history and the question as messages: the user first, then by turns; many models refuse any other order.

    An answer of which nothing was heard is left out. What the person said before and after it becomes one message.
    """
    said: list[ChatMessage] = []
    for role, text in _spoken(question):
        if said and said[-1].role == role:
            text = f"{said.pop().content}\n{text}"
        if said or role == "user":
            said.append(ChatMessage(role, text))
    return tuple(said)


def _spoken(question: Question) -> Iterable[tuple[str, str]]:
    for exchange in question.history:
        if exchange.said.strip():
            yield "user", exchange.said
        if exchange.answered.strip():
            yield "assistant", exchange.answered
    yield "user", question.text


def prompted(prompt: str, role: str, said: tuple[ChatMessage, ...]) -> list[ChatMessage]:
    """The messages of a request: the prompt in this `role`, and what was said.

    With "" as the role the prompt begins the first message of the user, because many chat templates know user and
    assistant alone (Gemma, early Mistral).
    """
    if not prompt:
        return list(said)
    if role:
        return [ChatMessage(role, prompt), *said]
    first, *rest = said
    return [ChatMessage(first.role, f"{prompt}\n\n{first.content}"), *rest]


def role_left(left_out: frozenset[str]) -> str:
    """The role of the prompt for a model that refuses these roles; "" where there is none left."""
    return next((role for role in ROLES if role not in left_out), "")
