"""Visits of clients that keep to the document: as browsers, game engines, typists and open microphones behave."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import trio
from trio_websocket import ConnectionClosed

from tests.real.recordings import DEVICES
from tests.soak.lines import NotServed, PollingLine
from tests.soak.providers import NAMES, next_number
from tests.soak.sounds import RATE, Spoken, noise, pieces
from tests.soak.visited import Caller
from tests.soak.watched import SessionFacts, WatchedClient

Visiting = Callable[[Caller], Awaitable[None]]
BROWSER_DEVICES = ("browser", "Safari", "opus", "mp3", "pcm16")
ENGINE_DEVICES = ("mp3", "wav", "pcm16", "Unreal, raw", "flac")
PRESETS = ("web", "talkinghead", "three-vrm", "metahuman", "unreal")
FORMATS = ("mp3", "wav", "opus", "pcm16", "pcm16/48000")
MOUTHS = ("none", "none", "ovr,words", "arkit,words", "vrm", "words", "rhubarb")
VAD: Mapping[str, object] = {"type": "server_vad", "silenceDurationMs": 400}
SEMANTIC: Mapping[str, object] = {"type": "semantic_vad", "eagerness": "high"}
CHUNK = 0.05
"""Seconds between two chunks in real time."""


def configuration(caller: Caller, media: str, **more: object) -> dict[str, object]:
    """A `session.update`: providers, forms of the answer, and `media` as what the chunks are."""
    random = caller.random
    providers = (*NAMES, *NAMES, "local")
    many = random.random() < 0.5
    return {
        "STT": {"provider": {"name": random.choice(providers)}, "mediaFormat": media},
        "LLM": {
            "provider": {"name": random.choice(providers)},
            "stream": random.random() < 0.6,
            "cues": random.choice(("none", "tags")),
        },
        "TTS": {
            "provider": {"name": random.choice(providers)},
            "stream": random.random() < 0.5,
            "responseType": {"name": "multiple" if many else "single"},
            "isOrdered": random.random() < 0.5,
        },
        **more,
    }


async def configure(client: WatchedClient, wanted: Mapping[str, object]) -> bool:
    """Send a configuration; whether it is in force."""
    answer = await client.ask("session.update", wanted)
    if answer is not None and answer.get("success") is not True:
        client.give_up(f"a good configuration is taken: {answer}")
    return not client.is_over and await client.until(lambda: client.state != "idle")


async def say(caller: Caller, client: WatchedClient, spoken: Spoken, device: str, *, realtime: bool) -> None:
    """Speak and commit, and wait for what comes of it."""
    data = spoken.files[device]
    before = client.outcomes  # it may be refused before its end, as one that is too long is
    size = max(400, round(len(data) / spoken.seconds * CHUNK)) if realtime else caller.random.choice((4_000, 16_000))
    for chunk in pieces(data, size, caller.random):
        if not await client.send("input.buffer.append", chunk):
            return
        await trio.sleep(CHUNK if realtime else 0.01)
    caller.visited.findings.turns[caller.kind] += 1
    await _answered(client, before, await client.ask("input.buffer.commit"))


async def type_words(caller: Caller, client: WatchedClient) -> None:
    """Type a turn, and wait for what comes of it."""
    caller.visited.findings.turns[caller.kind] += 1
    before = client.outcomes
    text = caller.random.choice(("What about number {}?", "Please tell me about number {}.", "And number {}?"))
    await _answered(client, before, await client.ask("input.text", {"text": text.format(next_number())}))


async def _answered(client: WatchedClient, before: int, ack: object) -> None:
    if isinstance(ack, dict):
        await client.settle(before)


async def one_turn(caller: Caller, client: WatchedClient, devices: tuple[str, ...], *, realtime: bool) -> None:
    """Type or speak; now and then interrupt what is said, or stop it."""
    spoken = caller.random.choice(caller.visited.spoken)
    async with trio.open_nursery() as nursery:
        if caller.random.random() < 0.35:
            nursery.start_soon(_interrupt, caller, client)
        if caller.random.random() < 0.4:
            await type_words(caller, client)
        else:
            await say(caller, client, spoken, caller.random.choice(devices[:1]), realtime=realtime)
        nursery.cancel_scope.cancel()


async def _interrupt(caller: Caller, client: WatchedClient) -> None:
    """When the avatar speaks, wait a moment, then talk over it, or stop it."""
    how, pause = caller.random.choice(("cancel", "text")), caller.random.uniform(0.0, 1.0)
    if not await client.until(lambda: client.state in ("responding", "speaking")):
        return
    await trio.sleep(pause)
    if how == "cancel":
        await client.send("response.cancel")
    else:
        await client.send("input.text", {"text": f"No, number {next_number()}!"})


# ---- one kind after the other


async def browse(caller: Caller, way: str = "websocket") -> None:
    """A browser: one socket for all, a preset, sound as its recorder writes it."""
    device = caller.random.choice(BROWSER_DEVICES)
    auth = caller.auth(client=caller.random.choice(PRESETS))
    async with caller.joined(auth, way) as client:
        if client is None or not await configure(client, configuration(caller, DEVICES[device].media)):
            return
        if way == "polling" and caller.kind == "upgrading":
            await _upgrade(caller, client)
        for _ in range(caller.random.randint(1, 3)):
            if not client.is_over:
                await one_turn(caller, client, (device,), realtime=caller.random.random() < 0.5)


async def _upgrade(caller: Caller, client: WatchedClient) -> None:
    line = client.line
    assert isinstance(line, PollingLine)
    try:
        await line.upgrade()
    except (NotServed, ConnectionClosed) as error:
        caller.refused(f"upgrade: {error}", is_wrong=True)
        return
    with trio.move_on_after(20) as changing:
        await line.changed.wait()
    if changing.cancelled_caught and not client.is_over:
        client.give_up("the poll under way ends when a WebSocket is probed, within 20 s")


async def poll(caller: Caller) -> None:
    """Long-polling and nothing else."""
    await browse(caller, "polling")


async def type_only(caller: Caller) -> None:
    """Somebody who types."""
    async with caller.joined(caller.auth(audio_format=caller.random.choice(FORMATS))) as client:
        if client is None or not await configure(client, configuration(caller, "pcm16")):
            return
        for _ in range(caller.random.randint(1, 4)):
            if not client.is_over:
                await type_words(caller, client)
                await trio.sleep(caller.random.uniform(0, 0.5))


async def play_a_game(caller: Caller, receivers: int = 1) -> None:
    """A game engine: a Sender in real time, and Receivers with formats of their own, perhaps there before it."""
    facts, session = SessionFacts(), str(uuid.uuid4())
    device = caller.random.choice(ENGINE_DEVICES)
    async with AsyncExitStack() as stack:
        for _ in range(receivers):
            wanted = _receiver(caller)
            await stack.enter_async_context(caller.joined(caller.auth("receiver", session, **wanted), facts=facts))
        client = await stack.enter_async_context(caller.joined(caller.auth("sender", session), facts=facts))
        if client is None or not await configure(client, configuration(caller, DEVICES[device].media)):
            return
        for _ in range(caller.random.randint(1, 2)):
            if not client.is_over:
                await one_turn(caller, client, (device,), realtime=True)


def _receiver(caller: Caller) -> dict[str, object]:
    random = caller.random
    if random.random() < 0.4:
        return {"client": random.choice(PRESETS)}
    pieces_ = random.choice(("joined", "whole"))
    wanted = {"audio_format": random.choice(FORMATS), "is_base64": random.random() < 0.5, "pieces": pieces_}
    return {**wanted, "mouth": random.choice(MOUTHS), "holds": random.random() < 0.5}


async def be_many(caller: Caller) -> None:
    """Several Receivers of one Sender."""
    await play_a_game(caller, caller.random.randint(2, 3))


async def come_back(caller: Caller) -> None:
    """A client whose connection is lost in the midst, and that comes back to its session within its grace."""
    facts, session = SessionFacts(), str(uuid.uuid4())
    media = DEVICES["pcm16"].media
    wanted = configuration(caller, media)
    for visit in range(caller.random.randint(2, 3)):
        async with caller.joined(caller.auth("both", session), facts=facts) as client:
            if client is None:
                return
            if client.state == "idle" and not await configure(client, wanted):
                return
            if client.state == "receiving":
                await client.ask("input.buffer.clear")
            await type_words(caller, client)
            if visit < 2 and caller.random.random() < 0.6:
                await client.send("input.text", {"text": f"And number {next_number()}?"})
                with trio.move_on_after(3):  # it may be refused
                    await client.until(lambda: client.state in ("responding", "speaking"))
            client.was_leaving = True
            await client.line.drop(reset=caller.random.random() < 0.5)
        await trio.sleep(caller.random.uniform(0, 1.0))


async def keep_the_microphone_open(caller: Caller) -> None:
    """Hands-free: noise, speech, noise, and now and then speech over the answer."""
    vad = caller.random.choice((VAD, SEMANTIC))
    wanted = configuration(caller, "pcm16", turnDetection=vad)
    auth = caller.auth(client="web", holds=caller.random.random() < 0.5, mouth=caller.random.choice(MOUTHS))
    async with caller.joined(auth) as client:
        if client is None or not await configure(client, wanted):
            return
        caller.visited.findings.turns[caller.kind] += 1
        before = client.outcomes
        for sound in _heard(caller):
            for chunk in (sound[at : at + RATE // 10] for at in range(0, len(sound), RATE // 10)):
                if not await client.send("input.buffer.append", chunk):
                    return
                await trio.sleep(CHUNK)
        with trio.move_on_after(30):  # what it heard may have been no speech to it: then nothing comes of it
            await client.until(lambda: client.state == "handshaken" and client.outcomes > before)


def _heard(caller: Caller) -> list[bytes]:
    random = caller.random
    quiet = noise(random.choice((0.5, 1.0)))
    spoken = random.choice(caller.visited.spoken).samples
    heard = [quiet, spoken, noise(random.choice((1.5, 3.0)))]
    if random.random() < 0.5:
        heard += [random.choice(caller.visited.spoken).samples, noise(1.5)]
    return heard


KEEPING: Mapping[str, Visiting] = {
    "browser": browse,
    "upgrading": poll,
    "polling": poll,
    "typing": type_only,
    "unreal": play_a_game,
    "several receivers": be_many,
    "returning": come_back,
    "open microphone": keep_the_microphone_open,
}
