"""The voices of Google Cloud Text-to-Speech.

https://docs.cloud.google.com/text-to-speech/docs/reference/rest/v1/voices/list
"""

import msgspec

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.vendors.google.api import fetch_whole, headers
from adapters.vendors.shared.answers import LIST, understood
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice


class _GoogleVoice(msgspec.Struct, rename="camel"):
    name: str
    language_codes: list[str] = []


class _GoogleVoices(msgspec.Struct):
    voices: list[_GoogleVoice] = []


async def voices_of(web: Web, endpoint: Endpoint) -> tuple[ListedVoice, ...]:
    """Its voices. Raises ProviderFailed. Cancelling closes the connection."""
    call = Call(endpoint, "GET", "/voices", headers(endpoint), expects=("application/json",), patience=UNHURRIED)
    listed = understood(endpoint, await fetch_whole(web, call), _GoogleVoices, LIST).voices
    return tuple(ListedVoice(voice.name, languages=tuple(voice.language_codes)) for voice in listed)
