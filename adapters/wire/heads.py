"""The head of a request: the fields that h11 reads, and the checks of RFC 9110 and 9112 that h11 does not make.

h11 takes the grammar of lines, names and lengths strictly. It lets pass what only some recipients must refuse: any
version, control characters in values, a body with both of its framings, expectations, targets that are no target.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

import h11
import msgspec

from adapters.wire.hosts import split_authority

MAX_HEAD = 16_384
MAX_QUERY_FIELDS = 64
CONTINUE = "100-continue"
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_SPOKEN = ("http", "https")
Headers = tuple[tuple[str, str], ...]


class BadRequest(Exception):
    """The request cannot be served; it is answered with `status` and `headers`, and the connection is closed."""

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Request(msgspec.Struct, frozen=True):
    """The head of a request; names of headers in lower case, `query` with the last value of each key.

    A header that came more than once has its values joined by commas (RFC 9110, section 5.3). `address` is who asks,
    where the listener has found it out.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str = ""
    version: str = "1.1"

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path}>"  # the query and the headers may hold a credential

    @property
    def host(self) -> str:
        """The host that the request names, with its port where that is not the usual one; "" where it names none."""
        return self.headers.get("host", "")

    @property
    def traceparent(self) -> str:
        """The place in a trace that its sender told, "" where it told none."""
        return self.headers.get("traceparent", "")

    @property
    def is_websocket(self) -> bool:
        """Whether it asks to become a WebSocket."""
        return self.headers.get("upgrade", "").lower() == "websocket"

    @property
    def length(self) -> int | None:
        """The size of its body in bytes; None where only the body's end tells."""
        return None if "transfer-encoding" in self.headers else int(self.headers.get("content-length", "0"))


def read_head(event: h11.Request) -> Request:
    """The request that h11 has read. Raises BadRequest."""
    version = event.http_version.decode("ascii")
    if not version.startswith("1."):
        raise BadRequest(505, "HTTP/1.1 and HTTP/1.0 are spoken here")
    if _size(event) > MAX_HEAD:  # h11 bounds a head that is still incomplete, not one that came whole
        raise BadRequest(431, f"the head of the request is larger than {MAX_HEAD} bytes")
    if _CONTROLS.search(b"".join(value for _, value in event.headers)):
        raise BadRequest(400, "a header has a control character in its value")
    headers = _joined(event.headers)
    method = event.method.decode("ascii")
    authority, path, query = read_target(method, event.target.decode("ascii"))
    if authority:
        headers["host"] = authority  # as a proxy is asked: this goes before Host (RFC 9112, section 3.2.2)
    _check_host(headers, version)
    _check_framing(headers, version)
    _check_expectation(headers, version)
    return Request(method, path, query, headers, version=version)


def _size(event: h11.Request) -> int:
    """The size of the head in bytes: its lines, each with its end, and the empty one."""
    fields = sum(len(name) + len(value) + len(b": \r\n") for name, value in event.headers)
    return len(event.method) + len(event.target) + len(b"  HTTP/1.1\r\n") + fields + len(b"\r\n")


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def read_target(method: str, target: str) -> tuple[str, str, dict[str, str]]:
    """Authority ("": none), path and query of a target (RFC 9112, section 3.2). Raises BadRequest."""
    if method == "CONNECT":
        raise BadRequest(501, "this server is no proxy")
    if target == "*" and method == "OPTIONS":
        return "", target, {}
    try:
        parts = urlsplit(target)
        is_absolute = parts.scheme in _SPOKEN and bool(parts.netloc)
        if "#" in target or not (is_absolute or target.startswith("/")):
            raise BadRequest(400, "the target of a request is a path, or the address of an http page, without #")
        path = parts.path or "/" if is_absolute else target.partition("?")[0]
        query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS))
    except ValueError:
        raise BadRequest(400, f"the target is no URL with at most {MAX_QUERY_FIELDS} parameters") from None
    return parts.netloc if is_absolute else "", path, query


def _check_host(headers: Mapping[str, str], version: str) -> None:
    if version != "1.0" and "host" not in headers:
        raise BadRequest(400, "a request has a Host")
    try:
        split_authority(headers.get("host", ""))
    except ValueError as error:
        raise BadRequest(400, str(error)) from None


def _check_framing(headers: Mapping[str, str], version: str) -> None:
    """Refuse a body whose end two recipients would find at two places: one would read its rest as another request."""
    if "transfer-encoding" not in headers:
        return
    if "content-length" in headers:
        raise BadRequest(400, "a request has Content-Length or Transfer-Encoding, not both")
    if version == "1.0":
        raise BadRequest(400, "HTTP/1.0 has no Transfer-Encoding")


def _check_expectation(headers: Mapping[str, str], version: str) -> None:
    expected = [token.strip().lower() for token in headers.get("expect", CONTINUE).split(",")]
    if version != "1.0" and any(token != CONTINUE for token in expected):
        raise BadRequest(417, f"Expect: {CONTINUE} is the only expectation that is met")
