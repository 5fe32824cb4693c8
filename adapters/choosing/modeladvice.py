"""`vivavoce model`: which language models are there, which one answers and how soon, and how to get one.

Servers are looked for as `discovery` does. What they tell of a model says whether it thinks before it answers, and
whether it has a chat template; where they tell nothing, a model's name says that it thinks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any
from urllib.parse import urlsplit

import msgspec
import trio
from rich.console import Console

from actors.ports.answering import Delivery, Question
from actors.ports.calls import EngineFailed, Retraction
from adapters.choosing.adopting import places_of
from adapters.choosing.assembly import check_preferences, configured, configured_places, of_found
from adapters.choosing.candidate import Candidate
from adapters.choosing.catalogue import FIRST_WITHIN, Lists, Roster
from adapters.choosing.discovery import EVERY, Discovery, Found, Places
from adapters.choosing.embedded import not_running
from adapters.choosing.signs import LLAMA_CPP, OLLAMA
from adapters.choosing.table import LOCAL
from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.settings.providers import Providers
from adapters.settings.settings import Settings
from protocol.printable import printable

SUGGESTED, SIZE = "llama3.2", "2 GB"
"""A model that answers without thinking first, and is small enough for most machines."""
FACTS_WITHIN = 2.0
"""Seconds that a server has to tell of its models."""
ASK_WITHIN = 60.0
"""Seconds that a model has for its first word; it may have to be loaded."""
_NAMED = 8
"""Models of a server that are named, and asked about."""
_THINKS = re.compile(
    r"(?<![a-z])(r1|qwq|magistral|gpt-oss|marco-o1|phi-?4-mini-reason)|reason|think|qwen-?3(?!.*(instruct|coder))", re.I
)
_THINKING_TEMPLATE = re.compile(r"<think>|enable_thinking|reasoning_content", re.I)
_PLAIN_TEMPLATE = re.compile(r"\s*(\{\{-?\s*\.Prompt\s*-?\}\})?\s*")
_PATIENCE = Patience(connect=FACTS_WITHIN, first_byte=FACTS_WITHIN, silence=FACTS_WITHIN, whole=FACTS_WITHIN)
_MOST = 1_000_000
_HELLO = Question("Say hello.", (), "", "", 1.0, (), 0, "", "en-US", True)


class ModelFacts(msgspec.Struct, frozen=True):
    """What is known of a model: whether it thinks before it answers, and whether it lacks a chat template."""

    name: str
    thinks: bool = False
    lacks_template: bool = False


class FirstWord(msgspec.Struct, frozen=True):
    """How long a model's first word took, in seconds, and whether it thought before."""

    seconds: float
    thought: bool


async def show(settings: Settings, console: Console, *, ask: bool, places: Places | None = None) -> int:
    """Print what is there and which model answers; with `ask` its first word is timed.

    Returns 0 where a language model answers, and 1 where none does. Raises StartupFailed. Cancelling ends the calls.
    """
    providers = settings.providers
    check_preferences(providers)
    places = places or places_of(providers)
    web, roster = Web(), Roster(providers)
    async with trio.open_nursery() as nursery:
        await nursery.start(web.run)
        looking = Discovery(web, places, configured_places(providers))
        if providers.discover:
            await looking.look()
        await _fill(roster, providers, looking.found, web)
        facts = await _facts_of_all(looking.found, web)
        for line in _found_lines(looking, places, facts, discovers=providers.discover):
            _print(console, line)
        code = await _answering(roster, looking, providers, console, ask=ask)
        for line in _other_model(roster, looking, facts):
            _print(console, line)
        nursery.cancel_scope.cancel()
    return code


async def _fill(roster: Roster, providers: Providers, found: Sequence[Found], web: Web) -> None:
    for candidate in (*configured(providers, web), *not_running(providers).values()):
        if candidate.kind == "LLM":
            roster.add(candidate)
    taken = {candidate.name for candidate in roster.all()}
    for each in found:
        if "LLM" in each.models and each.name not in taken:
            roster.add(of_found(each, "LLM", web))
    with trio.move_on_after(FIRST_WITHIN):
        await Lists(roster, Random()).renew()


