"""Every page of a server, by its path: health, catalogue, talk page, documentation, and the operator's page."""

from pathlib import Path

import msgspec
import trio
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from actors.ports.access import Doorkeeper
from actors.ports.engines import Engines
from actors.running.inspecting import Picture, picture
from actors.running.supervisor import Supervisor
from adapters.access.door import Door
from adapters.choosing.engines import ProviderEngines
from adapters.metrics import merging
from adapters.metrics.metrics import ServerMetrics
from adapters.pages import apidocs, clientlibrary, guesttokens, inspection, readiness, talkpage
from adapters.pages import health as healthpage
from adapters.pages import recordings as recordingpages
from adapters.pages.static import STRICT
from adapters.pages.summing import (
    HEALTH,
    INSPECTION,
    METRICS,
    READINESS,
    Gathering,
    Part,
    ProcessParts,
    of_all,
    of_all_guarded,
    of_one,
)
from adapters.settings.settings import Settings
from adapters.wire.credentials import NO_STORE, guarded
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response
from adapters.wire.routes import Page, Resource, Routes
from adapters.wire.sockets import ListeningSockets


def routes(
    settings: Settings,
    engines: ProviderEngines,
    supervisor: Supervisor,
    sockets: ListeningSockets,
    problems: inspection.ProblemLog,
    door: Door,
    metrics: ServerMetrics,
    gathering: Gathering | None = None,
    recordings: Path | None = None,
) -> Routes:
    """The responses by path; the catalogue, the metrics and the inspection only for the operator.

    With `gathering`, what all processes of the service say is added up. `recordings`: their folder, if there is one.
    """
    names = supervisor.session_registry.shared.names
    shown: Routes = {
        "/healthz": health(engines),
        "/readyz": readiness.ready(engines, supervisor.session_registry),
        "/metrics": scrape(metrics, door),
        "/v1/catalogue": catalogue(engines, door),
        guesttokens.PATH: guesttokens.route(door),
    }
    shown |= clientlibrary.routes(settings.server.listener.path)
    shown |= talkpage.routes(talkpage.about(settings.server.listener.path, names, sockets.lan, settings.limits))
    shown |= apidocs.routes(names, apidocs.place(settings.server, sockets.port))
    if settings.server.inspection:
        records = recordings is not None
        shown |= inspection.routes(lambda chosen: look(supervisor, engines, chosen), problems, door, records=records)
        shown |= {} if recordings is None else recordingpages.routes(recordings, door)
    if gathering is not None:
        shown |= {path: page for path, page in sums(gathering, door).items() if path in shown}
    return shown


def parts(
    engines: ProviderEngines,
    supervisor: Supervisor,
    problems: inspection.ProblemLog,
    metrics: ServerMetrics,
    *,
    records: bool = False,
) -> dict[str, Part]:
    """What this process says of itself where the service has several."""

    def inspected(chosen: str) -> bytes:
        return inspection.encode(look(supervisor, engines, chosen), problems, records=records)

    return {
        HEALTH: healthpage.part(engines),
        READINESS: readiness.part(engines, supervisor.session_registry),
        METRICS: lambda about: metrics.part(),
        INSPECTION: inspected,
    }


def sums(gathering: Gathering, door: Door) -> Routes:
    """The pages that add up what all processes say, in the place of those of one."""

    def scraped(parts: ProcessParts) -> Response:
        text = merging.render(merging.merged(parts.said, parts.left))
        return Response(200, text, CONTENT_TYPE_PLAIN_0_0_4, (NO_STORE,))

    return {
        "/healthz": of_all(gathering, HEALTH, healthpage.answer),
        "/readyz": of_all(gathering, READINESS, readiness.answer),
        "/metrics": of_all_guarded(gathering, METRICS, scraped, door),
        "/inspect.json": of_all_guarded(gathering, INSPECTION, inspection.answer, door, STRICT, "session"),
    }


def health(engines: ProviderEngines) -> Page:
    """The route /healthz of a service that is one process."""
    return of_one(healthpage.part(engines), healthpage.answer)


def catalogue(engines: ProviderEngines, doorkeeper: Doorkeeper) -> Resource:
    """The route /v1/catalogue: the providers with their models and voices, for the operator."""

    def list_providers(request: Request) -> Response:
        return json_response(200, msgspec.to_builtins(engines.listings()), (NO_STORE,))

    return guarded(list_providers, doorkeeper)


def scrape(metrics: ServerMetrics, doorkeeper: Doorkeeper) -> Resource:
    """The route /metrics: what Prometheus reads, for the operator."""

    def rendered(request: Request) -> Response:
        return Response(200, metrics.render(), CONTENT_TYPE_PLAIN_0_0_4, (NO_STORE,))

    return guarded(rendered, doorkeeper)


def look(supervisor: Supervisor, engines: Engines, chosen: str) -> Picture:
    """The server as it is now, for its operator, with the trace of the session whose id is `chosen`."""
    sessions, pools = supervisor.session_registry.sessions, supervisor.pools.values()
    listening = engines.voice_activity.counts, engines.turn_end.counts
    return picture(sessions, pools, supervisor.connection_registry, chosen, trio.current_time(), listening)
