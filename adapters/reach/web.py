"""The web client: the one HTTP client that all providers share; its libraries are loaded by its first call."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import trio

from adapters.reach.call import Call
from adapters.reach.contract import ProviderFailed
from adapters.reach.jsontext import parsed

if TYPE_CHECKING:
    from adapters.reach.httpclient import HttpAnswer, HttpClient


class Web:
    """The client; nothing works before `run` has started it. Its calls may be made from any task."""

    def __init__(self) -> None:
        self._is_running = False
        self._made: HttpClient | None = None

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the client until cancelled, then close its connections. Proxies and CAs come from the environment."""
        self._is_running = True
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            if self._made is not None:
                await self._made.aclose()

    def open(self, call: Call) -> AbstractAsyncContextManager["HttpAnswer"]:
        """Make the call; the answer's status is 2xx and its content type expected, its body still to be read.

        Raises ProviderFailed, here and while the body is read. Leaving with an error, or cancelled, closes the
        connection; otherwise it is kept for the next call if the answer comes to its end at once.
        """
        return self.load().open(call)

    async def fetch(self, call: Call) -> bytes:
        """The whole body of the answer. Raises ProviderFailed. Cancelling closes the connection."""
        async with self.open(call) as answer:
            return b"".join([piece async for piece in answer.pieces()])

    async def fetch_json(self, call: Call) -> object:
        """The body of the answer, decoded from JSON. Raises ProviderFailed, also where it is not JSON.

        Cancelling closes the connection.
        """
        body = await self.fetch(call)
        try:
            return parsed(body)
        except ValueError:
            raise ProviderFailed(
                f"{call.endpoint.title} answered with what is not JSON: is its address right?"
            ) from None

    def load(self) -> "HttpClient":
        """Load the HTTP client, which takes a tenth of a second; otherwise the first call loads it.

        Raises RuntimeError where `run` has not been started.
        """
        if not self._is_running:
            raise RuntimeError("the web client has not been started")
        if self._made is None:
            # Imported here, because a command that calls nobody is done before httpx would have been loaded.
            from adapters.reach.httpclient import HttpClient

            self._made = HttpClient()
        return self._made
