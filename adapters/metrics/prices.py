"""Prices of providers, from a TOML file, and what usage costs by them.

    [openai]
    currency = "USD"
    tokens_in = 0.15e-6        # of one token
    tokens_out = 0.6e-6
    audio_seconds = 0.0001

A provider that is not named costs nothing, and so does a unit. Prices change without notice, so none are shipped.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from actors.ports.watching import Usage
from adapters.settings.errors import StartupFailed

Money = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
_PER_UNIT: Final = Usage.__struct_fields__


class ProviderPrice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The price of one unit of each kind, in `currency`."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "USD"
    tokens_in: Money = 0.0
    tokens_out: Money = 0.0
    characters: Money = 0.0
    audio_seconds: Money = 0.0


Prices = Mapping[str, ProviderPrice]


def read_prices(file: str) -> Prices:
    """The prices in the file, by provider; none for "". Raises StartupFailed with what is wrong in it."""
    if not file:
        return {}
    try:
        sections = tomllib.loads(Path(file).read_text(encoding="utf-8"))
        return {name: _read(name, section) for name, section in sections.items()}
    except (OSError, UnicodeError) as error:
        raise StartupFailed(f"server.prices: {file} cannot be read: {error}") from None
    except ValueError as error:
        units = ", ".join(_PER_UNIT)
        raise StartupFailed(
            f"server.prices: {file}: {error}; write [PROVIDER] with currency (three capitals) and, per unit, {units}"
        ) from None


def _read(name: str, section: object) -> ProviderPrice:
    try:
        return msgspec.convert(section, ProviderPrice)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from None


def cost(prices: Prices, provider: str, usage: Usage) -> dict[str, float]:
    """What the usage costs, by currency; nothing where no price is known."""
    price = prices.get(provider)
    if price is None:
        return {}
    money = sum(getattr(price, unit) * getattr(usage, unit) for unit in _PER_UNIT)
    return {price.currency: money} if money else {}
