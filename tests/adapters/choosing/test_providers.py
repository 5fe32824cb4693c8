"""Whole servers out of settings and variables: which provider answers, what is said of it, and where no key appears."""

import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
import trio

from adapters.choosing.table import LOCAL
from adapters.client.voiceclient import AudioPiece, Received, VoiceClient, connect
from adapters.reach.declaration import KINDS
from adapters.server import run
from adapters.settings.reading import load
from adapters.vendors.embedded.guide.languages.english import ENGLISH
from protocol.connecting import Auth
from protocol.errors import ErrorId
from protocol.messages import CustomError, SessionUpdated, TextDone, TranscribeDone
from tests.adapters.reach.loopback import KEY, Loopback, Reply, Request, json_reply, loopback, sse

NET = 60.0
NO_FILE = Path(os.devnull)
MODELS = {"data": [{"id": name} for name in ("whisper-1", "gpt-4o", "tts-1", "text-embedding-3-small")]}
AWAY = ENGLISH.answers["away"][0].partition("|")[0]
OPENAI: dict[str, object] = {kind: {"provider": "openai"} for kind in KINDS}
HEARD = "what is your name"
ANSWER = "I am a double."


def openai(request: Request) -> Reply:
    """A double of OpenAI, for all three kinds."""
    match request.path:
        case "/v1/models":
            return json_reply(MODELS)
        case "/v1/audio/transcriptions":
            return json_reply({"text": HEARD, "language": "english"})
        case "/v1/chat/completions":
            chunk = {"choices": [{"delta": {"content": ANSWER}, "finish_reason": "stop"}]}
            return sse(b"data: " + msgspec.json.encode(chunk) + b"\n\n", b"data: [DONE]\n\n")
        case "/v1/audio/speech":
            return Reply(200, "audio/pcm", bytes(4_800))
        case _:
            return json_reply({"error": {"message": "not here"}}, 404)


class RunningServer:
    """A server that runs, and what it printed."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.ready = trio.Event()

    def say(self, line: str) -> None:
        self.said.append(line)
        if "try it" in line:
            self.ready.set()

    @property
    def url(self) -> str:
        return self.said[-1].rpartition(" ")[2]

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(self.url + path, headers=headers)

    @property
    def credential(self) -> str:
        """The header with the token that the server's links bring."""
        return "Bearer " + next(line for line in self.said if "in a browser" in line).rpartition("#token=")[2]


@asynccontextmanager
async def serving(environ: Mapping[str, str]) -> AsyncIterator[RunningServer]:
    own = {
        "VIVAVOCE_PORT": "0",
        "VIVAVOCE_PROVIDERS_DISCOVER": "false",
        "VIVAVOCE_PROVIDERS_LOCAL_VOICE": "espeak",
    }
    for kind in ("STT", "TTS"):
        own[f"VIVAVOCE_PROVIDERS_LOCAL_{kind}_PROCESSES"] = "1"
    server = RunningServer()
    with trio.fail_after(NET):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(run, load(NO_FILE, {**own, **environ}, {}), server.say)
            await server.ready.wait()
            yield server
            nursery.cancel_scope.cancel()


def openai_at(double: Loopback) -> dict[str, str]:
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{double.url}/v1"}


async def updated(client: VoiceClient, configuration: Mapping[str, object]) -> SessionUpdated:
    await client.update(configuration)
    async for message in client:
        if isinstance(message, SessionUpdated):
            return message
    raise AssertionError("the connection ended")


async def turn(client: VoiceClient) -> list[Received]:
    """What comes until the answer has been spoken or has failed."""
    came: list[Received] = []
    async for message in client:
        came.append(message)
        if isinstance(message, CustomError) or (isinstance(message, AudioPiece) and message.done):
            break
    return came


@asynccontextmanager
async def talking(server: RunningServer) -> AsyncIterator[VoiceClient]:
    async with connect(server.url, Auth(audio_format="pcm16")) as client:
        yield client


# ---- a configured provider