def _found_lines(
    looking: Discovery, places: Places, facts: Mapping[str, Sequence[ModelFacts]], *, discovers: bool
) -> Iterator[str]:
    """A line for each server, and one for each model of it that has a peculiarity."""
    if not discovers:
        yield "nothing is looked for: providers.discover is false"
        return
    yield f"looked at {', '.join(places.hosts)}, ports {', '.join(map(str, places.web_ports))}"
    for each in looking.found:
        if "LLM" in each.models:
            names = each.models["LLM"]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield f"found {each.title} at {each.where}: {', '.join(names[:_NAMED])}{more}"
            yield from (f"  {line}" for line in _peculiarities(facts[each.name]))
    for each in looking.without_models:
        yield f"found {each.title} at {each.where}, which has no model that can answer"


def _peculiarities(facts: Sequence[ModelFacts]) -> Iterator[str]:
    for each in facts:
        if each.thinks:
            yield f"{each.name} thinks before it answers, so that its first word comes late"
        if each.lacks_template:
            yield f"{each.name} has no chat template: it continues a text, and is not made for questions"


async def _facts_of_all(found: Sequence[Found], web: Web) -> dict[str, Sequence[ModelFacts]]:
    """What each server that answers questions tells, by its name; all are asked at once."""
    facts: dict[str, Sequence[ModelFacts]] = {}

    async def ask(server: Found) -> None:
        facts[server.name] = await facts_of(server, web)

    async with trio.open_nursery() as nursery:
        for each in found:
            if "LLM" in each.models:
                nursery.start_soon(ask, each)
    return facts


async def facts_of(found: Found, web: Web) -> list[ModelFacts]:
    """What the server tells of its first models, asked at once, for two seconds at most. Cancelling ends the calls."""
    names = found.models["LLM"][:_NAMED]
    facts = {name: ModelFacts(name, thinks=bool(_THINKS.search(name))) for name in names}

    async def ask(name: str) -> None:
        try:
            facts[name] = await _told(found, name, web) or facts[name]
        except EngineFailed:
            return  # it does not tell: the name has to do

    with trio.move_on_after(FACTS_WITHIN):
        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(ask, name)
    return list(facts.values())


async def _told(found: Found, name: str, web: Web) -> ModelFacts | None:
    """The facts that the server itself tells: Ollama at /api/show, llama.cpp at /props."""
    root = Endpoint(found.name, found.title, found.url.removesuffix("/v1"))
    if found.title == OLLAMA:
        told = await web.fetch_json(
            Call(root, "POST", "/api/show", json={"model": name}, patience=_PATIENCE, most=_MOST)
        )
        has, template = _field(told, "capabilities"), _field(told, "template")
        thinks = "thinking" in has if isinstance(has, list) else bool(_THINKS.search(name))
        plain = isinstance(template, str) and _PLAIN_TEMPLATE.fullmatch(template) is not None
        return ModelFacts(name, thinks, plain)
    if found.title == LLAMA_CPP:
        template = _field(
            await web.fetch_json(Call(root, "GET", "/props", patience=_PATIENCE, most=_MOST)), "chat_template"
        )
        thinks = bool(_THINKS.search(name) or (isinstance(template, str) and _THINKING_TEMPLATE.search(template)))
        return ModelFacts(name, thinks, template == "")
    return None


