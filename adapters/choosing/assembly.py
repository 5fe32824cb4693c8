"""The assembly of candidates from the providers' declarations and settings, and from the servers that were found."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from actors.ports.calls import Kind
from actors.ports.synthesis import Speech
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.discovery import Found
from adapters.choosing.signs import NAMES
from adapters.choosing.table import LOCAL, endpoint_of, engine_of, missing, named
from adapters.reach.contract import Endpoint
from adapters.reach.declaration import KINDS, MODELS, VOICE, Declaration, Service
from adapters.reach.lengths import Limit
from adapters.reach.web import Web
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import Preference, Providers, ProviderSettings, settings_of
from adapters.vendors.declarations import DECLARATIONS
from adapters.vendors.openai.declaration import COMPATIBLE
from adapters.vendors.wyoming.declaration import WYOMING
from protocol.tolerant import show


def configured(providers: Providers, web: Web) -> Iterator[Candidate[Any]]:
    """A candidate for each kind that each configured provider is for. Raises StartupFailed where a class is missing."""
    for declaration, name, settings in sections(providers):
        if not missing(declaration, settings):
            yield from of_section(declaration, name, settings, providers.prefer, web)


def sections(providers: Providers) -> Iterator[tuple[Declaration, str, ProviderSettings]]:
    """The providers that have a section in the settings: declaration, name, settings."""
    for declaration in DECLARATIONS:
        if declaration.is_family:
            own = providers.named.get(declaration.name, {})
            yield from ((declaration, name, settings) for name, settings in own.items())
        elif declaration.name in providers.accounts:
            yield declaration, declaration.name, providers.accounts[declaration.name]


def of_section(
    declaration: Declaration, name: str, settings: ProviderSettings, prefer: Preference, web: Web
) -> Iterator[Candidate[Any]]:
    """The candidates of one section, one for each kind. Raises StartupFailed where a class is missing."""
    models = {kind: settings.text(MODELS[kind].name) for kind in KINDS}
    meant = {kind for kind in KINDS if models[kind] or (kind == "TTS" and settings.text(VOICE.name))}
    for kind, service in declaration.services.items():
        if declaration.is_family and meant and kind not in meant:
            continue  # who names a model for one kind means that kind
        endpoint = endpoint_of(declaration, name, settings, kind)
        section = f"it is configured in {declaration.section(name)}"
        profile = CandidateProfile(
            name,
            endpoint.title,
            kind,
            models[kind] or service.model or "",
            "" if any(need.name == VOICE.name for need in declaration.needs) else settings.text(VOICE.name),
            section if declaration.is_family else f"{declaration.title} is configured",
            is_tentative=declaration.is_family and not meant and name not in prefer.of(kind),
            # The variables that OpenAI's own tools read often lead to some other server, which does one kind alone.
            may_lack=_is_elsewhere(declaration, settings) and not declaration.is_family and kind not in meant,
            limit=limit_of(service),
            unmarked=service.unmarked,
        )
        yield Candidate(profile, engine_of(service, web, endpoint, settings))


def _is_elsewhere(declaration: Declaration, settings: ProviderSettings) -> bool:
    """Whether the operator has given another address than the provider's own."""
    return bool(declaration.url and settings.text("base_url"))


def limit_of(service: Service) -> Callable[[Speech], Limit] | None:
    """The most text that one request of a synthesiser may have; None where there is no limit."""
    return named(service.limit) if service.limit else None


def of_found(found: Found, kind: Kind, web: Web) -> Candidate[Any]:
    """The candidate for a server that nobody configured."""
    if found.is_wyoming:
        declaration, settings = WYOMING, settings_of(WYOMING, host=found.host, port=found.port)
    else:
        declaration, settings = COMPATIBLE, settings_of(COMPATIBLE, base_url=found.url)
    service = declaration.services[kind]
    model = "" if service.model is None else found.models[kind][0]
    why = f"it was found at {found.where} and nothing else is configured"
    limit, unmarked = limit_of(service), service.unmarked
    profile = CandidateProfile(
        found.name, found.title, kind, model, why=why, is_found=True, limit=limit, unmarked=unmarked
    )
    return Candidate(profile, engine_of(service, web, Endpoint(found.name, found.title, found.url), settings))


def configured_places(providers: Providers) -> frozenset[str]:
    """Host and port of every server in the settings, so that it is not found a second time."""
    places = set()
    for declaration, _, settings in sections(providers):
        parts = urlsplit(settings.text("base_url"))
        if declaration is WYOMING:
            places.add(f"{settings.text('host')}:{settings.text('port')}")
        elif parts.hostname:
            places.add(f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
    return frozenset(place.replace("localhost:", "127.0.0.1:") for place in places)


def check_preferences(providers: Providers) -> None:
    """Raise StartupFailed where the operator prefers a provider that does not exist, naming those that do."""
    for kind in KINDS:
        for unknown in unknown_names(providers, providers.prefer.of(kind), (kind,)):
            raise StartupFailed(f"[providers.prefer] {kind.lower()}: {unknown}")


def unknown_names(providers: Providers, names: Iterable[str], kinds: Collection[Kind] = KINDS) -> Iterator[str]:
    """For each of the names that no provider of these kinds has, words that say so and name those that there are."""
    fitting = [declaration for declaration in DECLARATIONS if not declaration.services.keys().isdisjoint(kinds)]
    own = [name for each in fitting if each.is_family for name in providers.named.get(each.name, {})]
    known = [*(each.name for each in fitting if not each.is_family), *own, LOCAL]
    for name in names:
        if name not in known and not name.startswith(tuple(NAMES)):
            yield f"unknown provider {show(name)}; there are: {', '.join(known)}"
