"""The API's own documentation as routes: the page /docs, what it needs, and /asyncapi.json."""

import re
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.pages.static import Route, content_route, static_route
from adapters.settings.settings import Server
from protocol.asyncapi import ServerAddress, document
from protocol.manual import Manual, manual
from protocol.messages import Names


def place(server: Server, port: int) -> ServerAddress:
    """The address of a server with these settings, on this `port`, for a program on the same machine."""
    return ServerAddress(
        host=f"localhost:{port}",
        path=server.listener.path,
        version=version("vivavoce"),
        is_secure=bool(server.tls_certificate),
        has_token=server.has_credentials,
    )


def routes(names: Names, place: ServerAddress) -> dict[str, Route]:
    """The responses by path. All of them are made now, and do not change while the server runs."""
    page = write_page(manual(names), place).encode()
    return {
        "/docs": content_route(page, "text/html; charset=utf-8"),
        "/docs/api.css": static_route("api/api.css"),
        "/docs/api.js": static_route("api/api.js"),
        "/asyncapi.json": content_route(document(names, place), "application/json"),
    }


def write_page(shown: Manual, place: ServerAddress) -> str:
    """The page as HTML, which needs no script to be read."""
    environment = Environment(
        loader=PackageLoader("adapters", "page/api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    return environment.get_template("page.html.j2").render(manual=shown, path=place.path, version=place.version)


def _code(text: str) -> Markup:
    """`text` with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))
