"""The embedded engines as candidates, which stand behind all others."""

from collections.abc import Mapping
from typing import Any

from actors.ports.calls import Kind
from adapters.choosing.assembly import limit_of
from adapters.choosing.candidate import Candidate, CandidateProfile
from adapters.choosing.table import engine_of
from adapters.reach.contract import Endpoint, Offer
from adapters.reach.web import Web
from adapters.settings.providers import Providers
from adapters.vendors.embedded.declaration import EMBEDDED
from adapters.vendors.embedded.llm import MODELS
from adapters.vendors.embedded.stt import LANGUAGE


def embedded(providers: Providers, web: Web) -> dict[Kind, Candidate[Any]]:
    """A candidate for each kind. What they have is known once they run, see `have_told`. Raises StartupFailed."""
    endpoint = Endpoint(EMBEDDED.name, EMBEDDED.title, "")
    found: dict[Kind, Candidate[Any]] = {}
    for kind, service in EMBEDDED.services.items():
        model = service.model or ""
        profile = CandidateProfile(
            EMBEDDED.name, EMBEDDED.title, kind, model, is_embedded=True, limit=limit_of(service)
        )
        found[kind] = Candidate(profile, engine_of(service, web, endpoint, providers.local))
    return found


def have_told(candidates: Mapping[Kind, Candidate[Any]]) -> None:
    """Note what the embedded engines have, now that they run."""
    hearing, speaking = candidates["STT"], candidates["TTS"]
    hearing.offer = Offer((hearing.model,), languages=(LANGUAGE,))
    candidates["LLM"].offer = Offer(MODELS)
    speaking.offer = Offer((speaking.model,), speaking.engine.voices(), speaking.engine.languages())
