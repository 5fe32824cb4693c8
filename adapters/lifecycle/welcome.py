"""The server's message at the console when it is ready: links, and which engines answer and why."""

import ipaddress
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from urllib.parse import quote

from adapters.settings.settings import ListenerSettings, Server
from adapters.wire import lan
from adapters.wire.sockets import ListeningSockets
from protocol.printable import printable

_NAME = "vivavoce"


def welcome(
    server: Server,
    sockets: ListeningSockets,
    choices: Iterable[tuple[str, str]],
    token: str,
    notes: Iterable[str] = (),
) -> list[str]:
    """The lines: `choices` of engines by kind, and `notes` on them; links carry the `token`, configured or made."""
    near = _near(server, sockets)
    return [
        f"vivavoce: listening on {_origin(server, sockets.host, sockets.port)}{server.listener.path} (Ctrl-C ends it)",
        *_warning(server, sockets),
        *(printable(f"vivavoce: {kind} {choice}") for kind, choice in choices),  # servers name their own models
        *(f"vivavoce: {note}" for note in notes),
        *(lan.invitation(sockets.lan[0], server.token) if sockets.lan else ()),
        *([f"vivavoce: see it from inside: {near}/inspect{fragment(token)}"] if server.inspection else ()),
        f"vivavoce: talk to it in a browser: {near}/{fragment(token)}",
        f"vivavoce: try it: {_command(server, near, token)}",
    ]


def _command(server: Server, near: str, token: str) -> str:
    """A command that can be typed as it stands.

    The operator's own token goes by the environment, which other users cannot list.
    """
    path = server.listener.path
    where = near if path == ListenerSettings().path else near + path
    command, shown = f"{_program()} talk FILE.wav --url {where}", shlex.quote(token)
    if not server.has_credentials:
        return command
    return f"{command} --token={shown}" if server.lan else f"VIVAVOCE_TOKEN={shown} {command}"


def _program() -> str:
    """The command's name for another shell: its name, or its path where it is not in PATH (.venv)."""
    path = sys.argv[0]
    if shutil.which(_NAME) or os.path.basename(path) != _NAME:
        return _NAME
    return shlex.quote(os.path.normpath(path) if os.path.isabs(path) else path)


def fragment(token: str) -> str:
    """The end of a link that carries the token: browsers send it to no server, and the page removes it at once."""
    return f"#token={quote(token, safe='')}"


def _origin(server: Server, host: str, port: int) -> str:
    scheme = "https" if server.tls_certificate else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _near(server: Server, sockets: ListeningSockets) -> str:
    """The origin for a browser on this machine."""
    return _origin(server, "127.0.0.1" if sockets.host in ("0.0.0.0", "::") else sockets.host, sockets.port)


def _warning(server: Server, sockets: ListeningSockets) -> list[str]:
    if server.has_credentials or ipaddress.ip_address(sockets.host).is_loopback:
        return []
    return ["vivavoce: no token is set, as --allow-anyone says: whoever reaches this port may talk"]
