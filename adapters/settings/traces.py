"""The settings of traces: where they are sent, how many, and what is in them."""

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

from adapters.reach.values import SECRET, Url
from adapters.settings.section import Section
from adapters.settings.values import CheckedPairs


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        is_name = re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII)
        if not (is_name and value.isascii() and value.isprintable() and value == value.strip()):
            raise ValueError


_HEADERS = CheckedPairs(_check_headers, 'names of headers with their values, such as authorization = "Bearer …"')


class TraceSettings(Section, frozen=True):
    """Traces of turns, by OpenTelemetry (the extra `traces`), for an OTLP collector over HTTP."""

    endpoint: Url = ""
    """The collector's address, such as http://127.0.0.1:4318, to which /v1/traces is added where it has no path; empty:
    no traces are made."""
    headers: Annotated[Mapping[str, str], SECRET, _HEADERS] = {}
    """Headers for the collector, such as its credential."""
    words: bool = False
    """Whether traces have what people said and were answered, as `vivavoce.pii.*`."""
    sample: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    """The share of turns that are traced; those of a caller whose `traceparent` says that it is not recorded are left
    out. At the bound: 0 traces none, 1 all."""
