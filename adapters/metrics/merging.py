"""The sum of several processes' scrapes: what each has counted, added up series by series."""

from collections.abc import Iterable
from typing import Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from adapters.metrics import definitions

Labels = tuple[tuple[str, str], ...]
NOT_ADDED: Final = frozenset(
    metric.name for metric in (definitions.SET_ASIDE, definitions.OUTBOX, definitions.LISTEN_LAG, definitions.DRAINING)
)
"""Of these the largest value is the service's."""


class ScrapedFamily(msgspec.Struct, frozen=True):
    """A metric in a scrape: its samples by their names and labels."""

    name: str
    kind: str
    what: str
    samples: tuple[tuple[str, Labels, float], ...]

    @property
    def is_kept(self) -> bool:
        """Whether it counts on when its process is no more: what was counted has happened."""
        return self.kind in ("counter", "histogram")


_decode = msgspec.msgpack.Decoder(tuple[ScrapedFamily, ...]).decode


def scraped(registry: CollectorRegistry) -> bytes:
    """A scrape, to be merged with others."""
    families = (
        ScrapedFamily(
            family.name,
            family.type,
            family.documentation,
            tuple((sample.name, tuple(sample.labels.items()), float(sample.value)) for sample in family.samples),
        )
        for family in registry.collect()
    )
    return msgspec.msgpack.encode(tuple(families))


def merged(running: Iterable[bytes], ended: Iterable[bytes] = ()) -> tuple[ScrapedFamily, ...]:
    """One scrape of those of processes that run, and of the last ones of those that do not."""
    heads: dict[str, ScrapedFamily] = {}
    sums: dict[str, dict[tuple[str, Labels], float]] = {}
    scrapes = [*(_decode(one) for one in running)]
    scrapes += [tuple(family for family in _decode(one) if family.is_kept) for one in ended]
    for scrape in scrapes:
        for family in scrape:
            heads.setdefault(family.name, family)
            values = sums.setdefault(family.name, {})
            for name, labels, value in family.samples:
                before = values.get((name, labels), 0.0)
                values[name, labels] = max(before, value) if family.name in NOT_ADDED else before + value
    return tuple(
        msgspec.structs.replace(head, samples=tuple((*key, value) for key, value in sums[head.name].items()))
        for head in heads.values()
    )


def kept(ended: Iterable[bytes]) -> bytes:
    """The last scrapes of processes that are no more, as one."""
    return msgspec.msgpack.encode(merged((), ended))


class _Merged(Collector):
    """Families that have been read elsewhere."""

    def __init__(self, families: Iterable[ScrapedFamily]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        """All of it: see prometheus_client."""
        for family in self._families:
            shown = Family(family.name, family.what, family.kind)
            for name, labels, value in family.samples:
                shown.add_sample(name, dict(labels), value)
            yield shown


def render(families: Iterable[ScrapedFamily]) -> bytes:
    """The text of a scrape, in the format 0.0.4 of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Merged(families))
    return generate_latest(registry)
