"""Refusals of models: fields of a request that a model does not take, and asking again without them.

Servers that speak one protocol take different fields of it, and no list says which: OpenAI's reasoning models refuse a
temperature, Gemma's chat template a system prompt. So a request is sent with all fields, and again at once without each
field that the failure names. A refusal that will last is remembered, so that it does not cost a request in each turn.
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

from adapters.reach.contract import ProviderFailed, Verdict
from adapters.vendors.shared.conversation import ROLES, Options
from adapters.vendors.shared.streamed import StreamedAnswer
from protocol.tolerant import show

log = logging.getLogger(__name__)
_MODELS = 200
_PLAIN_WORDS = frozenset({"stop", "name", "thinking", "system", "developer"})
_LASTING = re.compile(
    r"not support|unsupported|deprecated|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|removed", re.I
)
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


class Refusals:
    """The fields and roles that models refuse, by model.

    Names of models come from clients, so there is a bound: the model that was learnt of longest ago is forgotten first.
    """

    def __init__(self) -> None:
        self._by_model: OrderedDict[str, frozenset[str]] = OrderedDict()

    def of(self, model: str) -> frozenset[str]:
        """The fields that this model is known to refuse."""
        return self._by_model.get(model, frozenset())

    def learn(self, model: str, sent: Iterable[str], failure: ProviderFailed) -> str:
        """The one of the fields `sent` that the failure is about, "" for none; a refusal that lasts is remembered."""
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


async def negotiate(
    answer: StreamedAnswer,
    refusals: Refusals,
    options: Callable[[frozenset[str]], Options],
    ask: Callable[[StreamedAnswer, Options], Awaitable[None]],
) -> None:
    """Ask for the answer with the options, and again at once without each one that the model refuses.

    `options` makes them, given the fields to leave out. A role among them is known to be refused once the model has
    answered without it, because some servers say no more than that their template failed. Raises ProviderFailed as
    `ask` does, where it is about no option or something of the answer was told. Cancelling ends the current request.
    """
    model = answer.model
    left_out, roles = refusals.of(model), frozenset[str]()
    while True:
        sent = options(left_out)
        try:
            await ask(answer, sent)
        except ProviderFailed as failure:
            if answer.has_told:
                raise
            refused = _refused_roles(sent, failure)
            roles |= refused
            refused = refused or frozenset(filter(None, (refusals.learn(model, sent, failure),)))
            if not refused:
                raise
            left_out |= refused
        else:
            if roles:
                log.warning("model %s takes no prompt as %s", show(model), " or ".join(sorted(roles)))
                refusals.keep(model, roles)
            return


def _refused_roles(sent: Iterable[str], failure: ProviderFailed) -> frozenset[str]:
    """The ROLES that the failure is about: the one that was sent, and the others unless it names another as better.

    The status is not looked at, because llama.cpp refuses a role with 500.
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
