"""The talk page as routes: its files, the facts that it needs of this server, and QR codes of its links."""

import io
from functools import lru_cache
from importlib import resources
from typing import Any, Final, get_args
from urllib.parse import urlsplit

import msgspec
import segno

from actors.deciding import graph
from actors.deciding.limits import Limits
from adapters.pages.static import CONTENT_TYPES, STRICT, Route, content_route, read_file, static_route
from adapters.wire.heads import Request
from adapters.wire.http import Response
from protocol.connecting import Role
from protocol.errors import ErrorId, RefusalStatus
from protocol.messages import EVENTS, Names
from protocol.schemas import Schema, Schemas
from protocol.states import USUAL_WAY, State

MOST_QR = 300
"""Characters of a link: a session, a role and a token fit, and the code is made within some milliseconds."""

STATES: Final = b'data-states=""'
"""Where index.html holds the names of the states, so that they are drawn before page.json has come."""
_LIMITS: Final = Limits()
_MASK = 3  # any of the eight can be read; to try them all doubles the time


class Arrow(msgspec.Struct, frozen=True, rename="camel"):
    """A transition from one state of a session to another, and the events that lead along it.

    `is_usual`: an ordinary turn takes it.
    """

    source: State
    dest: State
    events: tuple[str, ...]
    is_usual: bool


class PageLimits(msgspec.Struct, frozen=True, rename="camel"):
    """Limits that the page obeys: `straggler` in seconds, `text_chars` in characters."""

    straggler: float
    text_chars: int


class PageRefusals(msgspec.Struct, frozen=True, rename="camel"):
    """Statuses of CONNECT_ERROR: two that the page explains, and all that asking again does not change."""

    bad_token: int = RefusalStatus.BAD_TOKEN
    has_sender: int = RefusalStatus.HAS_SENDER
    final: tuple[int, ...] = tuple(int(status) for status in RefusalStatus if not status.can_pass)


class FieldFacts(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The facts about a field of `session.update`: its type as JSON schema names it, its bounds, and its default.

    `values` are the names that it may have, where they are a list; `most` is how many items an array may have.
    """

    kind: str
    said: str
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    most: int | None = None
    default: Any = None


class PageFacts(msgspec.Struct, frozen=True, rename="camel"):
    """The facts about its server that the page needs: names, the machine, limits, and what `session.update` may say.

    `path` is that of Socket.IO, `names` are those that differ from the documented ones, `lan` the origins under which
    other devices reach this server, `errors` the ids of `custom.error` by what they mean.
    """

    path: str
    names: dict[str, str]
    arrows: tuple[Arrow, ...]
    lan: tuple[str, ...]
    limits: PageLimits
    configuration: dict[str, dict[str, FieldFacts]]
    states: tuple[State, ...] = tuple(State)
    roles: tuple[Role, ...] = get_args(Role)
    errors: dict[str, int] = msgspec.field(
        default_factory=lambda: {_camel(error.name): int(error) for error in ErrorId}
    )
    refusals: PageRefusals = PageRefusals()


def about(path: str, names: Names, lan: tuple[str, ...] = (), limits: Limits = _LIMITS) -> PageFacts:
    """The facts about a server that the page needs."""
    renamed = {documented: names.wire[kind] for documented, kind in EVENTS.items() if names.wire[kind] != documented}
    keys = {documented: wire for wire, documented in names.keys.items() if wire != documented}
    obeyed = PageLimits(limits.straggler, limits.text_chars)
    return PageFacts(path, renamed | keys, arrows(), lan, obeyed, configuration(names))


def arrows() -> tuple[Arrow, ...]:
    """The session's machine as `transitions` has it."""
    events: dict[tuple[State, State], list[str]] = {}
    for source, dest, event in graph.arrows():
        if dest is not source:
            events.setdefault((source, dest), []).append(event)
    return tuple(
        Arrow(source, dest, tuple(names), (source, dest) in USUAL_WAY) for (source, dest), names in events.items()
    )


def configuration(names: Names) -> dict[str, dict[str, FieldFacts]]:
    """The fields of `session.update` by section, as its schema has them."""
    schemas = Schemas(names)
    sections = schemas.resolve(schemas.payload("session.update"))["properties"]
    return {
        section: {name: _field(field, schemas) for name, field in schemas.resolve(found)["properties"].items()}
        for section, found in sections.items()
    }


def _field(field: Schema, schemas: Schemas) -> FieldFacts:
    """A field that is a name and a title is one that holds the name: the server takes that too."""
    found = schemas.resolve(field)
    named = found.get("properties", {}).get("name", found)
    choices = [choice for choice in named.get("anyOf", ()) if "enum" in choice]
    default = field.get("default")
    return FieldFacts(
        kind=str(named.get("type", "string")),
        said=field["description"],
        values=tuple(value for value in (choices[0] if choices else named).get("enum", ()) if value),
        minimum=named.get("minimum"),
        maximum=named.get("maximum"),
        most=named.get("maxItems"),
        default=default["name"] if isinstance(default, dict) else default,
    )


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(map(str.title, others))


def routes(facts: PageFacts) -> dict[str, Route]:
    """The responses by path; all but the QR codes are made now."""
    files = [file.name for file in resources.files("adapters").joinpath("page").iterdir() if file.is_file()]
    # Not the pages themselves: what they load is named from where they are, so that they work below any prefix.
    parts = [name for name in files if _suffix(name) in CONTENT_TYPES.keys() - {".html"}]
    known = Response(200, msgspec.json.encode(facts), "application/json", (*STRICT, ("Cache-Control", "no-store")))
    return {
        **{f"/page/{name}": static_route(name) for name in parts},
        "/": content_route(_with_states(read_file("index.html")), CONTENT_TYPES[".html"]),
        "/page.json": lambda request: known,
        "/qr.svg": lambda request: _answer_qr(request, facts.lan),
    }


def _with_states(page: bytes) -> bytes:
    assert STATES in page
    return page.replace(STATES, b'data-states="' + " ".join(State).encode() + b'"')


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2]


def _answer_qr(request: Request, lan: tuple[str, ...]) -> Response:
    """The QR code of a link to this server; of nothing else, so that nobody's links come from here."""
    url = request.query.get("url", "")
    if len(url) > MOST_QR or not _is_own(url, request.headers.get("host", ""), lan):
        return Response(400, b"url: a link to this server is wanted\n", headers=STRICT)
    return Response(200, draw_qr(url), CONTENT_TYPES[".svg"], (*STRICT, ("Cache-Control", "no-store")))


def _is_own(url: str, host: str, lan: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    own = parts.netloc == host or f"{parts.scheme}://{parts.netloc}" in lan
    return own and parts.scheme in ("http", "https")


@lru_cache(maxsize=32)
def draw_qr(url: str) -> bytes:
    """`url` as a QR code in SVG."""
    drawn = io.BytesIO()
    code = segno.make(url, error="l", mask=_MASK, micro=False, boost_error=False)
    code.save(drawn, kind="svg", scale=4, border=3, xmldecl=False)
    return drawn.getvalue()
