"""Speech by Azure's WebSocket, which tells visemes and words beside the sound; the REST interface tells nothing."""

import ssl
from uuid import uuid4

import trio

from adapters.reach.call import Patience
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.faults import scrub
from adapters.reach.websocket import LiveSocket, SocketCall, SocketClosed, open_socket
from adapters.vendors.azure import messages
from adapters.vendors.azure.api import base_url, headers
from adapters.vendors.shared.markedsound import MarkedSound
from adapters.vendors.shared.sound import MOST, PATIENCE

CONNECT, FIRST = 3.0, 5.0
"""Seconds for the connection, and for the handshake: little, because REST can still be asked afterwards."""
_BAD_REQUEST = 1007
_PATH = "/cognitiveservices/websocket/v1"


def address(endpoint: Endpoint) -> tuple[str, str]:
    """The host's address and the path of the socket there. Raises ProviderFailed where no region is set.

    A region has a host for speech alone; at a resource with a name of its own the path begins with `/tts`.
    https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-private-link
    """
    base = base_url(endpoint, "tts")
    if ".tts.speech." in base:
        return base, _PATH
    return base.removesuffix("/tts"), "/tts" + _PATH


async def speak(
    endpoint: Endpoint, markup: bytes, output_format: str, marked: MarkedSound, tls: ssl.SSLContext | None = None
) -> None:
    """Have `markup` spoken; sound and marks go to `marked`.

    Raises ProviderFailed; `marked.has_begun` says whether there was sound. Cancelling closes the socket.
    """
    url, path = address(endpoint)
    patience = Patience(CONNECT, FIRST, PATIENCE.silence, PATIENCE.whole)
    at = Endpoint(endpoint.name, endpoint.title, url, endpoint.key, endpoint.key_setting, endpoint.region)
    call = SocketCall(at, path, {**headers(endpoint), "X-ConnectionId": uuid4().hex}, patience=patience)
    async with open_socket(call, tls) as socket:
        try:
            await _ask(socket, markup, output_format)
            await _take(endpoint, socket, marked)
        except SocketClosed as closed:
            raise _cause(endpoint, closed) from None


async def _ask(socket: LiveSocket, markup: bytes, output_format: str) -> None:
    request = uuid4().hex
    await socket.send(messages.written("speech.config", request, messages.configuration()))
    await socket.send(messages.written("synthesis.context", request, messages.context(output_format)))
    socket.expect()
    await socket.send(messages.written("ssml", request, markup, "application/ssml+xml"))


async def _take(endpoint: Endpoint, socket: LiveSocket, marked: MarkedSound) -> None:
    """Take what comes until the turn's end."""
    told = 0
    while True:
        message = messages.read(await socket.receive())
        match message.path:
            case "audio":
                await marked.push(message.body)
                socket.expect()  # the time in which the session took the sound does not count
            case "audio.metadata":
                told += len(message.body)
                if told > MOST:
                    raise ProviderFailed(f"{endpoint.title} told more than {MOST:,} bytes of its sound")
                messages.mark(message.body, marked.marks)
                await marked.hand_on()
                await trio.lowlevel.checkpoint()
            case "turn.end":
                await marked.finish()
                return
            case _:
                continue  # turn.start, response


def _cause(endpoint: Endpoint, closed: SocketClosed) -> ProviderFailed:
    """Azure closes with 1007 where it does not accept the request, an unknown voice for one."""
    said = scrub(closed.reason, endpoint)
    verdict = Verdict.FINAL if closed.code == _BAD_REQUEST else Verdict.PASSING
    return ProviderFailed(f"{endpoint.title} closed the connection ({closed.code}{said and f', {said}'})", verdict)
