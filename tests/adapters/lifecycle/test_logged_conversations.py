"""The log of conversations, in both formats: whose each line is, and neither what people say nor their credentials."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import msgspec
import pytest
import trio
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.ports.calls import EngineFailed
from adapters.client.voiceclient import ConnectRefused
from adapters.lifecycle import logs
from adapters.lifecycle.logs import JsonEntry
from adapters.settings.settings import LogFormat
from adapters.virtual.clock import reseed
from protocol.connecting import Auth
from protocol.messages import CustomError
from tests.harness import Client, Server, serving, state
from tests.scripted import Act, ScriptedEngines, fails

WORD, TOKEN = "gazebo", "xylophone"
SESSION = UUID("1a2b3c4d-0000-4000-8000-00000000beef")
formats = pytest.mark.parametrize("format_", ["readable", "json"])


@contextmanager
def logged(format_: LogFormat, *, debug: bool = False) -> Iterator[io.StringIO]:
    """What the program would write to its log; everything is as before at the end."""
    root, to = logging.getLogger(), io.StringIO()
    before, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *logs.PACKAGES)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr", to)
        logs.set_up(debug, format_)
    try:
        yield to
    finally:
        root.handlers[:] = before
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def eloquent() -> ScriptedEngines:
    """Engines in which all that is said and answered has the marked word; every second model fails."""
    engines = ScriptedEngines()
    engines.stt.script.usual = Act((f"Where is the {WORD}?",))
    engines.llm.script.usual = Act((f"The {WORD} ", "is there."))
    engines.llm.script.acts.extend([engines.llm.script.usual, fails(WORD, why=EngineFailed("it is down"))])
    return engines


async def converse(client: Client) -> None:
    """A turn, one that fails, one that is interrupted, and what is refused."""
    await client.configure(STT={"prompt": WORD}, LLM={"prompt": f"Speak of the {WORD}."})
    await client.say(WORD.encode())
    await client.until(state("speaking"))
    await client.until(state("handshaken"))
    await client.say(WORD.encode())
    await client.until(CustomError)
    await client.say(WORD.encode())
    await client.until(state("speaking"))
    for event, argument in (
        ("input.text", {"text": f"And the {WORD}?"}),
        ("input.text", {"text": {"words": WORD}}),
        ("input.text", {"text": ""}),
        ("session.update", {"LLM": {"model": "none"}}),
        ("session.update", {"LLM": {"prompt": [f"Speak of the {WORD}."]}}),
    ):
        await client.voice.send(event, argument)
    await client.until(state("speaking"))
    await client.until(state("handshaken"))


async def hold(server: Server) -> None:
    """The conversation, by one with the token; others have a wrong one, or none."""
    async with server.joined(Auth(token=TOKEN, session_id=str(SESSION))) as client:
        await converse(client)
    for wrong in (f"{TOKEN} ", "wrong"):
        with pytest.raises(ConnectRefused):
            await server.join(Auth(token=wrong))
    await trio.sleep(200)  # the session's grace is over


@formats
@pytest.mark.parametrize("seed", range(3))
def test_neither_words_nor_credentials_are_logged(format_: LogFormat, seed: int) -> None:
    async def main() -> None:
        async with serving(eloquent(), token=TOKEN) as server:
            await hold(server)

    reseed(seed)
    with logged(format_) as to:
        trio.run(main, clock=MockClock(autojump_threshold=0))
    log = to.getvalue()
    assert "3001 the language model failed: it is down" in log
    assert "refused: 401" in log
    assert "session 1a2b3c4d turn 4: the session ended after " in log or '"session":"1a2b3c4d","turn":4' in log
    for hidden in (WORD, TOKEN, str(SESSION)):
        assert hidden not in log


async def test_each_line_of_a_session_says_which_one_and_its_turn(autojump_clock: MockClock) -> None:
    with logged("json") as to:
        async with serving(eloquent(), token=TOKEN) as server:
            await hold(server)
    entries = [msgspec.json.decode(line, type=JsonEntry) for line in to.getvalue().splitlines()]
    (failed,) = [entry for entry in entries if entry.message.startswith("3001")]
    assert (failed.session, failed.turn, failed.level) == ("1a2b3c4d", 2, "WARNING")
    assert {entry.session for entry in entries if "refused: 401" in entry.message} == {""}
    (ended,) = [entry for entry in entries if entry.message.startswith("the session ended")]
    assert (ended.session, ended.turn, ended.level) == ("1a2b3c4d", 4, "INFO")
    outcomes = {"completed": 2, "failed": 1, "interrupted": 1}
    assert isinstance(ended.details, dict)
    assert (ended.details["turns"], ended.details["outcomes"]) == (4, outcomes)
    assert (ended.details["first_sound_seconds"], ended.details["why"]) == (0.0, "nobody was in it for its grace")
    assert ended.message.endswith("4 turns (2 completed, 1 failed, 1 interrupted), first sound after 0.00 s")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("down", "the server went down"),
        ("evicted", "it made room for another session"),
        ("fault", "a fault of this server"),
    ],
)
async def test_the_last_line_of_a_session_says_why_it_is_over(
    how: str, why: str, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(*_: object) -> None:
        raise RuntimeError

    with logged("json") as to:
        async with serving(limits=Limits(sessions=1)) as server:
            async with server.joined(session_id=str(SESSION)) as client:
                await client.configure()
                if how == "down":
                    await server.supervisor.drain()
                elif how == "fault":
                    monkeypatch.setattr("actors.running.session.step", break_)
                    await client.voice.text("hi")
                    await client.over.wait()
                    monkeypatch.undo()
            if how == "evicted":
                async with server.joined() as client:
                    await client.configure()
    entries = [msgspec.json.decode(line, type=JsonEntry) for line in to.getvalue().splitlines()]
    assert [
        entry.message.partition(": ")[2]
        for entry in entries
        if entry.session == "1a2b3c4d" and entry.message.startswith("the session ended")
    ] == [f"{why}; no turns"]


async def test_a_log_that_cannot_be_written_breaks_nothing(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.stderr", Full())
    with logged("json") as to:
        for handler in logging.getLogger().handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(Full())
        async with serving(eloquent(), token=TOKEN) as server:
            await hold(server)
    assert to.getvalue() == ""
