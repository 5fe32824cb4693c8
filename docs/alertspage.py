"""The generated table of docs/alerts.md: every metric, from the definitions that the server counts by."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.metrics.definitions import METRICS
from docs.markedpage import fill
from docs.messages import table

PAGE: Final = Path(__file__).parent / "alerts.md"


def alerts() -> str:
    """docs/alerts.md as it is, with the table of the metrics as the server has them."""
    return fill(PAGE, {"metrics": _metrics})


def _metrics() -> Iterator[str]:
    rows = (
        (f"`{metric.name}`", metric.kind, ", ".join(f"`{label}`" for label in metric.labels), metric.what)
        for metric in METRICS
    )
    return table(("metric", "kind", "labels", "what it is"), rows)