@pytest.mark.real
async def test_with_its_variable_set_a_session_that_names_it_uses_it() -> None:
    async with loopback(respond=openai) as double, serving(openai_at(double)) as server, talking(server) as client:
        outcome = await updated(client, {**OPENAI, "STT": {"provider": "openai", "mediaFormat": "pcm16"}})
        assert (outcome.success, outcome.warnings) == (True, ())
        await client.append(bytes(16_000))
        await client.commit()
        came = await turn(client)
        assert [each.text for each in came if isinstance(each, TranscribeDone | TextDone)] == [HEARD, ANSWER]
        for _ in range(3):
            await client.text("Again.")
            assert not [each for each in await turn(client) if isinstance(each, CustomError)]
        paths = [request.path for request in double.requests]
        assert paths.count("/v1/chat/completions") == 4
        assert all(request.headers["authorization"] == f"Bearer {KEY}" for request in double.requests)
        assert double.accepted <= 4, "three lists at the start, side by side, and connections that are used again"
        assert any(
            line.startswith("vivavoce: LLM openai (gpt-4o), because OpenAI is configured") for line in server.said
        )


@pytest.mark.real
async def test_without_it_another_stands_in_and_never_local_while_one_is_configured() -> None:
    async with loopback(respond=openai) as double:
        environ = {"VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_BASE_URL": double.url}
        async with serving(environ) as server, talking(server) as client:
            outcome = await updated(client, OPENAI)
            assert outcome.success
            warnings = list(outcome.warnings)
            for kind in KINDS:
                assert f"{kind}: OpenAI is not configured here (set OPENAI_API_KEY), used mine" in warnings
            await client.text("Hello.")
            assert [each.text for each in await turn(client) if isinstance(each, TextDone)] == [ANSWER]


@pytest.mark.real
async def test_without_any_local_stands_in_and_says_what_to_set() -> None:
    async with serving({}) as server, talking(server) as client:
        stands_in = [f"{kind}: OpenAI is not configured here (set OPENAI_API_KEY), used Local" for kind in KINDS]
        assert list((await updated(client, OPENAI)).warnings) == stands_in
        no_models = [f"{kind}: No available models (used a default model)" for kind in KINDS]
        named: dict[str, object] = {kind: {"provider": "openai", "model": "whisper-1"} for kind in KINDS}
        assert sorted((await updated(client, named)).warnings) == sorted(stands_in + no_models)


@pytest.mark.real
async def test_a_refused_key_is_told_by_its_setting_and_the_next_one_answers() -> None:
    def refusing(request: Request) -> Reply:
        return json_reply({"error": {"message": f"Incorrect API key provided: {KEY}"}}, 401)

    async with loopback(respond=refusing) as double, loopback(respond=openai) as other:
        environ = {**openai_at(double), "VIVAVOCE_PROVIDERS_OPENAI_COMPATIBLE_MINE_BASE_URL": other.url}
        async with serving(environ) as server, talking(server) as client:
            await updated(client, OPENAI)
            await client.text("Hello.")
            assert [each.text for each in await turn(client) if isinstance(each, TextDone)] == [ANSWER]
            aside = (await server.get("/healthz")).json()["aside"]
            assert "OPENAI_API_KEY" in aside["LLM"]["openai"]
            listed = (await server.get("/v1/catalogue", Authorization=server.credential)).json()["LLM"]
            assert [each["state"][:9] for each in listed if each["name"] == "openai"] == ["set aside"]


async def told(client: VoiceClient, words: str) -> str:
    """What is answered to these words, in full."""
    await client.text(words)
    came = await turn(client)
    assert not [each for each in came if isinstance(each, CustomError)]
    return " ".join(each.text for each in came if isinstance(each, TextDone))


async def heard(client: VoiceClient) -> TranscribeDone:
    """What was heard, by whomever."""
    async for message in client:
        assert not isinstance(message, CustomError), message
        if isinstance(message, TranscribeDone):
            return message
    raise AssertionError("the connection ended")


@asynccontextmanager
async def nobody() -> AsyncIterator[str]:
    """An address where nothing listens."""
    async with loopback() as double:
        url = double.url
    yield url


@asynccontextmanager
async def mute() -> AsyncIterator[str]:
    """An address where every connection is taken, and nothing is ever said."""

    async def hold(stream: trio.SocketStream) -> None:
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, hold, [listener])
        yield f"http://127.0.0.1:{listener.socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


