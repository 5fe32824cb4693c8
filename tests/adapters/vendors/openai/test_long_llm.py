"""The adapter for chat completions against a server that others wrote, with a model whose words mean nothing."""

from collections.abc import Iterator

import msgspec
import pytest
import trio
import trio.lowlevel

from actors.ports.answering import Delivery, Exchange, Question
from actors.ports.calls import Retraction
from adapters.reach.contract import Endpoint, ProviderFailed, Verdict
from adapters.reach.web import Web
from adapters.vendors.openai.llm import COMPATIBLE, OPENAI, OpenAiChat
from tests.adapters.vendors.llamaserver import CONTEXT, KEY, MODEL, llama_server
from tests.adapters.vendors.models import answer_of

pytestmark = [pytest.mark.real, pytest.mark.long]
ASKED = Question(
    "Grüße, 東京?", (Exchange("Hi.", "Hello."),), MODEL, "Be brief.", 0.8, (), 12, "Ada", "en-US", stream=True
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama_server() as url:
        yield url


@pytest.fixture
def adapter(web: Web, url: str) -> OpenAiChat:
    return OpenAiChat(web, endpoint(url))


def endpoint(url: str, key: str = KEY) -> Endpoint:
    return Endpoint("llama", "Llama", f"{url}/v1", key, "LLAMA_API_KEY")


def replace(**changes: object) -> Question:
    return msgspec.structs.replace(ASKED, **changes)


async def test_an_answer_comes_in_pieces_and_ends_at_its_limit(adapter: OpenAiChat) -> None:
    pieces = await answer_of(adapter, ASKED)
    assert 3 < len(pieces) <= 12
    short = await answer_of(adapter, replace(max_token=2))
    assert 0 < len(short) <= 2


async def test_temperature_and_stop_are_heeded(adapter: OpenAiChat) -> None:
    first = "".join(await answer_of(adapter, replace(temperature=0.0)))
    assert "".join(await answer_of(adapter, replace(temperature=0.0))) == first
    word = first.split()[2]
    assert word not in "".join(await answer_of(adapter, replace(temperature=0.0, stop=(word,))))


async def test_a_limit_by_its_newer_name_is_no_failure(web: Web, url: str) -> None:
    adapter = OpenAiChat(web, endpoint(url), OPENAI)
    assert await answer_of(adapter, replace(stop=("moon", "cat"), max_token=20))


async def test_its_models_are_found(adapter: OpenAiChat) -> None:
    assert (await adapter.offer()).models == (MODEL,)
    await adapter.check()


async def test_an_answer_is_left_in_the_middle_and_the_next_one_comes(adapter: OpenAiChat) -> None:
    heard: list[str | Delivery | Retraction] = []
    for _ in range(3):
        with trio.CancelScope() as scope:

            async def stop(piece: str | Delivery | Retraction, scope: trio.CancelScope = scope) -> None:
                heard.append(piece)
                scope.cancel()
                await trio.lowlevel.checkpoint()  # as a session does that takes it

            await adapter.answer(replace(max_token=0), stop)
        assert scope.cancelled_caught
    assert len(heard) == 3
    assert await answer_of(adapter, ASKED)


async def test_a_refused_key_is_told_apart(web: Web, url: str) -> None:
    with pytest.raises(ProviderFailed, match="LLAMA_API_KEY") as caught:
        await answer_of(OpenAiChat(web, endpoint(url, "sk-wrong"), COMPATIBLE), ASKED)
    assert caught.value.verdict is Verdict.REFUSED
    assert "sk-wrong" not in str(caught.value)


async def test_a_stream_that_the_server_drops_is_noticed(adapter: OpenAiChat) -> None:
    # It finds only after its 200 that the question is longer than its context, and ends without a word.
    with pytest.raises(ProviderFailed, match="broke off") as caught:
        await answer_of(adapter, replace(text="moon " * 2 * CONTEXT))
    assert caught.value.verdict is Verdict.PASSING
