"""How candidates are made: out of the sections of the settings by the table of providers, and of what was found."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from actors.ports.calls import Kind
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.discovery import NAMES, Found
from adapters.choosing.table import KINDS, LOCAL, ROWS, Part, Row, Site, row_of
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import Account, Preference, Providers
from protocol.tolerant import show

COMPATIBLE, WYOMING = "openai_compatible", "wyoming"


def configured(providers: Providers, web: Web) -> Iterator[Candidate[Any]]:
    """A candidate for each kind that each configured provider is for."""
    for row, name, account in _sections(providers):
        if not row.missing(account):
            yield from _of_section(row, name, account, providers.prefer, web)


def _sections(providers: Providers) -> Iterator[tuple[Row, str, Account]]:
    for row in ROWS:
        if row.is_family:
            yield from ((row, name, account) for name, account in providers.named.get(row.name, {}).items())
        elif row.name in providers.accounts:
            yield row, row.name, providers.accounts[row.name]


def _of_section(row: Row, name: str, account: Account, prefer: Preference, web: Web) -> Iterator[Candidate[Any]]:
    models = {kind: str(getattr(account, f"{kind.lower()}_model")) for kind in KINDS}
    named = {kind for kind in KINDS if models[kind] or (kind == "TTS" and account.voice)}
    for kind, part in row.parts.items():
        if row.is_family and named and kind not in named:
            continue  # who names a model for one kind means that kind
        endpoint = row.endpoint(name, account, kind)
        profile = CandidateProfile(
            name,
            endpoint.title,
            kind,
            models[kind] or part.model or "",
            "" if any(need.setting == "voice" for need in row.needs) else account.voice,
            f"it is configured in {row.section(name)}" if row.is_family else f"{row.title} is configured",
            is_tentative=row.is_family and not named and name not in prefer.of(kind),
            # The variables that OpenAI's own tools read often lead to some other server, which does one kind alone.
            may_lack=bool(row.url and account.base_url) and not row.is_family and kind not in named,
            limit=part.limit,
        )
        yield Candidate(profile, part.build(Site(web, endpoint, account)))


def of_found(found: Found, kind: Kind, web: Web) -> Candidate[Any]:
    """The candidate for a server that nobody configured."""
    account = Account(host=found.host, port=found.port, base_url=found.url, title=found.title)
    part: Part[Any] = row_of(WYOMING if found.is_wyoming else COMPATIBLE).parts[kind]
    model = "" if part.model is None else found.models[kind][0]
    why = f"it was found at {found.where} and nothing else is configured"
    profile = CandidateProfile(found.name, found.title, kind, model, why=why, is_found=True, limit=part.limit)
    return Candidate(profile, part.build(Site(web, Endpoint(found.name, found.title, found.url), account)))


def configured_places(providers: Providers) -> frozenset[str]:
    """Host and port of every server in the settings, so that it is not found a second time."""
    places = set()
    for row, _, account in _sections(providers):
        parts = urlsplit(account.base_url)
        if row.name == WYOMING:
            places.add(f"{account.host}:{account.port}")
        elif parts.hostname:
            places.add(f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
    return frozenset(place.replace("localhost:", "127.0.0.1:") for place in places)


def check_preferences(providers: Providers) -> None:
    """Raise StartupFailed where the operator prefers a provider that does not exist, naming those that do."""
    for kind in KINDS:
        rows = [row for row in ROWS if kind in row.parts]
        own = [name for row in rows if row.is_family for name in providers.named.get(row.name, {})]
        known = [*(row.name for row in rows if not row.is_family), *own, LOCAL]
        for name in providers.prefer.of(kind):
            if name not in known and not name.startswith(tuple(NAMES)):
                place = f"[providers.prefer] {kind.lower()}"
                raise StartupFailed(f"{place}: unknown provider {show(name)}; there are: {', '.join(known)}")
