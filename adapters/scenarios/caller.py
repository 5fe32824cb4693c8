"""The caller of a scenario: does its steps one after the other, as clients of a server, and notes what they are told.

The server may be in this process or anywhere: a `Dial` opens a connection to it. Times are those of Trio's clock.
"""

import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final

import trio

from actors.ports.listening import RATE
from adapters.client.packets import Disconnected
from adapters.client.voiceclient import ConnectRefused, Received, VoiceClient
from adapters.scenarios.callersvoice import Voices, line_of_step
from adapters.scenarios.performance import Performance, StepTimes, ToldMessage, is_moment
from adapters.scenarios.scenario import SENDER, CallerStep, ClientKeys, Scenario
from adapters.scenarios.tape import MicrophoneTape
from adapters.settings.errors import first_of
from protocol.connecting import Auth
from protocol.messages import SessionJoined, SessionState, SessionUpdated
from protocol.states import State

Dial = Callable[[Auth], AbstractAsyncContextManager[VoiceClient]]
"""Opens a connection that has joined a session; leaving the block closes it.

Raises ConnectRefused, Unreachable and Disconnected.
"""
CHUNK: Final = RATE // 25
"""Samples of a chunk: 40 ms."""
SETTLES: Final = 3.0
"""Seconds in which nothing comes and no turn runs, after which a scenario whose steps are done is over."""
_QUIET: Final = frozenset({State.IDLE, State.HANDSHAKEN})


class Stopped(Exception):
    """A scenario cannot go on; the message says why."""


class CallerClient:
    """A client of the scenario: there from `join` to `leave`."""

    def __init__(self, name: str, keys: ClientKeys) -> None:
        self.name = name
        self.keys = keys
        self.voice: VoiceClient | None = None
        self.scope = trio.CancelScope()
        self.gone = trio.Event()


