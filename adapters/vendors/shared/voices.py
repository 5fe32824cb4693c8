"""The voices that a provider lists: kept, found by name, chosen by language and gender."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from actors.ports.synthesis import Speech
from adapters.reach.call import Patience
from protocol.languages import folded, primary

MOST = 5_000
"""Voices that are kept."""
UNHURRIED = Patience()


class ListedVoice(msgspec.Struct, frozen=True):
    """A voice: `languages` BCP 47, its own first, `gender` male, female or neutral; empty where it is not said."""

    id: str
    name: str = ""
    languages: tuple[str, ...] = ()
    gender: str = ""


class VoiceList:
    """A provider's list of voices as the catalogue last had it, so that no turn waits for a list."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[ListedVoice, ...]]]) -> None:
        self._fetch = fetch
        self.known: tuple[ListedVoice, ...] = ()
        """None before the first `renew`."""

    async def renew(self) -> tuple[ListedVoice, ...]:
        """Ask the provider. Raises ProviderFailed; then, or cancelled, what was known stays known."""
        self.known = (await self._fetch())[:MOST]
        return self.known


def find(voices: Sequence[ListedVoice], wanted: str) -> ListedVoice | None:
    """The voice with this id or name, in any case; also by the first word of its name ("Sarah - Reassuring")."""
    folded = wanted.strip().casefold()
    named = {voice.name.casefold().partition(" ")[0]: voice for voice in reversed(voices)}
    named |= {voice.name.casefold(): voice for voice in reversed(voices)}
    named |= {voice.id.casefold(): voice for voice in reversed(voices)}
    return named.get(folded) if folded else None


def choose(voices: Sequence[ListedVoice], speech: Speech) -> ListedVoice | None:
    """The first of the voices that fit best: the language before the gender, that before the region."""

    def fit(voice: ListedVoice) -> tuple[bool, bool, bool]:
        own = voice.languages[0] if voice.languages else ""
        is_gender = speech.gender in ("unspecified", voice.gender)
        return speaks(voice, speech.language), is_gender, folded(own) == folded(speech.language)

    return max(voices, key=fit, default=None)


def speaks(voice: ListedVoice, language: str) -> bool:
    """Whether the voice is said to speak the language, in any region."""
    return primary(language) in {primary(spoken) for spoken in voice.languages}
