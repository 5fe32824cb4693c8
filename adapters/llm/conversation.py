"""What language models are told in common: the prompt, the turns so far, and what of a request one of them refuses."""

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal

import msgspec

from actors.ports import Delivery, Emit, Question
from adapters.providers.provider import ProviderFailed, Verdict
from adapters.remote.web import Patience
from protocol.tolerant import show

log = logging.getLogger(__name__)
Role = Literal["user", "assistant"]
PATIENCE = Patience(first_byte=18.0, silence=18.0, whole=58.0)
"""A little less than a session has with a language model, so that it hears of it from the provider's side."""
MOST = 16_000_000
"""Bytes of an answer as it is streamed: some 300 for each few letters."""
_MODELS = 200
_PLAIN_WORDS = frozenset({"stop", "name", "thinking"})
_LASTING = re.compile(
    r"not support|unsupported|deprecated|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|removed", re.I
)


class Said(msgspec.Struct, frozen=True):
    """What one side said, as every provider's messages have it."""

    role: Role
    content: str


def system_prompt(question: Question, *, names: bool = True) -> str:
    """The prompt; with `names` also what the assistant is called."""
    called = f"Your name is {question.name}." if names and question.name else ""
    return "\n".join(filter(None, (question.prompt.strip(), called)))


def turns(question: Question) -> tuple[Said, ...]:
    """The history and the question: user first, and then by turns, as many models insist on.

    An answer of which nothing was heard is left out, and what the person said before and after it is one message.
    """
    said: list[Said] = []
    for role, text in _spoken(question):
        if said and said[-1].role == role:
            text = f"{said.pop().content}\n{text}"
        if said or role == "user":
            said.append(Said(role, text))
    return tuple(said)


def _spoken(question: Question) -> Iterable[tuple[Role, str]]:
    for exchange in question.history:
        if exchange.said.strip():
            yield "user", exchange.said
        if exchange.answered.strip():
            yield "assistant", exchange.answered
    yield "user", question.text


class Refusals:
    """The fields that models refuse, by model; the model that was asked longest ago is forgotten first.

    Names of models come from clients, so there is a bound.
    """

    def __init__(self) -> None:
        self._by_model: OrderedDict[str, frozenset[str]] = OrderedDict()

    def of(self, model: str) -> frozenset[str]:
        """What this model is known to refuse."""
        return self._by_model.get(model, frozenset())

    def learn(self, model: str, sent: Iterable[str], failure: ProviderFailed) -> str:
        """Which of the fields `sent` the failure is about, "" where about none; a refusal that lasts is remembered."""
        words = str(failure)
        field = _first_named(sent, words) if failure.verdict is Verdict.FINAL else ""
        if field:
            log.warning("model %s refuses %s, which is left out", show(model), field)
        if field and _LASTING.search(words):
            self._by_model[model] = self.of(model) | {field}
            self._by_model.move_to_end(model)
            if len(self._by_model) > _MODELS:
                self._by_model.popitem(last=False)
        return field


Write = Emit[str | Delivery]
Options = dict[str, object]


async def insist(
    refusals: Refusals,
    model: str,
    options: Callable[[frozenset[str]], Options],
    ask: Callable[[Options, Write], Awaitable[None]],
    write: Write,
) -> None:
    """Ask with the options, and again at once without each one that the model refuses.

    `options` makes them, given the fields to leave out. Raises ProviderFailed as `ask` does, where it is about no
    option or something has been written already.
    """
    has_written = False

    async def noted(piece: str | Delivery) -> None:
        nonlocal has_written
        has_written = has_written or piece != ""
        await write(piece)

    left_out = refusals.of(model)
    while True:
        asked = options(left_out)
        try:
            await ask(asked, noted)
        except ProviderFailed as failure:
            refused = "" if has_written else refusals.learn(model, asked, failure)
            if not refused:
                raise
            left_out |= {refused}
        else:
            return


def _first_named(fields: Iterable[str], words: str) -> str:
    """The field that is named first, "" for none; one that is a plain word has to be marked as a name."""
    places = {field: found.start() for field in fields if (found := re.search(_named(field), words))}
    return min(places, key=places.__getitem__, default="")


def _named(field: str) -> str:
    return rf"['\"`]{field}\b|\b{field}[:.]\w*" if field in _PLAIN_WORDS else rf"\b{field}\b"
