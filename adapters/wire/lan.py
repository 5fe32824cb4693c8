"""`vivavoce serve --lan`: addresses, a token, a certificate and a QR code for devices of the local network."""

import datetime
import io
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import ifaddr
import msgspec
import platformdirs
import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec.structs import replace

from adapters.settings.kept import keep_token, unusable, write_private
from adapters.settings.settings import Server
from adapters.wire.tls import server_context

CERTIFICATE, KEY, TOKEN = "lan-certificate.pem", "lan-key.pem", "lan-token"
VALID = datetime.timedelta(days=390)
"""Phones refuse a certificate that is valid for longer than 398 days."""

RENEWED = datetime.timedelta(days=30)
_SKEW = datetime.timedelta(days=1)  # a phone's clock may be behind ours
_SOMEWHERE = ("192.0.2.1", 9)  # an address for documentation: nothing is sent, but the route to it is looked up
_HERE = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = "0.0.0.0"
ASKED_BY = "--lan"


class Certificate(msgspec.Struct, frozen=True):
    """The files of a certificate and its key."""

    certificate: Path
    key: Path


def folder() -> Path:
    """The folder of this user in which what is made here is kept."""
    return platformdirs.user_state_path("vivavoce", appauthor=False)


def addresses() -> tuple[str, ...]:
    """The IPv4 addresses under which others in the local network may find this machine, the likeliest first."""
    found = [
        ip.ip
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str) and _is_reachable(ip.ip)
    ]
    likely = _towards_the_outside()
    return tuple(dict.fromkeys([likely, *found] if likely in found else found))


def _is_reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def _towards_the_outside() -> str:
    """Our address on the way to elsewhere, "" where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])


# ---- what is kept


def keep_certificate(where: Path, names: Iterable[str], now: datetime.datetime) -> Certificate:
    """A certificate for this machine under `names` (addresses and host names): the one of earlier starts while it
    holds, else a new one. Raises StartupFailed."""
    made = Certificate(where / CERTIFICATE, where / KEY)
    wanted = ("localhost", "127.0.0.1", "::1", *names)
    try:
        if not _still_holds(made, wanted, now):
            _make(made, wanted, now)
    except OSError as error:
        raise unusable(made.certificate, error, ASKED_BY) from None
    return made


def _still_holds(made: Certificate, wanted: tuple[str, ...], now: datetime.datetime) -> bool:
    if not (made.certificate.exists() and made.key.exists()):
        return False
    try:
        certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
        key = serialization.load_pem_private_key(made.key.read_bytes(), None)
        covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return False
    in_time = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEWED
    return in_time and key.public_key() == certificate.public_key() and set(_general(wanted)) <= set(covered)


def _make(made: Certificate, wanted: tuple[str, ...], now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vivavoce on this network")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(list(_general(wanted))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    write_private(made.key, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    write_private(made.certificate, certificate.public_bytes(pem))


def _general(names: Iterable[str]) -> Iterator[x509.GeneralName]:
    for name in dict.fromkeys(names):
        try:
            yield x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            yield x509.DNSName(name)


def host_names() -> tuple[str, ...]:
    """The names of this machine that a certificate can carry, as itself and in multicast DNS."""
    name = socket.gethostname().partition(".")[0].lower()
    plain = name.isascii() and all(letter.isalnum() or letter == "-" for letter in name)
    return (name, f"{name}.local") if name and plain else ()


# ---- how the server is changed


def open_up(server: Server, where: Path) -> Server:
    """`server` for the devices of this network: on every interface, and with a token. Raises StartupFailed."""
    host = EVERYWHERE if server.host in _HERE else server.host
    return replace(server, host=host, token=server.token or keep_token(where / TOKEN, ASKED_BY))


def secure(where: Path) -> ssl.SSLContext:
    """TLS with the certificate that is kept in `where`, for this machine as it is called now. Raises StartupFailed."""
    now = datetime.datetime.now(datetime.UTC)
    kept = keep_certificate(where, (*addresses(), *host_names()), now)
    return server_context(str(kept.certificate), str(kept.key))


# ---- what is printed


def invitation(origin: str, token: str) -> list[str]:
    """The text to print: the link for a phone, and its QR code."""
    link = f"{origin}/#token={quote(token, safe='')}"
    drawn = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return [
        f"vivavoce: on a phone in this network open {link}",
        "vivavoce: it warns of the certificate once, because this server made it itself",
        *drawn.getvalue().splitlines(),
    ]
