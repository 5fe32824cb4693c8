"""Every page of a server, by its path: health, catalogue, talk page, documentation, and the operator's page."""

import msgspec
import trio
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from actors.ports.access import Doorkeeper
from actors.ports.engines import Engines
from actors.running.inspecting import Picture, picture
from actors.running.supervisor import Supervisor
from adapters.access.door import Door
from adapters.choosing.engines import ProviderEngines
from adapters.metrics.metrics import ServerMetrics
from adapters.pages import apidocs, clientlibrary, guesttokens, inspection, readiness, talkpage
from adapters.pages.static import Route
from adapters.settings.settings import Settings
from adapters.wire.credentials import NO_STORE, guarded
from adapters.wire.heads import Request
from adapters.wire.http import Response, json_response
from adapters.wire.routes import Resource, Routes
from adapters.wire.sockets import ListeningSockets


def routes(
    settings: Settings,
    engines: ProviderEngines,
    supervisor: Supervisor,
    sockets: ListeningSockets,
    problems: inspection.ProblemLog,
    door: Door,
    metrics: ServerMetrics,
) -> Routes:
    """The responses by path; the catalogue, the metrics and the inspection only for the operator."""
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
        shown |= inspection.routes(lambda chosen: look(supervisor, engines, chosen), problems, door)
    return shown


def health(engines: ProviderEngines) -> Route:
    """The route /healthz: 200 while the engines work, 503 with what is wrong while one does not."""

    def healthz(request: Request) -> Response:
        problems, aside = engines.problems(), engines.aside()
        detail = {"aside": aside} if aside else {}
        if engines.is_failing():
            return json_response(503, {"status": "failing", "problems": problems, **detail})
        if problems:  # with fewer processes it is slower, and that is no reason to take it out of service
            return json_response(200, {"status": "degraded", "problems": problems, **detail})
        return json_response(200, {"status": "ok", **detail})

    return healthz


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
