"""The voices of Microsoft Azure, as a region lists them.

https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#get-a-list-of-voices
"""

import msgspec

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.vendors.azure.api import base_url, headers
from adapters.vendors.shared.answers import LIST, understood
from adapters.vendors.shared.voices import UNHURRIED, ListedVoice

BY_GENDER = {
    "male": "en-US-AndrewMultilingualNeural",
    "female": "en-US-AvaMultilingualNeural",
    "neutral": "en-US-AvaMultilingualNeural",
    "unspecified": "en-US-AvaMultilingualNeural",
}
"""Voices that speak many languages, for one of which the region lists no voice."""


class _AzureVoice(msgspec.Struct, rename="pascal"):
    short_name: str
    display_name: str = ""
    gender: str = ""
    locale: str = ""
    secondary_locale_list: list[str] = []


async def voices_of(web: Web, endpoint: Endpoint) -> tuple[ListedVoice, ...]:
    """The region's voices. Raises ProviderFailed. Cancelling closes the connection."""
    call = Call(
        endpoint,
        "GET",
        base_url(endpoint, "tts") + "/cognitiveservices/voices/list",
        headers(endpoint),
        expects=("application/json",),
        patience=UNHURRIED,
    )
    return tuple(map(_voice, understood(endpoint, await web.fetch_json(call), list[_AzureVoice], LIST)))


def _voice(listed: _AzureVoice) -> ListedVoice:
    languages = (listed.locale, *listed.secondary_locale_list)
    return ListedVoice(listed.short_name, listed.display_name, languages, listed.gender.lower())
