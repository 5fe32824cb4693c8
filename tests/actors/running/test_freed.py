"""However a connection, a turn or an utterance ends: what is left of it is freed at once, by reference counting."""

from collections.abc import Awaitable, Callable

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from actors.deciding.limits import Limits
from actors.ports.calls import EngineFailed
from actors.ports.recognition import Transcript, Utterance
from actors.ports.sound import Clip
from actors.ports.synthesis import Speech
from adapters.client.voiceclient import ConnectRefused
from protocol.audioformat import AudioFormat
from protocol.connecting import Auth
from protocol.messages import BufferInitialized, CustomError, ResponseStarted
from protocol.timing import Timing
from tests.cycles import freed_by_counting
from tests.harness import RESOURCE, Client, Polling, Server, exchange, serving, state
from tests.scripted import UNDECODABLE, Act, Broken, Recogniser, ScriptedEngines, Synthesiser, fails, hangs

LIMITS = Limits(grace=5.0, utterance_bytes=100_000, straggler=-1.0)
SOUND = b"sound" * 10_000
Way = Callable[[Server], Awaitable[None]]
TOKEN = "secret"


async def check(way: Way, engines: ScriptedEngines | None = None, timing: Timing | None = None) -> None:
    """Nothing of what `way` does is left to the collector when it is over, and the server goes on."""
    async with serving(engines, limits=LIMITS, timing=timing, token=TOKEN) as server:
        with freed_by_counting():
            await way(server)
            await server.check_nothing_is_left()


async def join(server: Server) -> Client:
    """A client that has configured its session."""
    client = await server.join(token=TOKEN)
    await client.configure()
    return client


# ---- connections


async def close(server: Server) -> None:
    client = await join(server)
    await client.voice.packets.send_frame("41")
    await client.voice.packets.send_frame("1")
    await client.over.wait()


async def vanish(server: Server) -> None:
    client = await join(server)
    await client.vanish()


async def send_nonsense(server: Server) -> None:
    client = await join(server)
    await client.voice.packets.send_frame("9nonsense")
    await client.over.wait()


async def be_refused(server: Server) -> None:
    with pytest.raises(ConnectRefused):
        await server.join(token="a guess")
    await trio.sleep(
        server.supervisor.connection_registry.timing.ping_interval
        + server.supervisor.connection_registry.timing.ping_timeout
    )


async def never_connect(server: Server) -> None:
    async with server.dial() as stream:
        await stream.send_all(f"GET {RESOURCE} HTTP/1.1\r\nHost: memory\r\n".encode())
        await server.settle()


async def ask_for_what_is_not_there(server: Server) -> None:
    async with server.dial() as stream:
        status, _ = await exchange(stream, "GET", "/nothing", b"")
        assert status == 404


async def speak_no_http(server: Server) -> None:
    async with server.dial() as stream:
        await stream.send_all(b"speak\r\n\r\n")
        assert await stream.receive_some()


async def read_slowly(server: Server) -> None:
    client = await join(server)
    session_id = server.session_registry.sessions[0].id
    deaf = await server.join(token=TOKEN, role="receiver", session_id=session_id, listening=False, lockstep=True)
    await client.check_a_turn_works()
    await trio.sleep(60.0)
    assert len(server.supervisor.connection_registry) == 1
    await client.vanish()
    await deaf.vanish()


async def poll(server: Server) -> Polling:
    client = Polling(server)
    await client.open(Auth(token=TOKEN))
    await client.emit("session.update", {})
    return client


async def poll_and_close(server: Server) -> None:
    client = await poll(server)
    await client.emit("input.buffer.append", SOUND)
    await client.emit("input.buffer.commit")
    while not any("audio.delta" in message for message in await client.poll()):
        pass
    await client.request("POST", b"1")


async def poll_and_vanish(server: Server) -> None:
    client = await poll(server)
    await client.emit("input.buffer.append", SOUND)


