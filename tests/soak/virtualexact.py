"""The share of a soak that the reference model follows: one conversation on a server of its own, line for line."""

from collections.abc import Callable
from random import Random
from typing import Final

import trio
import trio.lowlevel

from actors.ports.calls import EngineFailed
from actors.running.sizes import PoolSizes
from actors.running.supervisor import ServerPlan
from adapters.client.packets import Disconnected
from adapters.client.voiceclient import ConnectRefused, Received
from protocol.connecting import Auth
from protocol.timing import Timing
from tests.scripted import Act, Broken, drips
from tests.soak.virtualclient import JOINED, SoakClient
from tests.soak.virtualcounts import SoakCounting
from tests.soak.virtualengines import SoakEngines
from tests.soak.virtualserver import Fail, SoakServer, soak_server
from tests.stage import CALLS, STATES, Stage
from tests.steps import (
    PIECES,
    SAYINGS,
    SENTENCES,
    SPOKEN,
    TAGGED,
    TROUBLES,
    TYPED,
    WAYS,
    Encoders,
    Engine,
    Join,
    Leave,
    Say,
    Step,
    Wait,
    crowded,
    late,
    unheard,
)
from tests.story import Slot

GROUPS: Final = 60
"""Groups of steps of a conversation: about as many turns."""
DELAYS: Final = (0.0117, 0.0117, 0.3117, 1.7013)
WAITS: Final = (0.23, 1.1, 2.6, 6.2, 12.4, 31.0)
USUAL: Final = {kind: Act(pieces[0]) for kind, pieces in PIECES.items()}
TURNS: Final[tuple[list[Step], ...]] = (
    SPOKEN, TYPED, [*SPOKEN, Wait(1.1)], [*TYPED, Wait(0.23)], [*TYPED, Wait(6.2)],
)  # fmt: skip


class ExactGuest:
    """A client of a stage, which keeps all that it hears."""

    def __init__(self) -> None:
        self.heard: list[Received] = []
        self.over = trio.Event()
        self.client: SoakClient


class SoakStage(Stage[ExactGuest]):
    """A stage whose clients read at once, without a task."""

    def __init__(self, server: SoakServer, random: Random, *, calls: bool, script: list[str]) -> None:
        super().__init__(server, CALLS if calls else STATES, script, exact=True)
        self._server = server
        self._random = random

    async def connect(self, auth: Auth, *, is_deaf: bool) -> ExactGuest:
        """By either way."""
        guest = ExactGuest()
        guest.client = self._server.connect(auth, lambda _, message: self._hear(guest, message), self._random)
        await guest.client.settled.wait()
        if guest.client.status != JOINED:
            guest.client.part(politely=False)
            raise ConnectRefused("refused", guest.client.status)
        return guest

    def _hear(self, guest: ExactGuest, message: Received) -> None:
        self._server.note("messages", type(message).__name__)
        guest.heard.append(message)

    async def emit(self, client: ExactGuest, event: str, arguments: tuple[object, ...], ack: int | None) -> None:
        """As it is."""
        if client.client.is_over:
            client.over.set()
            raise Disconnected
        self._server.note("steps", f"exact {event}")
        client.client.say(event, *arguments, ack=ack)

    async def part(self, client: ExactGuest, *, politely: bool) -> None:
        """With a DISCONNECT, or without one."""
        if politely:
            client.client.send(["41"])
            await trio.lowlevel.checkpoint()
        client.client.part(politely=False)

    async def end(self) -> None:
        """All comes to rest, and nothing is left."""
        await self.rest(USUAL)
        for guest in self.clients.values():
            guest.client.part(politely=False)
        await self._server.check_nothing_is_left()


async def play_exactly(random: Random, counting: SoakCounting, raw: Callable[[str | bytes], None], fail: Fail) -> None:
    """One conversation, from the start of its server to the end."""
    calls = random.random() < 0.5
    limits = CALLS if calls else STATES
    plan = ServerPlan(limits, PoolSizes(1, 1, limits.parts_ahead, 0), Timing(ping_timeout=20.0))
    script: list[str] = []
    async with soak_server(plan, SoakEngines(), counting, raw, fail) as server:
        stage = SoakStage(server, random, calls=calls, script=script)
        try:
            await stage.play(draw_script(random))
            await stage.end()
        except AssertionError as error:
            fail(error, script[-80:])


# ---- what happens


