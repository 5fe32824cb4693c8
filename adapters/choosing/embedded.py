"""The embedded engines as candidates, which stand behind all others."""

from collections.abc import Callable, Mapping
from typing import Any

from actors.ports.calls import Kind
from actors.ports.synthesis import Speech
from adapters.choosing.assembly import limit_of
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.table import engine_of
from adapters.reach.contract import Endpoint, Offer
from adapters.reach.lengths import Limit
from adapters.reach.web import Web
from adapters.settings.providers import Providers
from adapters.vendors.embedded.declaration import EMBEDDED, OFFERS
from adapters.vendors.embedded.voices import models


def embedded(providers: Providers, web: Web) -> dict[Kind, Candidate[Any]]:
    """A candidate for each kind, with its engine. Raises StartupFailed where a class is missing."""
    endpoint = Endpoint(EMBEDDED.name, EMBEDDED.title, "")
    return {
        kind: _candidate(kind, engine_of(service, web, endpoint, providers.local), limit_of(service))
        for kind, service in EMBEDDED.services.items()
    }


def not_running(providers: Providers) -> dict[Kind, Candidate[Any]]:
    """A candidate for each kind, without an engine: for who asks only which there are."""
    candidates = {kind: _candidate(kind, None, None) for kind in EMBEDDED.services}
    candidates["TTS"].offer = Offer(models(providers.local.text("voice")))
    return candidates


def note_voices(candidates: Mapping[Kind, Candidate[Any]]) -> None:
    """Note what the embedded engines tell of themselves, now that they run, and whenever the voices change."""
    hearing = candidates["STT"]
    hearing.offer = Offer(hearing.engine.models, languages=OFFERS["STT"].languages)
    speaking = candidates["TTS"]

    def renew() -> None:
        speaking.offer = speaking.engine.offered

    speaking.engine.changed = renew
    renew()


def _candidate(kind: Kind, engine: Any, limit: Callable[[Speech], Limit] | None) -> Candidate[Any]:
    # Which model of the synthesiser's is the default depends on what is installed: the first that it offers.
    model = "" if kind == "TTS" else EMBEDDED.services[kind].model or ""
    unmarked = EMBEDDED.services[kind].unmarked
    profile = CandidateProfile(
        EMBEDDED.name, EMBEDDED.title, kind, model, is_embedded=True, limit=limit, unmarked=unmarked
    )
    candidate: Candidate[Any] = Candidate(profile, engine)
    candidate.offer = OFFERS[kind]
    return candidate
