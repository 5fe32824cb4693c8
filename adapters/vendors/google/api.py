"""The common part of Google Cloud's services: how the key is sent, and the error for a wrong one."""

from collections.abc import Mapping

from adapters.reach.call import Call
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.faults import of_error
from adapters.reach.web import Web

_BAD_KEY = "api key"


def headers(endpoint: Endpoint) -> Mapping[str, str]:
    """The API key; nothing where none is set."""
    return {"x-goog-api-key": endpoint.key} if endpoint.key else {}


async def fetch(web: Web, call: Call) -> object:
    """The answer, decoded. Raises ProviderFailed; Google says of a wrong key that the request is bad (400).

    Cancelling closes the connection.
    """
    try:
        return await web.fetch_json(call)
    except ProviderFailed as failure:
        if failure.verdict is not Verdict.FINAL or _BAD_KEY not in str(failure).lower():
            raise
        where = call.endpoint.key_setting or "its setting"
        message = f"{call.endpoint.title} refused the key in {where} (400): is it one for this API?"
        raise ProviderFailed(message, Verdict.REFUSED) from None


async def fetch_whole(web: Web, call: Call) -> object:
    """The answer, decoded, where no error stands in it. Raises ProviderFailed. Cancelling closes the connection."""
    answer = await fetch(web, call)
    if isinstance(answer, dict) and answer.get("error"):
        raise of_error(call.endpoint, answer["error"])
    return answer
