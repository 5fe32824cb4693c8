"""The voices that a provider lists: kept for a while, found by name, chosen by language and gender."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
import trio

from actors.ports import Speech
from adapters.provider import Endpoint, ProviderFailed
from adapters.web import Patience

FRESH, AGAIN = 3_600.0, 60.0
"""Seconds for which a list is used, and after which one that could not be had is asked for again."""
MOST = 5_000
"""Voices that are kept."""
UNHURRIED = Patience()
QUICK = Patience(connect=2.0, first_byte=3.0, silence=3.0, whole=5.0)
"""A turn that needs the list does not wait longer for it."""
T = TypeVar("T")


class Voice(msgspec.Struct, frozen=True):
    """A voice: `languages` BCP 47, its own first, `gender` male, female or neutral; empty where it is not said."""

    id: str
    name: str = ""
    languages: tuple[str, ...] = ()
    gender: str = ""


Fetch = Callable[[Patience], Awaitable[tuple[Voice, ...]]]


class Voices:
    """A provider's list of voices, kept for FRESH seconds; a catalogue that asks renews it, off the way of a turn."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._kept: tuple[Voice, ...] = ()
        self._until = 0.0
        self._asking = trio.Lock()

    async def renew(self) -> tuple[Voice, ...]:
        """Ask the provider. Raises ProviderFailed."""
        self._keep(await self._fetch(UNHURRIED))
        return self._kept

    async def known(self) -> tuple[Voice, ...]:
        """What is known, asked for where nothing is, or nothing recent; what was known before, or nothing, on failure.

        Cancelling leaves it as it was. Who asks at the same time gets the same answer.
        """
        async with self._asking:
            if trio.current_time() >= self._until:
                try:
                    self._keep(await self._fetch(QUICK))
                except ProviderFailed:
                    self._until = trio.current_time() + AGAIN
        return self._kept

    def _keep(self, voices: tuple[Voice, ...]) -> None:
        self._kept = voices[:MOST]
        self._until = trio.current_time() + FRESH


def find(voices: Sequence[Voice], wanted: str) -> Voice | None:
    """The voice with this id or name, in any case; also by the first word of its name ("Sarah - Reassuring")."""
    folded = wanted.strip().casefold()
    named = {voice.name.casefold().partition(" ")[0]: voice for voice in reversed(voices)}
    named |= {voice.name.casefold(): voice for voice in reversed(voices)}
    named |= {voice.id.casefold(): voice for voice in reversed(voices)}
    return named.get(folded) if folded else None


def choose(voices: Sequence[Voice], speech: Speech) -> Voice | None:
    """The first of the voices that fit best: the language before the gender, that before the region."""

    def fit(voice: Voice) -> tuple[bool, bool, bool]:
        gender = speech.gender in ("unspecified", voice.gender)
        return speaks(voice, speech.language), gender, speech.language.lower() == _own(voice)

    return max(voices, key=fit, default=None)


def speaks(voice: Voice, language: str) -> bool:
    """Whether the voice is said to speak the language, in whatever region."""
    return primary(language) in {primary(spoken) for spoken in voice.languages}


def primary(language: str) -> str:
    """The language of a BCP 47 code, without its region: `de` of `de-AT`."""
    return language.strip().replace("_", "-").partition("-")[0].lower()


def _own(voice: Voice) -> str:
    return voice.languages[0].replace("_", "-").lower() if voice.languages else ""


def understood(endpoint: Endpoint, answer: object, as_type: type[T]) -> T:
    """A provider's answer as what its documentation says it is. Raises ProviderFailed where it is something else."""
    try:
        return msgspec.convert(answer, as_type)
    except msgspec.ValidationError:
        raise ProviderFailed(f"{endpoint.title} sent a list that cannot be read: is its address right?") from None
