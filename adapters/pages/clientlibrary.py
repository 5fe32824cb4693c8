"""The files of a Socket.IO client that Socket.IO's own server serves, and this one does not: they say what to load."""

import json

from adapters.pages.static import CONTENT_TYPES, Route, content_route
from protocol.address import PATH

_BUILDS = ("socket.io", "socket.io.min", "socket.io.msgpack.min", "socket.io.esm.min")
_ESM = "socket.io.esm.min"
_EXPORTED = ("io", "connect", "lookup", "Manager", "Socket", "protocol")
WORDS = (
    "this server brings no Socket.IO client. Load socket.io-client 4 from elsewhere: npm install socket.io-client, or "
    "its file dist/socket.io.min.js from a place of your own. Then connect to this server with the path {path}. "
    "Its page /docs shows how."
)


def routes(path: str) -> dict[str, Route]:
    """The responses below the `path` of Socket.IO for a page that loads a client library from there.

    A 404 would leave an author with "io is not defined" and no word of why; so each file is there, and throws an Error
    with the reason. A source map is asked for by tools alone, and says the same.
    """
    throwing = f"throw new Error({json.dumps('vivavoce: ' + WORDS.format(path=path))});\n"
    shown: dict[str, Route] = {}
    for build in _BUILDS:
        route = content_route((_exports() + throwing if build == _ESM else throwing).encode(), CONTENT_TYPES[".js"])
        for name in (f"{build}.js", f"{build}.js.map", f"{build}.map"):
            shown |= {f"{path}{name}": route, f"{PATH}{name}": route}  # where guides load it from
    return shown


def _exports() -> str:
    """The names that a page imports from the module: without them the browser reports those first, before anything
    runs."""
    named = ", ".join(f"{name} = undefined" for name in _EXPORTED)
    return f"export const {named};\nexport default undefined;\n"
