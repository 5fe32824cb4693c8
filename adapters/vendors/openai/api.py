"""The common part of OpenAI's three services: the address, the key, and the request for models."""

from collections.abc import Mapping

from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint

URL = "https://api.openai.com/v1"
JSON = ("application/json",)


def headers(endpoint: Endpoint) -> Mapping[str, str]:
    """The key, as OpenAI wants it; nothing for a server that needs none."""
    return {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}


def models_call(endpoint: Endpoint, patience: Patience, expects: tuple[str, ...] = ()) -> Call:
    """The request for its models. `expects`: as a Call has it.

    https://developers.openai.com/api/reference/resources/models/methods/list
    """
    return Call(endpoint, "GET", "/models", headers(endpoint), expects=expects, patience=patience)