async def poll_and_send_nonsense(server: Server) -> None:
    client = await poll(server)
    status, _ = await client.request("POST", b"4nonsense")
    assert status == 400


async def be_dismissed(server: Server) -> None:
    client, other = await join(server), await poll(server)
    await client.say(SOUND)
    await other.emit("input.buffer.append", SOUND)
    await client.until(ResponseStarted)
    await server.supervisor.drain()
    await client.over.wait()
    server.session_registry.draining = False


CONNECTIONS = [
    close, vanish, send_nonsense, be_refused, never_connect, ask_for_what_is_not_there, speak_no_http, read_slowly,
    poll_and_close, poll_and_vanish, poll_and_send_nonsense, be_dismissed,
]  # fmt: skip


@pytest.mark.parametrize("way", CONNECTIONS)
async def test_a_connection_that_ends_is_freed(way: Way, autojump_clock: MockClock) -> None:
    await check(way, timing=Timing(ping_timeout=3.0))


# ---- utterances


async def begin(server: Server, *chunks: bytes) -> Client:
    """A client whose utterance has begun."""
    client = await join(server)
    for chunk in chunks or (SOUND,):
        await client.voice.append(chunk)
    await client.until(BufferInitialized)
    return client


async def clear(server: Server) -> None:
    client = await begin(server)
    await client.voice.clear()
    await client.until(state("handshaken"))
    await client.vanish()


async def commit_an_error(server: Server) -> None:
    client = await begin(server)
    await client.voice.send("input.buffer.commit", {"message": "gone", "errorId": 1})
    await client.until(state("handshaken"))
    await client.vanish()


async def say_too_much(server: Server) -> None:
    client = await begin(server, SOUND, SOUND, SOUND)
    await client.until(CustomError)
    await client.voice.commit()
    await client.until(state("handshaken"))
    await client.vanish()


async def fall_silent(server: Server) -> None:
    client = await begin(server)
    await client.until(state("handshaken"))
    await client.vanish()


async def leave_in_the_midst(server: Server) -> None:
    client = await begin(server)
    await client.vanish()


async def send_what_does_not_decode(server: Server) -> None:
    client = await begin(server, UNDECODABLE)
    await client.voice.commit()
    await client.until(state("handshaken"))
    await client.vanish()