def draw_script(random: Random) -> list[Step]:
    """What happens, one after the other; it begins with a Sender that configures the session."""
    steps: list[Step] = [Join(0, random.choice(["both", "sender"]))]
    steps += [Join(1, "receiver", _format(random))] if random.random() < 0.5 else []
    steps += [Say(0, "session.update", random.random() < 0.5)]
    steps += [Engine(kind, _act(random, kind)) for kind in PIECES]
    for _ in range(GROUPS):
        steps += random.choice(_GROUPS)(random)
    return steps


def _format(random: Random) -> str:
    return random.choice(["mp3", "wav"])


def _slot(random: Random) -> Slot:
    return random.choice([0, 0, 0, 1, 2, 3])


def _act(random: Random, kind: str, *, works: bool = True) -> Act:
    """What an engine does: its work, late or not (where it works), a failure, a fault, a hang, or a drip."""
    pieces = random.choice(PIECES[kind])
    end = "done" if works and random.random() < 0.8 else random.choice(TROUBLES)
    delay = 0.0 if kind == "codec" else random.choice(DELAYS)
    if end == "done":
        return Act(pieces, delay)
    if end == "drips" and kind != "codec":
        return drips(random.choice([0.8017, 60.0111]), 20)
    why = {"fails": EngineFailed("the provider is down"), "breaks": Broken("unforeseen")}.get(end)
    return Act(pieces, delay, len(pieces), why)


def _waits(random: Random, most: int = 1) -> list[Step]:
    return [Wait(random.choice(WAITS)) for _ in range(random.randint(0, most))]


def _turn(random: Random) -> list[Step]:
    return [*random.choice(TURNS)]


def _says(random: Random) -> list[Step]:
    event, payload = random.choice([*SAYINGS[:4] * 3, *SAYINGS])
    return [Say(_slot(random), event, payload, random.random() < 0.5)]


def _waited(random: Random) -> list[Step]:
    return [Wait(random.choice(WAITS))]


def _changed(random: Random) -> list[Step]:
    kind = random.choice(list(PIECES))
    return [Engine(kind, _act(random, kind))]


def _comes(random: Random) -> list[Step]:
    return [Join(_slot(random), random.choice(["receiver", "both", "sender"]), _format(random))]


def _goes(random: Random) -> list[Step]:
    return [Leave(_slot(random), random.random() < 0.5)]


def _trouble(random: Random) -> list[Step]:
    """An engine does not work, a turn finds it out, and it works again."""
    kind = random.choice(list(PIECES))
    working = Engine(kind, Act(PIECES[kind][0], 0.0 if kind == "codec" else 0.0117))
    return [
        Engine(kind, _act(random, kind, works=False)),
        *random.choice([SPOKEN, SPOKEN, TYPED]),
        Wait(random.choice(WAITS)),
        working,
    ]


def _absence(random: Random) -> list[Step]:
    """The Sender leaves, in the middle of an utterance or of a turn, and comes back."""
    said = random.choice([SPOKEN[:1], SPOKEN, TYPED])
    back = Join(0, random.choice(["both", "sender"]))
    return [*said, *_waits(random), Leave(0, random.random() < 0.5), *_waits(random), back, SPOKEN[1]]


def _late(random: Random) -> list[Step]:
    return late(random.choice([1, 2, 3]), _format(random))


def _crowded(random: Random) -> list[Step]:
    return crowded(random.choice(["STT", "LLM", "TTS"]), _turn(random))


def _encoders(random: Random) -> list[Step]:
    return [Encoders(frozenset(name for name in ("mp3", "wav") if random.random() < 0.5))]


def _unheard(random: Random) -> list[Step]:
    return unheard(random.choice([1, 2, 3]), _turn(random))


def _way(random: Random) -> list[Step]:
    """Answers come in another way from now on, and one does; then anything may happen to it."""
    way = random.choice(WAYS)._replace(written=random.random() < 0.5, cues=random.random() < 0.5)
    llm = Act(TAGGED if way.cues else SENTENCES, random.choice(DELAYS))
    tts = Act(random.choice(PIECES["TTS"]), random.choice(DELAYS))
    return [Say(0, "session.update", way), Engine("LLM", llm), Engine("TTS", tts), *TYPED, *_waits(random)]


_GROUPS: Final[tuple[Callable[[Random], list[Step]], ...]] = (
    *(_turn,) * 6, *(_trouble,) * 2, _absence, _late, *(_says,) * 3, *(_waited,) * 2, _changed, *(_comes,) * 2, _goes,
    _encoders, _crowded, *(_way,) * 3, _unheard,
)  # fmt: skip