class Caller:
    """Performs one scenario; `perform` may be called once. `tape` is what the microphone hears.

    `voices`: what the steps say, spoken. `token`: the credential of the server, "" for none.
    """

    def __init__(self, scenario: Scenario, dial: Dial, voices: Voices, tape: MicrophoneTape, token: str = "") -> None:
        self._scenario = scenario
        self._dial = dial
        self._voices = voices
        self._tape = tape
        self._token = token
        receivers = {keys.name: CallerClient(keys.name, keys) for keys in scenario.file.receiver}
        self._clients = {SENDER: CallerClient(SENDER, scenario.file.sender), **receivers}
        self._session = ""
        self._state = ""
        self._told: list[ToldMessage] = []
        self._steps: list[StepTimes] = []
        self._news = trio.Event()
        self._began = math.nan
        self._doing = "it connects"
        self._heard = trio.Event()

    def now(self) -> float:
        """Seconds of the scenario; before it begins, 0."""
        return 0.0 if math.isnan(self._began) else trio.current_time() - self._began

    async def perform(self) -> Performance:
        """All steps, until the session has settled. It ends by the scenario's deadline. Cancelling leaves the session.

        Raises Unreachable where no server is reached.
        """
        stopped = ""
        try:
            with trio.move_on_after(self._scenario.file.deadline_s) as deadline:
                await self._perform()
        except* Stopped as group:
            stopped = str(first_of(group))
        if deadline.cancelled_caught:
            state = f"the session is {self._state}" if self._state else "no session was joined"
            stopped = f"it did not end within {self._scenario.file.deadline_s:g} s: {state}, and {self._doing}"
        return Performance(tuple(self._steps), tuple(self._told), None, self.now(), stopped)

    async def _perform(self) -> None:
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            for client in self._clients.values():
                if client.name not in self._scenario.late:
                    await self._join(client)
            await self._configure()
            self._began = trio.current_time()
            if self._scenario.is_hands_free:
                nursery.start_soon(self._listen_all_the_time)
            for step in self._scenario.file.caller:
                await self._do(step)
            self._doing = "its steps are done"
            await self._settle()
            nursery.cancel_scope.cancel()

    # ---- connections

    async def _join(self, client: CallerClient) -> None:
        client.scope, client.gone = trio.CancelScope(), trio.Event()
        await self._nursery.start(self._serve, client)

    async def _serve(self, client: CallerClient, *, task_status: trio.TaskStatus[None]) -> None:
        """Be connected, and note what comes, until the client is to leave."""
        try:
            with client.scope:
                async with self._dial(client.keys.auth(self._session, self._token)) as voice:
                    client.voice = voice
                    while not isinstance(message := await voice.receive(), SessionJoined):
                        self._note(client, message)
                    self._session = self._session or message.session_id
                    self._state = message.state
                    self._note(client, message)
                    task_status.started()
                    while True:
                        self._note(client, await voice.receive())
        except ConnectRefused as error:
            raise Stopped(f"the server refuses {client.name}: {error} ({error.status})") from None
        except Disconnected as error:
            raise Stopped(f"the connection of {client.name} is lost at {self.now():.2f} s: {error}") from None
        finally:
            client.voice = None
            client.gone.set()

    def _note(self, client: CallerClient, message: Received) -> None:
        self._told.append(ToldMessage(self.now(), client.name, message))
        if isinstance(message, SessionState):
            self._state = message.state
        self._news.set()
        self._news = trio.Event()

    async def _configure(self) -> None:
        await self._voice.update(self._scenario.update)
        await self._until(lambda told: isinstance(told.message, SessionUpdated), 0)
        updated = next(told.message for told in self._told if isinstance(told.message, SessionUpdated))
        if not updated.success:
            raise Stopped("the server does not take the [session] settings; vivavoce providers shows what there is")
        if self._state == State.IDLE:
            await self._until(lambda told: is_moment(told.message, State.HANDSHAKEN), 0)

    @property
    def _voice(self) -> VoiceClient:
        voice = self._clients[SENDER].voice
        if voice is None:
            raise Stopped(f"the sender is not there, and {self._doing}")
        return voice

    # ---- waiting

    async def _until(self, is_it: Callable[[ToldMessage], bool], mark: int) -> None:
        """Wait for such a message, after the first `mark` of them."""
        while True:
            while mark < len(self._told):
                mark += 1
                if is_it(self._told[mark - 1]):
                    return
            await self._news.wait()

    async def _settle(self) -> None:
        while True:
            with trio.move_on_after(SETTLES):
                await self._news.wait()
                continue
            if self._state in _QUIET or not any(client.voice for client in self._clients.values()):
                return

    async def _await(self, step: CallerStep) -> None:
        """Wait until it is time for the step."""
        if step.at_ms is not None:
            await trio.sleep_until(max(trio.current_time(), self._began + step.at_ms / 1000))
        elif (moment := step.after) is not None:
            await self._until(lambda told: is_moment(told.message, moment), self._steps[-1].mark)
        await trio.sleep(step.wait_ms / 1000)

    # ---- steps

    async def _do(self, step: CallerStep) -> None:
        self._doing = f"the step “{step}” waits for {step.after or 'its time'}"
        await self._await(step)
        self._doing = f"the step “{step}” goes on"
        began, mark = self.now(), len(self._told)
        self._steps.append(StepTimes(began, math.inf, mark))
        ended = await self._act(step)
        self._steps[-1] = StepTimes(began, self.now() if ended is None else ended, mark)

    async def _act(self, step: CallerStep) -> float | None:
        """Do the step; when it ended, where that is not now."""
        if step.is_sound:
            return await self._sound(step)
        match step:
            case CallerStep(text=str(text)):
                await self._voice.text(text)
            case CallerStep(do=str(what)):
                await self._voice.send(_EVENTS[what])
            case CallerStep(join=str(name)):
                await self._join(self._clients[name])
            case CallerStep(leave=str(name)):
                self._clients[name].scope.cancel()
                await self._clients[name].gone.wait()
        return None

    async def _sound(self, step: CallerStep) -> float | None:
        _ = self._voice  # who is not there says nothing
        until = self._tape.put(line_of_step(self._scenario, step, self._voices), step.noise_db)
        if self._scenario.is_hands_free:
            while self._tape.position < until:
                await self._heard.wait()
            return self.now() - (self._tape.position - until) / RATE
        await self._record(until)
        ended = self.now()
        if step.commit:
            await self._voice.commit()
        return ended

    async def _record(self, until: int) -> None:
        """Send what the microphone hears until that sample, each chunk when it has been spoken."""
        begun, first = trio.current_time(), self._tape.position
        while (at := self._tape.position) < until:
            chunk = self._tape.hear(min(CHUNK, until - at))
            await trio.sleep_until(begun + (self._tape.position - first) / RATE)
            await self._voice.append(chunk)

    async def _listen_all_the_time(self) -> None:
        """An open microphone: a chunk each 40 ms, also of silence; while the Sender is away nothing is heard."""
        due = trio.current_time()
        while True:
            due += CHUNK / RATE
            await trio.sleep_until(due)
            voice = self._clients[SENDER].voice
            if voice is not None:
                with suppress(Disconnected):  # its own task says so, where it was not to leave
                    await voice.append(self._tape.hear(CHUNK))
                self._heard.set()
                self._heard = trio.Event()


_EVENTS: Final = {
    "commit": "input.buffer.commit",
    "clear": "input.buffer.clear",
    "cancel": "response.cancel",
    "create": "response.create",
}
