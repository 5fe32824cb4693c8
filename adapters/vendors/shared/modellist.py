"""The list of models in the form that OpenAI gave it, and others took over: `{"data": [{"id": …}]}`."""

import msgspec

from adapters.reach.call import Call
from adapters.reach.web import Web
from adapters.vendors.shared.answers import MODELS, something_else, understood


class ListedModel(msgspec.Struct, frozen=True):
    """A model; `task`: what it does, in the words of Hugging Face; None where the server does not say."""

    id: str = ""
    task: str | None = None


class _ModelList(msgspec.Struct):
    data: list[ListedModel] | None


async def fetch_models(web: Web, call: Call) -> tuple[ListedModel, ...]:
    """The models that the provider lists, in its order, without those that have no name.

    Raises ProviderFailed, also where the answer is no such list. Cancelling closes the connection.
    """
    listed = understood(call.endpoint, await web.fetch_json(call), _ModelList, MODELS).data or []
    models = tuple(model for model in listed if model.id)
    if listed and not models:
        raise something_else(call.endpoint, MODELS)
    return models
