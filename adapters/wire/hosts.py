"""The names under which a server without a token answers, so that no page of another site can pass for its own.

DNS rebinding: evil.example first resolves to its own server, and once its page is loaded, to 127.0.0.1. To the browser
the page and this server are one origin then, and the page may read all that it asks for. The Host header alone tells:
it still says evil.example. An attacker cannot have a page under `localhost` or under an IP address that is ours, and
that is why those are let in whatever the port; any other name has to be named by the operator, who alone knows which
are his own. With a token nobody has to be kept out by name, because the page of another site has not got the token.

X-Forwarded-Host is not read: a page that was rebound can set any header on what it takes for its own server, and comes
from 127.0.0.1, as a proxy on the same machine does. A proxy hands on the Host that it was asked for.
"""

import ipaddress
import re

import msgspec

from protocol.tolerant import show

_AUTHORITY = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+(?:%[\w.~%-]+)?\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::(?P<port>[0-9]{0,5}))?", re.ASCII
)
_MOST_PORT = 65_535
LOCALHOST = "localhost"


def split_authority(authority: str) -> tuple[str, str]:
    """Host, in small letters, and port ("": none) of a Host header (RFC 9112, section 3.2). Raises ValueError."""
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or int(parts["port"] or 0) > _MOST_PORT:
        raise ValueError("Host is a name or an address, and a port where it is not the usual one")
    return parts["host"].lower(), parts["port"] or ""


def is_address(host: str) -> bool:
    """Whether a host out of a URL is an IP address: IPv6 in brackets, perhaps with its zone (RFC 6874)."""
    is_v6 = host.startswith("[")
    try:
        parsed = ipaddress.ip_address(host[1:-1].replace("%25", "%") if is_v6 else host)
    except ValueError:
        return False
    return is_v6 == (parsed.version == 6)


def plain_name(host: str) -> str:
    """The name as it is compared: in small letters, and without the dot at its end that says that it is whole."""
    return host.lower().removesuffix(".")


class Hosts(msgspec.Struct, frozen=True):
    """The `names` besides `localhost` and addresses under which the server answers; all, where they are not checked."""

    names: tuple[str, ...] = ()
    is_checked: bool = False

    def find_fault(self, authority: str) -> str | None:
        """Why a request for `authority` is not answered, with what would be right; None where it is."""
        if not self.is_checked:
            return None
        host, _ = split_authority(authority)
        name = plain_name(host)
        if is_address(host) or name == LOCALHOST or name in map(plain_name, self.names):
            return None
        came = f"the name {show(host)}" if host else "a request without a Host"
        return (
            f"{came} is not answered: without a token this server goes by localhost, by its address, "
            "and by the names in the setting [server] hosts (VIVAVOCE_SERVER_HOSTS)"
        )


def check(names: tuple[str, ...], *, has_credentials: bool) -> Hosts:
    """The check of `Host` under these settings: none where there is a token and no name is given."""
    return Hosts(names, is_checked=bool(names) or not has_credentials)