@pytest.mark.real
@pytest.mark.parametrize("where", [nobody, mute])
async def test_where_a_provider_is_away_the_embedded_ones_answer_and_the_guide_says_so_once(
    where: Callable[[], AbstractAsyncContextManager[str]],
) -> None:
    async with where() as url:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{url}/v1"}
        async with serving(environ) as server, talking(server) as client:
            await updated(client, {**OPENAI, "STT": {"provider": "openai", "mediaFormat": "pcm16"}})
            await client.append(bytes(16_000))
            await client.commit()
            assert (await heard(client)).text == ""
            assert AWAY in await told(client, "Hello.")
            aside = (await server.get("/healthz")).json()["aside"]
            assert (list(aside["LLM"]), list(aside["TTS"])) in ((["openai"], ["openai"]), (["openai"], []))
            second = await told(client, "Count.")
            assert "twenty" in second
            assert AWAY not in second


@pytest.mark.real
@pytest.mark.parametrize(
    ("setting", "value"),
    [("GUIDE", "false"), ("PREFER_LLM", "openai"), ("SUBSTITUTE", "false")],
)
async def test_the_guide_does_not_stand_in_where_the_operator_says_so(setting: str, value: str) -> None:
    async with nobody() as url:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{url}/v1", f"VIVAVOCE_PROVIDERS_{setting}": value}
        async with serving(environ) as server, talking(server) as client:
            await updated(client, OPENAI)
            await client.text("Hello.")
            errors = [each for each in await turn(client) if isinstance(each, CustomError)]
    assert [each.error_id for each in errors] == [ErrorId.MODEL_FAILED]
    assert "nothing listens there" in errors[0].message


@pytest.mark.real
async def test_the_planted_key_is_nowhere(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither when all goes well nor when the provider itself repeats it in its errors."""

    def repeating(request: Request) -> Reply:
        if request.path == "/v1/models":
            return openai(request)
        return json_reply(
            {"error": {"message": f"{KEY} may not do this, says {request.headers['authorization']}"}}, 400
        )

    caplog.set_level(logging.DEBUG)
    for respond in (openai, repeating):
        async with loopback(respond=respond) as double, serving(openai_at(double)) as server, talking(server) as client:
            outcome = await updated(client, OPENAI)
            await client.text("Hello.")
            told = [repr(each) for each in (outcome, *await turn(client))]
            asked = [await server.get(path, Authorization=server.credential) for path in ("/healthz", "/v1/catalogue")]
            pages = [answer.raise_for_status().text for answer in asked]
            for text in (*told, *pages, *server.said):
                assert KEY not in text
    settings = load(NO_FILE, {"OPENAI_API_KEY": KEY}, {})
    assert KEY not in repr(settings)
    assert KEY not in caplog.text
    assert KEY not in "".join(capsys.readouterr())


@pytest.mark.real
async def test_the_catalogue_and_the_inside_want_a_token_even_where_none_is_set() -> None:
    async with serving({}) as server:
        for path in ("/v1/catalogue", "/inspect.json"):
            assert (await server.get(path)).status_code == 401
            assert (await server.get(path, Authorization=server.credential)).status_code == 200
            assert (await server.get(f"{path}?token={server.credential[7:]}")).status_code == 200
        links = [line.rpartition(" ")[2] for line in server.said if "#token=" in line]
        assert [link.partition("#")[0] for link in links] == [f"{server.url}/inspect", f"{server.url}/"]
        assert (await server.get("/", Host="evil.example")).status_code == 403


@pytest.mark.real
async def test_the_catalogue_wants_the_token_where_there_is_one() -> None:
    async with serving({"VIVAVOCE_TOKEN": "let-me-in"}) as server:
        assert (await server.get("/v1/catalogue")).status_code == 401
        assert (await server.get("/v1/catalogue?token=wrong")).status_code == 401
        assert (await server.get("/v1/catalogue?token=let-me-in")).status_code == 200
        found = await server.get("/v1/catalogue", Authorization="Bearer let-me-in")
        assert list(found.json()) == list(KINDS)
        local = [each for each in found.json()["TTS"] if each["name"] == LOCAL]
        assert local[0]["voices"]
        assert local[0]["default"]
