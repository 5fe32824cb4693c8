"""What language models are told in common: the prompt, the turns so far, and what of a request one of them refuses."""

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

import msgspec

from actors.ports.answering import Delivery, Question
from actors.ports.calls import Emit, Retraction
from adapters.reach.contract import ProviderFailed, Verdict
from adapters.reach.web import Patience
from protocol.tolerant import show

log = logging.getLogger(__name__)
PATIENCE = Patience(first_byte=18.0, silence=18.0, whole=58.0)
"""A little less than a session has with a language model, so that it hears of it from the provider's side."""
MOST = 16_000_000
"""Bytes of an answer as it is streamed: some 300 for each few letters."""
_MODELS = 200
_PLAIN_WORDS = frozenset({"stop", "name", "thinking", "system", "developer"})
_LASTING = re.compile(
    r"not support|unsupported|deprecated|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|removed", re.I
)


class ChatMessage(msgspec.Struct, frozen=True):
    """What one side said, as every provider's messages have it."""

    role: str
    content: str


def system_prompt(question: Question, *, names: bool = True) -> str:
    """The prompt; with `names` also what the assistant is called."""
    called = f"Your name is {question.name}." if names and question.name else ""
    return "\n".join(filter(None, (question.prompt.strip(), called)))


def turns(question: Question) -> tuple[ChatMessage, ...]:
    """The history and the question: user first, and then by turns, as many models insist on.

    An answer of which nothing was heard is left out, and what the person said before and after it is one message.
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


ROLES = ("system", "developer")
"""As whom models are told the prompt, the first one first; "system" alone of older protocols."""
_ROLE_REFUSED = re.compile(
    r"\b(system|developer)\b['\"`]?[ _-](role|message|prompt|instruction)|\broles?\b|\bjinja\b|template",
    re.IGNORECASE,
)
_REFUSING = re.compile(
    r"not support|unsupported|not (be )?(enabled|allowed|permitted|valid|accepted)|invalid|unexpected|unknown|"
    r"unrecogni[sz]ed|must|should be|only|cannot|can't|exception|error",
    re.IGNORECASE,
)
_DEVELOPER_WANTED = re.compile(r"\bdeveloper\b(?! (role|message|prompt|instruction)s? (is|are)? ?not)", re.IGNORECASE)


def prompted(prompt: str, role: str, said: tuple[ChatMessage, ...]) -> list[ChatMessage]:
    """What was said, and before it the prompt by this `role`; with "" the prompt begins what the user said first.

    Many chat templates know user and assistant alone (Gemma, early Mistral).
    """
    if not prompt:
        return list(said)
    if role:
        return [ChatMessage(role, prompt), *said]
    first, *rest = said
    return [ChatMessage(first.role, f"{prompt}\n\n{first.content}"), *rest]


def role_left(left_out: frozenset[str]) -> str:
    """As whom a model is told the prompt that refuses these roles, "" as nobody of its own."""
    return next((role for role in ROLES if role not in left_out), "")


class Refusals:
    """The fields and roles that models refuse, by model; the model that was asked longest ago is forgotten first.

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
            self.keep(model, {field})
        return field

    def keep(self, model: str, refused: Iterable[str]) -> None:
        """Remember for good what a model refuses."""
        self._by_model[model] = self.of(model).union(refused)
        self._by_model.move_to_end(model)
        if len(self._by_model) > _MODELS:
            self._by_model.popitem(last=False)


Write = Emit[str | Delivery | Retraction]
Options = dict[str, object]


async def insist(
    refusals: Refusals,
    model: str,
    options: Callable[[frozenset[str]], Options],
    ask: Callable[[Options, Write], Awaitable[None]],
    write: Write,
) -> None:
    """Ask with the options, and again at once without each one that the model refuses.

    `options` makes them, given the fields to leave out. A role among them is known to be refused once the model has
    answered without it, because some servers say no more than that their template failed. Raises ProviderFailed as
    `ask` does, where it is about no option or something has been written already.
    """
    has_written = False

    async def noted(piece: str | Delivery | Retraction) -> None:
        nonlocal has_written
        has_written = has_written or piece != ""
        await write(piece)

    left_out, roles = refusals.of(model), frozenset[str]()
    while True:
        asked = options(left_out)
        try:
            await ask(asked, noted)
        except ProviderFailed as failure:
            if has_written:
                raise
            refused = _refused_roles(asked, failure)
            roles |= refused
            refused = refused or frozenset(filter(None, (refusals.learn(model, asked, failure),)))
            if not refused:
                raise
            left_out |= refused
        else:
            if roles:
                log.warning("model %s takes no prompt as %s", show(model), " or ".join(sorted(roles)))
                refusals.keep(model, roles)
            return


def _refused_roles(sent: Iterable[str], failure: ProviderFailed) -> frozenset[str]:
    """Which of the ROLES the failure is about: that which was sent, and the others unless it names one as better.

    llama.cpp says it with a status of 500.
    """
    words = str(failure)
    role = next((role for role in ROLES if role in sent), "")
    is_about = role and failure.verdict is not Verdict.REFUSED and _ROLE_REFUSED.search(words)
    if not (is_about and _REFUSING.search(words)):
        return frozenset()
    return frozenset({role}) if role == ROLES[0] and _DEVELOPER_WANTED.search(words) else frozenset(ROLES)


def _first_named(fields: Iterable[str], words: str) -> str:
    """The field that is named first, "" for none; one that is a plain word has to be marked as a name."""
    places = {field: found.start() for field in fields if (found := re.search(_named(field), words))}
    return min(places, key=places.__getitem__, default="")


def _named(field: str) -> str:
    return rf"['\"`]{field}\b|\b{field}[:.]\w*" if field in _PLAIN_WORDS else rf"\b{field}\b"
