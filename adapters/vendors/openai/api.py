"""The common part of OpenAI's three services: the address, the key, and the list of models."""

from collections.abc import Mapping

from adapters.reach.call import Call, Patience
from adapters.reach.contract import Endpoint
from adapters.reach.web import Web
from adapters.vendors.shared.modellist import ListedModel, fetch_models

URL = "https://api.openai.com/v1"


def headers(endpoint: Endpoint) -> Mapping[str, str]:
    """The key, as OpenAI wants it; nothing for a server that needs none."""
    return {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}


async def models_of(web: Web, endpoint: Endpoint, patience: Patience) -> tuple[ListedModel, ...]:
    """Its models. Raises ProviderFailed. Cancelling closes the connection.

    https://developers.openai.com/api/reference/resources/models/methods/list
    """
    call = Call(endpoint, "GET", "/models", headers(endpoint), expects=("application/json",), patience=patience)
    return await fetch_models(web, call)
