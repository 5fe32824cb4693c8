"""The voices of OpenAI, and of servers that speak its protocol, which list theirs as Kokoro-FastAPI does.

Sources: the documentation of Kokoro-FastAPI, speaches and LocalAI.
"""

import re

import msgspec

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.vendors.openai.api import headers
from adapters.vendors.shared.answers import LIST, understood
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice

VOICES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar",
)  # fmt: skip
BY_GENDER = {"male": "onyx", "female": "nova", "neutral": "alloy", "unspecified": "alloy"}
"""OpenAI does not say what its voices sound like: this is our reading, of voices that each of its models has."""
_KOKORO = re.compile(r"([abefhijpz])([fm])_")
_KOKORO_LANGUAGES = dict(zip("abefhijpz", ("en-US", "en-GB", "es", "fr", "hi", "it", "ja", "pt-BR", "zh"), strict=True))
_KOKORO_GENDERS = {"f": "female", "m": "male"}


class _OpenAIVoice(msgspec.Struct):
    id: str | None = None
    name: str | None = None
    language: str | None = None
    gender: str | None = None


class _OpenAIVoices(msgspec.Struct):
    voices: list[str | _OpenAIVoice] = []
    data: list[str | _OpenAIVoice] = []


async def voices_of(web: Web, endpoint: Endpoint) -> tuple[ListedVoice, ...]:
    """The voices that the server lists. Raises ProviderFailed. Cancelling closes the connection."""
    call = Call(endpoint, "GET", "/audio/voices", headers(endpoint), expects=("application/json",), patience=UNHURRIED)
    answer = understood(endpoint, await web.fetch_json(call), _OpenAIVoices, LIST)
    return tuple(filter(lambda voice: voice.id, map(_voice, answer.voices or answer.data)))


def is_kokoro(voice: str) -> bool:
    """Whether this is the name of a voice of Kokoro, or of several that are mixed."""
    return bool(_KOKORO.match(voice))


def _voice(listed: str | _OpenAIVoice) -> ListedVoice:
    """A listed voice; one of Kokoro tells its language and gender by the first two letters of its name."""
    if isinstance(listed, str):
        listed = _OpenAIVoice(id=listed)
    name = listed.id or listed.name or ""
    letters = _KOKORO.match(name)
    language = listed.language or (_KOKORO_LANGUAGES[letters[1]] if letters else "")
    gender = listed.gender or (_KOKORO_GENDERS[letters[2]] if letters else "")
    return ListedVoice(name, listed.name or "", (language,) if language else (), gender.lower())
