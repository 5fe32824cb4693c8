"""`--lan`: the certificate that is kept, the token, the addresses, and what is printed."""

import datetime
import ipaddress
import ssl
import stat
from pathlib import Path

import pytest
import trio
from cryptography import x509

from adapters.server import run
from adapters.settings.errors import StartupFailed
from adapters.settings.providers import Providers
from adapters.settings.settings import Server, Settings
from adapters.wire import lan

NOW = datetime.datetime(2030, 6, 1, tzinfo=datetime.UTC)
ADDRESS = "192.168.1.7"


def covered(made: lan.Certificate) -> set[str]:
    """The names that a certificate is for."""
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def serial(made: lan.Certificate) -> int:
    """Which certificate it is."""
    return x509.load_pem_x509_certificate(made.certificate.read_bytes()).serial_number


def test_it_is_for_the_addresses_and_phones_accept_how_long_it_is_valid(tmp_path: Path) -> None:
    made = lan.keep_certificate(tmp_path, (ADDRESS, "desk.local"), NOW)
    assert covered(made) == {"localhost", "127.0.0.1", "::1", ADDRESS, "desk.local"}
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < datetime.timedelta(days=398)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.key)


def test_it_is_kept_while_it_holds(tmp_path: Path) -> None:
    first = serial(lan.keep_certificate(tmp_path, (ADDRESS, "10.0.0.2"), NOW))
    later = NOW + lan.VALID - lan.RENEWED - datetime.timedelta(days=1)
    assert serial(lan.keep_certificate(tmp_path, (ADDRESS,), later)) == first


@pytest.mark.parametrize("days", [lan.VALID.days - lan.RENEWED.days + 1, -3])
def test_it_is_renewed_when_its_time_is_over(tmp_path: Path, days: int) -> None:
    first = serial(lan.keep_certificate(tmp_path, (ADDRESS,), NOW))
    assert serial(lan.keep_certificate(tmp_path, (ADDRESS,), NOW + datetime.timedelta(days=days))) != first


def test_it_is_renewed_when_the_address_changes(tmp_path: Path) -> None:
    lan.keep_certificate(tmp_path, (ADDRESS,), NOW)
    assert "10.0.0.2" in covered(lan.keep_certificate(tmp_path, ("10.0.0.2",), NOW))


@pytest.mark.parametrize("file", [lan.CERTIFICATE, lan.KEY])
def test_it_is_renewed_when_a_file_is_damaged(tmp_path: Path, file: str) -> None:
    first = serial(lan.keep_certificate(tmp_path, (ADDRESS,), NOW))
    (tmp_path / file).write_text("not PEM")
    assert serial(lan.keep_certificate(tmp_path, (ADDRESS,), NOW)) != first


def test_it_is_renewed_when_the_key_is_of_another(tmp_path: Path) -> None:
    first = serial(lan.keep_certificate(tmp_path, (ADDRESS,), NOW))
    other = lan.keep_certificate(tmp_path / "other", (ADDRESS,), NOW)
    (tmp_path / lan.KEY).write_bytes(other.key.read_bytes())
    assert serial(lan.keep_certificate(tmp_path, (ADDRESS,), NOW)) != first


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartupFailed, match=r"--lan: .*make the folder writable"):
        lan.keep_certificate(tmp_path / "file" / "below", (), NOW)


def test_the_server_is_opened_and_what_the_operator_set_stays(tmp_path: Path) -> None:
    opened = lan.open_up(Server(), tmp_path)
    assert (opened.host, opened.token) == ("0.0.0.0", (tmp_path / lan.TOKEN).read_text())
    own = lan.open_up(Server(host="192.168.1.7", token="mine"), tmp_path)
    assert (own.host, own.token) == ("192.168.1.7", "mine")


def test_addresses_are_those_that_others_can_reach() -> None:
    for address in lan.addresses():
        parsed = ipaddress.ip_address(address)
        assert not parsed.is_loopback
        assert not parsed.is_link_local


def test_the_invitation_has_the_link_and_its_code() -> None:
    printed = lan.invitation("https://192.168.1.7:7172", "hush")
    assert "https://192.168.1.7:7172/#token=hush" in printed[0]
    code = printed[2:]
    assert len(code) > 12
    assert len({len(line) for line in code}) == 1


@pytest.mark.real
async def test_what_it_says_can_be_typed_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    server = Server(lan=True, port=0, lan_port=0, token="hush")
    said: list[str] = []
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            ready = trio.Event()

            def say(line: str) -> None:
                said.append(line)
                if "try it" in line:
                    ready.set()

            nursery.start_soon(run, Settings(server=server, providers=Providers(discover=False)), say)
            await ready.wait()
            nursery.cancel_scope.cancel()
    assert said[-1].endswith(" --token=hush"), "without it the server refuses"
    assert said[-2].endswith("/#token=hush")
