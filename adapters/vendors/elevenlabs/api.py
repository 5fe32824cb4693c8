"""The common part of ElevenLabs' services: the address, and how the key is sent."""

from collections.abc import Mapping

import msgspec

from adapters.reach.contract import Endpoint

URL = "https://api.elevenlabs.io"


def located(endpoint: Endpoint) -> Endpoint:
    """The endpoint at the provider's own address, where no other is set."""
    return msgspec.structs.replace(endpoint, url=endpoint.url or URL)


def headers(endpoint: Endpoint) -> Mapping[str, str]:
    """The key; nothing where none is set."""
    return {"xi-api-key": endpoint.key} if endpoint.key else {}
