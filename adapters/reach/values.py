"""The types of settings by which a provider is reached, or the server is: each with its allowed values, in words."""

import re
from typing import Annotated, Any, get_args, get_origin

import msgspec

from protocol.tolerant import Checked

SECRET = "secret"
"""Marks a type, with Annotated, whose values are never shown."""


def _parse_host(text: str) -> None:
    if not text or not text.isprintable() or " " in text:
        raise ValueError("an address or a host's name, such as 127.0.0.1, or 0.0.0.0 for every interface")


def _parse_url(text: str) -> None:
    if text and not re.fullmatch(r"https?://[^/\s?#@]+(/[^\s?#@]*)?", text):
        raise ValueError("an address without a password in it, such as https://example.org or http://127.0.0.1:8000/v1")


def _parse_key(text: str) -> None:
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("the key as the provider gave it, without spaces and line ends")


def _parse_region(text: str) -> None:
    if not re.fullmatch(r"[a-z0-9]*", text):
        raise ValueError("a region as the provider writes it, such as westeurope")


def _parse_expected(text: str) -> None:
    if not re.fullmatch(r"(?=.{1,40}\Z)[^\W\d_]+(['’-][^\W\d_]+)*", text):
        raise ValueError("a single word of letters, ' and -, and 100 of them at most")


Host = Annotated[str, Checked(_parse_host)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Url = Annotated[str, Checked(_parse_url)]
Key = Annotated[str, SECRET, Checked(_parse_key)]
Region = Annotated[str, Checked(_parse_region)]
Expected = Annotated[tuple[Annotated[str, Checked(_parse_expected)], ...], msgspec.Meta(max_length=100)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


def is_secret(hint: Any) -> bool:
    """Whether a value of the type `hint` is never to be shown."""
    return get_origin(hint) is Annotated and SECRET in get_args(hint)
