"""What a section of the settings is made of: its base, and the types of its values with what they admit."""

import ipaddress
import re
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from protocol.tolerant import Checked

_SECRET = "secret"  # marks a field, with Annotated, whose value is never shown


def _parse_host(text: str) -> str:
    if not text or not text.isprintable() or " " in text:
        raise ValueError("an address or a host's name, such as 127.0.0.1, or 0.0.0.0 for every interface")
    return text


def _parse_path(text: str) -> str:
    if not re.fullmatch(r"/([\w.~-]+/)*", text, re.ASCII):
        raise ValueError("a path that begins and ends with /, such as /socket.io/")
    return text


def _parse_origin(text: str) -> None:
    if text != "*" and not re.fullmatch(r"https?://[\w.:\[\]-]+", text, re.ASCII | re.IGNORECASE):
        raise ValueError(
            "an origin as browsers send it, such as https://example.org or http://localhost:8000, its host without * "
            "and in the form that begins with xn-- where it has other letters than English ones; or * alone for any"
        )


def _parse_name(text: str) -> None:
    if not re.fullmatch(r"(?=.{1,254}\Z)\w([\w-]*\w)?(\.\w([\w-]*\w)?)*\.?", text, re.ASCII):
        raise ValueError(
            "a name under which this server is found, such as voice.example.org, without http://, port and *, "
            "and in the form that begins with xn-- where it has other letters than English ones"
        )


def _parse_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("an address, such as 127.0.0.1, or a network, such as 10.0.0.0/8") from None


def _parse_url(text: str) -> None:
    if text and not re.fullmatch(r"https?://[^/\s?#@]+(/[^\s?#@]*)?", text):
        raise ValueError("an address without a password in it, such as https://example.org or http://127.0.0.1:8000/v1")


def _parse_key(text: str) -> None:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("the key as the provider gave it, without spaces and line ends")


def _parse_secret(text: str) -> None:
    if not text.isprintable() or text != text.strip():
        raise ValueError("one line without a space or line end before or behind it, as nobody could show it otherwise")


def _parse_region(text: str) -> None:
    if not re.fullmatch(r"[a-z0-9]*", text):
        raise ValueError("a region as the provider writes it, such as westeurope")


class Section(msgspec.Struct, frozen=True):
    """A table of the settings file; `repr` hides what is secret."""

    def __repr__(self) -> str:
        hints = get_type_hints(type(self), include_extras=True)
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        shown = (f"{name}={'***' if value and is_secret(hints[name]) else repr(value)}" for name, value in fields)
        return f"{type(self).__name__}({', '.join(shown)})"


Secret = Annotated[str, _SECRET, Checked(_parse_secret)]
Host = Annotated[str, Checked(_parse_host)]
UrlPath = Annotated[str, Checked(_parse_path)]
Url = Annotated[str, Checked(_parse_url)]
Key = Annotated[str, _SECRET, Checked(_parse_key)]
Region = Annotated[str, Checked(_parse_region)]
Origin = Annotated[str, Checked(_parse_origin)]
HostName = Annotated[str, Checked(_parse_name)]
Network = Annotated[str, Checked(_parse_network)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Seconds = Annotated[float, msgspec.Meta(ge=0.05, le=86_400)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


def is_secret(hint: Any) -> bool:
    """Whether a value of the type `hint` is never to be shown."""
    return get_origin(hint) is Annotated and _SECRET in get_args(hint)
