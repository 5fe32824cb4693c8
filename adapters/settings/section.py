"""A section of the settings: its base struct, and the types of its values with what they allow."""

import ipaddress
import re
from typing import Annotated, get_type_hints

import msgspec

from adapters.reach.values import SECRET, is_secret
from protocol.tolerant import Checked

INLINE = "inline"
"""Marks a field of a section, with Annotated, that is a struct of a component: its settings stand in the section."""


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


def _parse_secret(text: str) -> None:
    if not text.isprintable() or text != text.strip():
        raise ValueError("one line without a space or line end before or behind it, as nobody could show it otherwise")


class Section(msgspec.Struct, frozen=True):
    """A table of the settings file; `repr` hides what is secret."""

    def __repr__(self) -> str:
        hints = get_type_hints(type(self), include_extras=True)
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        shown = (f"{name}={'***' if value and is_secret(hints[name]) else repr(value)}" for name, value in fields)
        return f"{type(self).__name__}({', '.join(shown)})"


Secret = Annotated[str, SECRET, Checked(_parse_secret)]
UrlPath = Annotated[str, Checked(_parse_path)]
Origin = Annotated[str, Checked(_parse_origin)]
HostName = Annotated[str, Checked(_parse_name)]
Network = Annotated[str, Checked(_parse_network)]
