"""The voices of an account at ElevenLabs.

https://elevenlabs.io/docs/api-reference/voices/search
"""

import msgspec

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.vendors.elevenlabs.api import headers
from adapters.vendors.shared.answers import LIST, understood
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice

BY_GENDER = {
    "male": "JBFqnCBsd6RMkjVDRZzb",
    "female": "EXAVITQu4vr4xnSDxMaL",
    "neutral": "SAz9YHcvj6GT2YYXdXww",
    "unspecified": "JBFqnCBsd6RMkjVDRZzb",
}
"""Voices that every account has, for a key that may not list them (George, Sarah, River)."""
_PAGES, _PAGE = 10, 100
"""Pages that are asked for, and voices on each."""


class _ElevenLabsVoiceLanguage(msgspec.Struct):
    language: str | None = None
    locale: str | None = None


class _ElevenLabsVoice(msgspec.Struct):
    voice_id: str
    name: str | None = None
    labels: dict[str, str | None] | None = None
    verified_languages: list[_ElevenLabsVoiceLanguage] | None = None


class _ElevenLabsVoices(msgspec.Struct):
    voices: list[_ElevenLabsVoice]
    has_more: bool = False
    next_page_token: str | None = None


async def voices_of(web: Web, endpoint: Endpoint) -> tuple[ListedVoice, ...]:
    """The account's voices, page by page. Raises ProviderFailed. Cancelling closes the connection."""
    voices: list[ListedVoice] = []
    token = ""
    for _ in range(_PAGES):
        call = Call(
            endpoint,
            "GET",
            "/v2/voices",
            headers(endpoint),
            {"page_size": str(_PAGE)} | ({"next_page_token": token} if token else {}),
            expects=("application/json",),
            patience=UNHURRIED,
        )
        page = understood(endpoint, await web.fetch_json(call), _ElevenLabsVoices, LIST)
        voices += map(_voice, page.voices)
        token = page.next_page_token or ""
        if not page.has_more or not token:
            break
    return tuple(voices)


def _voice(listed: _ElevenLabsVoice) -> ListedVoice:
    labels = listed.labels or {}
    verified = [spoken.locale or spoken.language for spoken in listed.verified_languages or ()]
    languages = dict.fromkeys(filter(None, (labels.get("language"), *verified)))
    return ListedVoice(listed.voice_id, listed.name or "", tuple(languages), (labels.get("gender") or "").lower())
