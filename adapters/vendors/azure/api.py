"""The common part of Azure's recognition and synthesis: how the key is sent, and the address of a region."""

from collections.abc import Mapping
from typing import Literal

from adapters.reach.contract import Endpoint, ProviderFailed, Verdict

_OWN_HOST = ".cognitiveservices.azure."


def headers(endpoint: Endpoint) -> Mapping[str, str]:
    """The key; nothing where none is set."""
    return {"Ocp-Apim-Subscription-Key": endpoint.key} if endpoint.key else {}


def base_url(endpoint: Endpoint, service: Literal["stt", "tts"]) -> str:
    """The address of the service. A resource with a name of its own has both at one host, the regions have two.

    Raises ProviderFailed where neither address nor region is set.
    https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-private-link
    """
    url, region = endpoint.url, endpoint.region
    if not (url or region):
        raise ProviderFailed(f"{endpoint.title} has no region: set the one of its key", Verdict.REFUSED)
    if not url:
        return f"https://{region}.{service}.speech.microsoft.com"
    if service == "tts":
        return url
    return f"{url.removesuffix('/stt')}/stt" if _OWN_HOST in url else url.replace(".tts.speech.", ".stt.speech.")
