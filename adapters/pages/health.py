"""The page /healthz: whether the engines work, in words for the operator."""

from itertools import chain

import msgspec

from actors.ports.calls import Kind
from adapters.choosing.engines import ProviderEngines
from adapters.pages.summing import Part, ProcessParts, told_missing
from adapters.wire.http import Response, json_response

OK, DEGRADED, FAILING = "ok", "degraded", "failing"


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the engines of a process are, what is wrong, and which providers are set aside, by kind, and why."""

    status: str
    problems: tuple[str, ...] = ()
    aside: dict[Kind, dict[str, str]] = {}


_decode = msgspec.json.Decoder(Health).decode


def part(engines: ProviderEngines) -> Part:
    """The health of this process."""

    def health(about: str) -> bytes:
        problems = engines.problems()
        # With fewer processes it is slower, and that is no reason to take it out of service.
        status = FAILING if engines.is_failing() else DEGRADED if problems else OK
        return msgspec.json.encode(Health(status, problems, engines.aside()))

    return health


def answer(parts: ProcessParts) -> Response:
    """200 while the engines of one process work, 503 with what is wrong while those of none do."""
    known = [_decode(said) for said in parts.said]
    problems = tuple(dict.fromkeys((*chain(*(each.problems for each in known)), *told_missing(parts.missing))))
    aside: dict[Kind, dict[str, str]] = {}
    for each in known:
        for kind, names in each.aside.items():
            aside[kind] = aside.get(kind, {}) | names
    is_failing = all(each.status == FAILING for each in known)
    status = FAILING if is_failing else DEGRADED if problems else OK
    return json_response(503 if is_failing else 200, msgspec.to_builtins(Health(status, problems, aside)))
