"""Traces where the settings name a collector: what sends them is loaded only then, because it is an extra."""

from typing import TYPE_CHECKING

from adapters.settings.errors import StartupFailed
from adapters.settings.traces import TraceSettings

if TYPE_CHECKING:
    from adapters.tracing.tracer import Tracer


def make_tracer(settings: TraceSettings) -> "Tracer | None":
    """The tracer, None where no collector is named. Raises StartupFailed where the extra is not installed."""
    if not settings.endpoint:
        return None
    try:
        from adapters.tracing.export import SpanExport
        from adapters.tracing.tracer import Tracer
    except ImportError as missing:
        why = f"{missing.name} is not installed here"
        raise StartupFailed(f"[traces] endpoint: {why}: pip install 'vivavoce[traces]', or leave it out") from None
    return Tracer(SpanExport(settings))
