"""A collector of OTLP on loopback: a real HTTP server that reads what comes as OpenTelemetry's own messages."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import msgspec
import trio
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.adapters.reach.loopback import Loopback, Reply, Request, loopback

TAKEN = Reply(200, "application/x-protobuf")
Value = str | int | float | bool


class CollectedSpan(msgspec.Struct, frozen=True):
    """A span as the collector read it; ids in hexadecimal digits, `parent` "" for none, times in nanoseconds."""

    name: str
    trace: str
    id: str
    parent: str
    begun: int
    ended: int
    attributes: dict[str, Value]
    events: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, str], ...]
    is_error: bool
    kind: int


def read(request: Request) -> list[CollectedSpan]:
    """The spans of a request of the exporter."""
    message = ExportTraceServiceRequest.FromString(request.body)
    spans = (span for of in message.resource_spans for scope in of.scope_spans for span in scope.spans)
    return [_collected(span) for span in spans]


def _collected(span: Span) -> CollectedSpan:
    return CollectedSpan(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        _attributes(span.attributes),
        tuple((event.name, event.time_unix_nano) for event in span.events),
        tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        span.status.code == Status.STATUS_CODE_ERROR,
        span.kind,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Value]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "") for pair in pairs}


class Collector:
    """What has come to the collector at `url`."""

    def __init__(self, server: Loopback) -> None:
        self._server = server
        self.url = server.url

    @property
    def requests(self) -> list[Request]:
        """All requests."""
        return self._server.requests

    @property
    def spans(self) -> list[CollectedSpan]:
        """All spans."""
        return [span for request in self.requests for span in read(request)]

    async def until(self, name: str, count: int = 1) -> list[CollectedSpan]:
        """All spans, once there are so many of that name."""
        await self._server.until(lambda _: sum(span.name == name for span in self.spans) >= count)
        return self.spans


@asynccontextmanager
async def collecting(reply: Reply = TAKEN) -> AsyncIterator[Collector]:
    """A collector that gives this answer."""
    async with loopback(reply) as server:
        yield Collector(server)


def hanging() -> Reply:
    """The answer of a collector that never answers."""
    return Reply(200, "application/x-protobuf", steps=(trio.Event(),))