def _field(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


async def _answering(roster: Roster, looking: Discovery, providers: Providers, console: Console, *, ask: bool) -> int:
    """Say which model answers, or how to get one; returns the exit code."""
    chosen = roster.usable("LLM")[0]
    if chosen.name == LOCAL:
        for line in _advice(looking):
            _print(console, line)
        return 1
    why = "[providers.prefer] llm names it" if roster.prefers("LLM", chosen.name) else chosen.profile.why
    model = f" with {chosen.model}" if chosen.model else ""
    _print(console, f"{chosen.title} answers{model}, because {why}")
    if not ask:
        _print(console, "how fast its first word comes: vivavoce model --ask")
        return 0
    if not _may_ask(chosen, looking, providers):
        _print(console, f"{chosen.title} is elsewhere and was not asked: vivavoce providers --check asks it")
        return 0
    return await _time(chosen, console)


def _other_model(roster: Roster, looking: Discovery, facts: Mapping[str, Sequence[ModelFacts]]) -> Iterator[str]:
    """How to choose a better model of the server that was found, where it has one."""
    chosen = roster.usable("LLM")[0]
    has = facts.get(chosen.name, ()) if chosen.profile.is_found else ()
    now = next((each for each in has if each.name == chosen.model), None)
    better = next((each.name for each in has if not (each.thinks or each.lacks_template)), "")
    if now is not None and (now.thinks or now.lacks_template) and better:
        url = next(each.url for each in looking.found if each.name == chosen.name)
        yield f"to have {better} answer instead, start the server with"
        yield f"  VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_OWN_BASE_URL={url}"
        yield f"  VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_OWN_LLM_MODEL={better}"


def _advice(looking: Discovery) -> Iterator[str]:
    yield "no language model answers: the guide does, which follows rules"
    ollama = next((each for each in looking.without_models if each.title == OLLAMA), None)
    if ollama is not None:
        yield f"to get one, type: ollama pull {SUGGESTED} ({SIZE})"
    elif looking.without_models:
        yield f"to get one, load a chat model in {looking.without_models[0].title}"
    else:
        yield f"to get one, install Ollama, and type: ollama pull {SUGGESTED} ({SIZE})"
    yield f"vivavoce finds it within {EVERY:g} seconds, also while it runs; nothing has to be set"
    yield "or use a provider: export OPENAI_API_KEY=…, and start the server again (vivavoce providers lists them all)"


def _may_ask(chosen: Candidate[Any], looking: Discovery, providers: Providers) -> bool:
    """Whether it is on this machine, or at an address that the operator has set."""
    if chosen.profile.is_found:
        return True  # it was looked for at this machine and at the hosts of the settings alone
    settings = providers.accounts.get(chosen.name) or next(
        (own[chosen.name] for own in providers.named.values() if chosen.name in own), None
    )
    return settings is not None and bool(urlsplit(settings.text("base_url")).hostname)


async def _time(chosen: Candidate[Any], console: Console) -> int:
    """Ask twice, because the first time a model may have to be loaded; returns the exit code."""
    try:
        first = await first_word(chosen)
        second = await first_word(chosen)
    except EngineFailed as failed:
        _print(console, f"it was asked, and failed: {failed}{_template_hint(str(failed))}")
        return 1
    _print(
        console, f"its first word came after {first.seconds:.2f} s, and after {second.seconds:.2f} s when asked again"
    )
    if first.thought or second.thought:
        _print(console, "it thought before it answered: a model that does not answers sooner")
    return 0


def _template_hint(failure: str) -> str:
    return "; it has no chat template: choose a model that is made for chat" if "chat template" in failure else ""


async def first_word(candidate: Candidate[Any]) -> FirstWord:
    """Ask the model for a greeting, and hear its first word; the rest is not waited for.

    Raises EngineFailed, also where no word comes within a minute. Cancelling ends the call.
    """
    begin, thought, heard = trio.current_time(), False, None
    with trio.CancelScope() as enough:

        async def write(piece: str | Delivery | Retraction) -> None:
            nonlocal thought, heard
            if isinstance(piece, str) and piece.strip():
                heard = trio.current_time() - begin
                enough.cancel()
                await trio.lowlevel.checkpoint()
            thought = thought or piece == "" or isinstance(piece, Retraction)

        try:
            with trio.fail_after(ASK_WITHIN):
                await candidate.engine.answer(msgspec.structs.replace(_HELLO, model=candidate.model), write)
        except trio.TooSlowError:
            raise EngineFailed(f"{candidate.title} said no word within {ASK_WITHIN:g} seconds") from None
    if heard is None:
        raise EngineFailed(f"{candidate.title} answered without words")
    return FirstWord(heard, thought)


def _print(console: Console, line: str) -> None:
    console.out(printable(line), highlight=False)
