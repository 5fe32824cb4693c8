"""The server's own files, pages, styles and scripts: read once, served with an ETag and strict headers."""

import hashlib
from collections.abc import Callable
from importlib import resources

from adapters.wire.heads import Request
from adapters.wire.http import Response

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load and do: our own files, nothing inline, nobody's frame."""

STRICT: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(self)"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
"""The headers of everything that a browser may show."""

Route = Callable[[Request], Response]


def static_route(path: str, content_type: str = "") -> Route:
    """A route that serves the file `path` of the package `adapters.page`; its type is told by its suffix, else given.

    Browsers keep it, and ask each time whether it is still the same. Raises FileNotFoundError where there is none.
    """
    return content_route(read_file(path), content_type or CONTENT_TYPES["." + path.rpartition(".")[2]])


def read_file(path: str) -> bytes:
    """The file `path` of the package `adapters.page`; raises FileNotFoundError where there is none."""
    return resources.files("adapters").joinpath("page", *path.split("/")).read_bytes()


def content_route(body: bytes, content_type: str) -> Route:
    """A route that serves `body`, whatever is asked of it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = (*STRICT, ("Cache-Control", "no-cache"), ("ETag", tag))
    whole = Response(200, body, content_type, headers)
    same = Response(304, headers=headers)

    def serve(request: Request) -> Response:
        known = request.headers.get("if-none-match", "")
        return same if tag in (one.strip().removeprefix("W/") for one in known.split(",")) else whole

    return serve
