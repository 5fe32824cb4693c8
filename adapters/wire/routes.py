"""What is served besides Socket.IO: pages, which answer at once, and resources, which may wait or take a body."""

from collections.abc import Awaitable, Callable

import msgspec

from adapters.wire.heads import Request
from adapters.wire.http import Response

Page = Callable[[Request], Response]
"""Answers a GET, or a HEAD, without waiting."""
GET = ("GET", "HEAD")


class Resource(msgspec.Struct, frozen=True):
    """Answers requests of its `methods` with a body of at most `max_body` bytes; a larger one gets 413."""

    answer: Callable[[Request, bytes], Awaitable[Response]]
    methods: tuple[str, ...] = GET
    max_body: int = 0


Routes = dict[str, Page | Resource]
"""What is served by its path; one that ends with `/*` serves every name in the place of the star."""


def find_route(routes: Routes, path: str) -> Page | Resource | None:
    """What serves the path; None where nothing does."""
    folder, _, name = path.rpartition("/")
    return routes.get(path) or (routes.get(f"{folder}/*") if name else None)


def methods_of(route: Page | Resource) -> tuple[str, ...]:
    """The methods that the route answers itself."""
    return route.methods if isinstance(route, Resource) else GET
