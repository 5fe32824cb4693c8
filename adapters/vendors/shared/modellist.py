"""The list of models in the form that OpenAI gave it, and others took over: `{"data": [{"id": …}]}`."""

import msgspec

from adapters.reach.call import Call
from adapters.reach.jsontext import fields, items, words
from adapters.reach.web import Web
from adapters.vendors.shared.answers import MODELS, understood, unreadable


class ListedModel(msgspec.Struct, frozen=True):
    """A model; `task`: what it does, in the words of Hugging Face; None where the server does not say."""

    id: str = ""
    task: str | None = None


class _ModelList(msgspec.Struct):
    data: list[ListedModel] | None


async def fetch_models(web: Web, call: Call, fault: str = MODELS) -> tuple[ListedModel, ...]:
    """The models that the provider lists, in its order, without those that have no name.

    Raises ProviderFailed, with `fault` where the answer is no such list. Cancelling closes the connection.
    """
    listed = understood(call.endpoint, await web.fetch_json(call), _ModelList, fault).data or []
    models = tuple(model for model in listed if model.id)
    if listed and not models:
        raise unreadable(call.endpoint, fault)
    return models


async def fetch_model_names(web: Web, call: Call) -> tuple[str, ...]:
    """The names of the models that can be read, each once, in the provider's order.

    Raises ProviderFailed, also where the answer has no `data`. Cancelling closes the connection.
    """
    # A language model's check asks for this list only to try the key: a server whose list is broken may answer well.
    listed = fields(await web.fetch_json(call))
    if "data" not in listed:
        raise unreadable(call.endpoint, MODELS)
    names = (words(fields(model).get("id")) for model in items(listed["data"]))
    return tuple(dict.fromkeys(filter(None, names)))
