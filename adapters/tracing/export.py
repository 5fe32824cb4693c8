"""The way of spans to a collector: OTLP over HTTP, by OpenTelemetry's batch processor, in a thread of its own.

The server never waits for it. The queue is bounded, and what does not fit into it is lost; a collector that fails or
hangs is one line in the log a minute.
"""

import logging
import time
from collections.abc import Iterable
from importlib.metadata import version
from urllib.parse import urlsplit

import trio
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from adapters.settings.traces import TraceSettings

log = logging.getLogger(__name__)
QUEUE = 4_096
"""Spans that wait to be sent; a turn has some ten."""
BATCH = 512
EVERY_SECONDS = 1.0
REQUEST_SECONDS = 5.0
"""How long a request may take, with its repetitions."""
FLUSH_SECONDS = 0.25
"""How long the end of the server waits for the last spans to be sent; with a collector that hangs they are lost."""
TOLD_EVERY = 60.0
PATH = "/v1/traces"


class SpanExport:
    """Sends spans to the collector that the settings name, until `close`."""

    def __init__(self, settings: TraceSettings) -> None:
        url = settings.endpoint.rstrip("/")
        self.endpoint = url if urlsplit(url).path else url + PATH
        self.resource = Resource.create({SERVICE_NAME: "vivavoce", SERVICE_VERSION: version("vivavoce")})
        self._complaints = Complaints(self.endpoint)
        self._complaints.begin()
        exporter = OTLPSpanExporter(self.endpoint, headers=settings.headers, timeout=REQUEST_SECONDS)
        self._processor = BatchSpanProcessor(exporter, QUEUE, EVERY_SECONDS * 1000, BATCH)

    def send(self, spans: Iterable[ReadableSpan]) -> None:
        """Put the spans into the queue; those that are not sampled, and those that it has no room for, are lost."""
        for span in spans:
            self._processor.on_end(span)

    async def close(self) -> None:
        """Send what is left, within FLUSH_SECONDS. Cancelling loses it."""
        with trio.move_on_after(FLUSH_SECONDS):
            await trio.to_thread.run_sync(self._processor.shutdown, abandon_on_cancel=True)
        self._complaints.end()


class Complaints(logging.Handler):
    """What OpenTelemetry logs of its troubles, in any thread, as one line a minute of our own."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(logging.WARNING)
        self._endpoint = endpoint
        self._told_at = -TOLD_EVERY
        self._untold = 0
        self._passing = ""
        self._logger = logging.getLogger("opentelemetry")

    def begin(self) -> None:
        """From now on nothing else is logged of it."""
        self._logger.addHandler(self)
        self._logger.propagate = False

    def end(self) -> None:
        """Nothing more is logged of it: the server is at its end, and what is left in its thread concerns nobody."""
        self._told_at = float("inf")

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it, or count it; what is tried again is not lost yet, and says why where it is lost in the end."""
        if "retrying" in str(record.msg):
            self._passing = f" ({record.getMessage()[:400]})"
            return
        now = time.monotonic()
        if now - self._told_at < TOLD_EVERY:
            self._untold += 1
            return
        more = f" ({self._untold} more times since the last line)" if self._untold else ""
        why, self._passing = f"{record.getMessage()[:200]}{self._passing}", ""
        self._told_at, self._untold = now, 0
        log.warning("traces are lost, %s does not take them: %s%s", self._endpoint, why, more)