UTTERANCES = [
    clear, commit_an_error, say_too_much, fall_silent, leave_in_the_midst, send_what_does_not_decode,
]  # fmt: skip


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("way", UTTERANCES)
async def test_an_utterance_that_ends_is_freed(way: Way, live: bool, autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.stt.live = live
    await check(way, engines)


class TasksOfItsOwn(Recogniser):
    """A recogniser that listens in tasks of its own, as those do that are reached by a socket or a pipe."""

    async def transcribe(self, utterance: Utterance, words: Callable[[str], Awaitable[None]]) -> Transcript:
        transcripts: list[Transcript] = []

        async def hear() -> None:
            transcripts.append(await super(TasksOfItsOwn, self).transcribe(utterance, words))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(hear)
            nursery.start_soon(trio.sleep, 0.1)
        return transcripts[0]


@pytest.mark.parametrize("way", UTTERANCES)
async def test_an_utterance_that_several_tasks_hear_is_freed(way: Way, autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.stt = TasksOfItsOwn()
    engines.stt.live = True
    engines.scripts["STT"] = engines.stt.script
    await check(way, engines)


# ---- turns

STREAMED: dict[str, dict[str, object]] = {"LLM": {"stream": True}, "TTS": {"stream": True, "responseType": "multiple"}}


async def take_a_turn(
    server: Server, *, until: object, then: Callable[[Client], Awaitable[None]], mouth: str = "none"
) -> None:
    client = await server.join(token=TOKEN, mouth=mouth)
    await client.configure(**STREAMED)
    await client.say(SOUND)
    await client.until(until)
    await then(client)
    await server.settle()
    await client.vanish()


async def go_on(client: Client) -> None:
    await client.until(state("handshaken"))


async def cancel(client: Client) -> None:
    await client.voice.cancel()
    await client.until(state("handshaken"))


async def barge_in(client: Client) -> None:
    await client.voice.append(SOUND)
    await client.until(BufferInitialized)


async def type_over(client: Client) -> None:
    await client.voice.text("Hello")
    await client.until(ResponseStarted)


async def abandon(client: Client) -> None:
    await client.vanish()


@pytest.mark.parametrize("then", [go_on, cancel, barge_in, type_over, abandon])
@pytest.mark.parametrize("upto", [state("transcribing"), state("responding"), state("speaking")], ids=str)
@pytest.mark.parametrize("live", [False, True])
async def test_a_turn_that_ends_is_freed(
    live: bool, upto: object, then: Callable[[Client], Awaitable[None]], autojump_clock: MockClock
) -> None:
    engines = ScriptedEngines()
    engines.stt.live = live
    for script in engines.scripts.values():
        script.usual = replace(script.usual, delay=0.5)

    async def way(server: Server) -> None:
        await take_a_turn(server, until=upto, then=then)

    await check(way, engines)


@pytest.mark.parametrize("then", [go_on, cancel, barge_in, type_over, abandon])
async def test_an_answer_with_a_mouth_that_ends_is_freed(
    then: Callable[[Client], Awaitable[None]], autojump_clock: MockClock
) -> None:
    engines = ScriptedEngines()
    engines.tts.script.usual = Act(("la ",) * 4, delay=0.5)

    async def way(server: Server) -> None:
        await take_a_turn(server, until=state("speaking"), then=then, mouth="ovr,words")

    await check(way, engines)


TROUBLES = {
    "fails": fails("a piece"),
    "crashes": fails("a piece", why=Broken("unforeseen")),
    "hangs": hangs("a piece"),
    "is cut": Act(("a piece",), delay=1_000.0),
}


class LastWord(Synthesiser):
    """A synthesiser that fails in the moment in which it is cancelled."""

    def __init__(self, why: Exception) -> None:
        super().__init__()
        self.why = why

    async def synthesise(self, speech: Speech, sound: Callable[[Clip], Awaitable[None]]) -> None:
        """A piece, and then nothing until it is cancelled."""
        await sound(Clip(b"la", AudioFormat("pcm16", 24_000)))
        try:
            await trio.sleep_forever()
        except trio.Cancelled:
            raise self.why from None


@pytest.mark.parametrize("why", [EngineFailed("the connection is lost"), Broken("unforeseen")], ids=type)
async def test_an_answer_with_a_mouth_that_is_cut_and_fails_is_freed(why: Exception, autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.tts = LastWord(why)

    async def way(server: Server) -> None:
        await take_a_turn(server, until=state("speaking"), then=barge_in, mouth="ovr,words")

    await check(way, engines)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("kind", ["TTS", "codec"])
@pytest.mark.parametrize("delay", [0.0, 0.3])
async def test_an_answer_with_a_mouth_that_fails_is_freed(
    delay: float, kind: str, trouble: Act, autojump_clock: MockClock
) -> None:
    engines = ScriptedEngines()
    engines.scripts[kind].usual = trouble
    engines.mouths.delay = delay

    async def way(server: Server) -> None:
        await take_a_turn(server, until=state("transcribing"), then=go_on, mouth="ovr,words")

    await check(way, engines)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("kind", ["STT", "LLM", "TTS", "codec"])
@pytest.mark.parametrize("live", [False, True])
async def test_a_turn_that_fails_is_freed(live: bool, kind: str, trouble: Act, autojump_clock: MockClock) -> None:
    engines = ScriptedEngines()
    engines.stt.live = live
    engines.scripts[kind].usual = trouble

    async def way(server: Server) -> None:
        await take_a_turn(server, until=state("transcribing"), then=go_on)

    await check(way, engines)
