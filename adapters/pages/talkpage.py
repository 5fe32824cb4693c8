"""The talk page as routes: its files, what it must know of this server, and QR codes of its links."""

import io
from functools import lru_cache
from importlib import resources
from urllib.parse import urlsplit

import msgspec
import segno

from actors.deciding import graph
from adapters.pages.static import CONTENT_TYPES, STRICT, Route, static_route
from adapters.wire.heads import Request
from adapters.wire.http import Response
from protocol.messages import EVENTS, Names

MOST_QR = 300
"""Characters of a link: a session, a role and a token fit, and the code is made within some milliseconds."""

_MASK = 3  # any of the eight can be read; to try them all doubles the time


class Arrow(msgspec.Struct, frozen=True):
    """A way from one state of a session to another, and the events that lead along it."""

    source: str
    dest: str
    events: tuple[str, ...]


class About(msgspec.Struct, frozen=True):
    """What the page must know: the path of Socket.IO, names that differ from the documented ones, the machine, and
    the origins under which other devices reach this server."""

    path: str
    names: dict[str, str]
    arrows: tuple[Arrow, ...]
    lan: tuple[str, ...] = ()


def about(path: str, names: Names, lan: tuple[str, ...] = ()) -> About:
    """What the page must know of a server."""
    renamed = {documented: names.wire[kind] for documented, kind in EVENTS.items() if names.wire[kind] != documented}
    keys = {documented: wire for wire, documented in names.keys.items() if wire != documented}
    return About(path, renamed | keys, arrows(), lan)


def arrows() -> tuple[Arrow, ...]:
    """The session's machine as `transitions` has it."""
    events: dict[tuple[str, str], list[str]] = {}
    for source, dest, event in graph.arrows():
        if dest is not source:
            events.setdefault((source.value, dest.value), []).append(event)
    return tuple(Arrow(source, dest, tuple(names)) for (source, dest), names in events.items())


def routes(about: About) -> dict[str, Route]:
    """What is answered under which path; all but the QR codes is made now."""
    files = [file.name for file in resources.files("adapters").joinpath("page").iterdir() if file.is_file()]
    # Not the pages themselves: what they load is named from where they are, so that they work below any prefix.
    parts = [name for name in files if _suffix(name) in CONTENT_TYPES.keys() - {".html"}]
    known = Response(200, msgspec.json.encode(about), "application/json", (*STRICT, ("Cache-Control", "no-store")))
    return {
        **{f"/page/{name}": static_route(name) for name in parts},
        "/": static_route("index.html"),
        "/page.json": lambda request: known,
        "/qr.svg": lambda request: _answer_qr(request, about.lan),
    }


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
