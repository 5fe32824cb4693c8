"""A session and its clients in virtual time: each says and does what chance gives, whatever the others do meanwhile."""

import uuid
from collections import deque
from random import Random
from typing import Any, Final, get_args

import trio
from msgspec import UNSET

from adapters.client.voiceclient import AudioPiece, Received
from protocol.connecting import Auth, Preset, Role
from protocol.handshake import PRESETS
from protocol.messages import ResponseStarted, SessionState
from protocol.mouth import MouthWish, parse_mouth
from tests.playbook import NOBODY
from tests.scripted import UNDECODABLE
from tests.soak.rules import SoakStory
from tests.soak.virtualclient import JOINED, LOST, SoakClient
from tests.soak.virtualengines import DEAD, EMPTY, ENDLESS, Luck
from tests.soak.virtualserver import ONCE, SoakServer
from tests.story import Slot, line

FRAMES: Final = {"s": b"\1" * 1024, "_": bytes(1024), "e": b"\2" * 1024, "f": b"\3" * 1024, "u": UNDECODABLE}
"""A frame of speech, of silence, of echo, one for which the detector fails, and a chunk that cannot be decoded."""
FRAME: Final = 0.032
SLOTS: Final[tuple[Slot, ...]] = (0, 1, 2, 3)
ROLES: Final[tuple[Role, ...]] = ("receiver", "receiver", "receiver", "both", "sender")
PAUSES: Final = (0.0, 0.0, 0.0117, 0.05, 0.23, 0.23, 1.1, 1.1, 2.6, 2.6, 6.2, 6.2, 12.4)
AT_ONCE: Final = (10,) * 15 + (25,) * 8 + (4, 1)
"""Frames of a chunk of an open microphone: few, because a chunk costs as much as a message."""
CONNECTED_WITHIN: Final = 100.0
"""Seconds in which whoever connects is let in or refused, whatever happens."""
MOUTHS: Final = ("none", "none", "ovr,words", "arkit", "words", "vrm", "azure,words")
SAID: Final[tuple[tuple[str, Any], ...]] = (
    ("input.text", "Hello"), ("input.text", {"text": "Hello"}), ("input.buffer.commit", None),
    ("input.buffer.append", b"sound"), ("response.cancel", None), ("input.buffer.clear", None),
    ("response.create", None), ("input.buffer.append", b""), ("input.text", " "), ("input.text", "x" * 60),
    ("input.buffer.append", UNDECODABLE), ("input.buffer.append", EMPTY), ("input.buffer.append", ENDLESS),
    ("input.buffer.append", DEAD), ("input.buffer.commit", {"message": "gone", "errorId": 1}),
    ("input.buffer.append", "c291bmQ="), ("input.buffer.append", b"RIFF\x24\0\0\0WAVEfmt sound"),
    ("input.buffer.append", b"x" * 70_000),
)  # fmt: skip
BAD: Final[tuple[tuple[str, Any], ...]] = (
    ("response.stop", None), ("input.text", {"words": 1}), ("input.buffer.append", {"sound": 1}),
    ("playback.position", {"turn": "one"}), ("session.update", {"turnDetection": {"type": "magic"}}),
    ("session.update", {"LLM": {"provider": NOBODY}}), ("session.update", 7),
)  # fmt: skip
OVER_SPEECH: Final[tuple[tuple[str, Any], ...]] = (
    ("input.buffer.commit", None), ("input.buffer.clear", None), ("response.create", None), ("input.text", "Hello"),
)  # fmt: skip
RUDE: Final[tuple[str | bytes, ...]] = ("nonsense", "4", "9", b"\x04sound", '42["input.text"', "451-[]", "3probe", "41")
DETECTIONS: Final[tuple[dict[str, Any], ...]] = (
    {}, {}, {"silenceDurationMs": 960}, {"type": "semantic_vad"}, {"type": "semantic_vad", "eagerness": "high"},
    {"createResponse": False}, {"interruptResponse": False}, {"backchannels": "interrupt"}, {"speculate": False},
    {"echo": "mute", "idleTimeoutMs": 5000}, {"echo": "off"}, {"type": "semantic_vad", "createResponse": False},
)  # fmt: skip
HEARD: Final = (
    "s20 _26", "s20 _26", "s30 _20", "s2 _10", "s20 _9 s12 _34", "s20 _14 s20 _40", "_10", "s45", "s6 _9", "e20 _20",
    "s20 _70", "s12 _9 s12 _9 s12 _40", "s15 _12 s15 _5", "s250 _20", "f3 s10", "u1 s20 _20", "s16", "s16 _7", "s9 _12",
)  # fmt: skip
"""What a microphone hears: stretches of frames."""


class Guest:
    """A client of a room with the story that it was told; `is_whole`: it has read all that it was sent."""

    def __init__(self, slot: Slot, auth: Auth, story: SoakStory) -> None:
        self.slot = slot
        self.auth = auth
        self.story = story
        self.client: SoakClient
        self.is_whole = True
        self.turn = 0
        self.part = 0


class Room:
    """One session id with whoever is there; `play` until the server is told to end."""

    def __init__(self, server: SoakServer, number: int, random: Random, token: str, trouble: float) -> None:
        self.server = server
        self.number = number
        self.random = random
        self.token = token
        self.id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.luck = Luck(Random(random.getrandbits(64)), trouble)
        server.lucks.by_session[self.id[:8]] = self.luck
        self.guests: dict[Slot, Guest] = {}
        self.script: deque[tuple[float, object]] = deque(maxlen=120)
        self.is_hands_free = self.asks = False
        self._acks = 0

    # ---- what happens

    async def play(self) -> None:
        """One thing after the other, until the server is over."""
        while not self.server.is_over.is_set():
            if not any(guest.auth.role != "receiver" for guest in self.guests.values()):
                await self._open()
            else:
                await self._act()

    async def _open(self) -> None:
        """A Sender comes, and says how it wants it."""
        random = self.random
        await self._join(0, random.choice(["both", "both", "sender"]))
        if random.random() < 0.25:
            await self._join(1, "receiver")
        if self._sender is None:
            await trio.sleep(random.choice([0.1, 5.0, 20.0]))
        elif random.random() < 0.9:
            self._configure()
        else:
            for _ in range(random.randrange(8)):
                await (self._do_said() if random.random() < 0.8 else self._do_bad())

    async def _act(self) -> None:
        [action] = self.random.choices(self._ACTIONS, self._WEIGHTS)
        self.server.note("steps", action)
        await getattr(self, f"_do_{action}")()

    _ACTIONS: Final = (
        "typed", "spoken", "heard", "said", "bad", "configured", "opened", "joined", "left", "deaf", "waits", "reports",
        "rude", "upgraded", "refused", "breaks", "empties",
    )  # fmt: skip
    _WEIGHTS: Final = (34, 26, 5, 6, 0.8, 3, 2, 2.5, 1.5, 0.7, 1, 2, 0.3, 0.4, 0.6, 0.1, 0.5)

    def _note(self, what: object) -> None:
        self.script.append((trio.current_time(), what))

    async def _pause(self) -> None:
        pause = self.random.choice(PAUSES)
        if pause:
            await trio.sleep(pause)
        else:
            for _ in range(self.random.randrange(12)):
                await trio.lowlevel.checkpoint()

    async def _do_typed(self) -> None:
        self._say(self._sender, "input.text", "Hello")
        await self._pause()

    async def _do_spoken(self) -> None:
        """Chunks and a commit."""
        if self.is_hands_free and self.random.random() < 0.95:
            return await (self._do_heard() if self.random.random() < 0.25 else self._do_typed())
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            self._say(self._sender, "input.buffer.append", b"sound")
            if self.random.random() < 0.2:
                await self._pause()
        self._say(self._sender, "input.buffer.commit", None)
        await self._pause()
        return None

    async def _do_heard(self) -> None:
        """The microphone hears stretches of speech and silence."""
        if not self.is_hands_free:
            return await self._do_typed()
        at_once = self.random.choice(AT_ONCE)
        realtime = self.random.random() < 0.8
        for stretch in self.random.choice(HEARD).split():
            frame, count = FRAMES[stretch[0]], int(stretch[1:])
            if self._sender is None:
                return None
            for start in range(0, count, at_once):
                frames = min(at_once, count - start)
                self._say(self._sender, "input.buffer.append", frame * frames, quietly=True)
                if realtime:
                    await trio.sleep(FRAME * frames)
            if self.random.random() < 0.04:
                self._say(self._sender, *self.random.choice(OVER_SPEECH))
        if self.asks and self.random.random() < 0.6:
            self._say(self._sender, "response.create", None)
        await self._pause()
        return None

    async def _do_said(self) -> None:
        guest = self._anybody if self.random.random() < 0.3 else self._sender
        self._say(guest, *self.random.choice(SAID))
        await self._pause()

    async def _do_bad(self) -> None:
        self._say(self._anybody, *self.random.choice(BAD))

    async def _do_configured(self) -> None:
        self._configure()

    async def _do_opened(self) -> None:
        """The microphone is opened, or closed."""
        self.is_hands_free = self.random.random() < 0.8
        detection: Any = {"type": "server_vad", **self.random.choice(DETECTIONS)} if self.is_hands_free else None
        self.asks = detection is not None and not detection.get("createResponse", True)
        format_ = "pcm16" if self.random.random() < 0.9 else "webm"
        self._say(self._sender, "session.update", {"STT": {"mediaFormat": format_}, "turnDetection": detection})

    async def _do_joined(self) -> None:
        free = [slot for slot in SLOTS if slot not in self.guests]
        if free:
            await self._join(
                self.random.choice(free), self.random.choice(["receiver", "receiver", "receiver", "both", "sender"])
            )

    async def _do_left(self) -> None:
        self._leave(self._anybody)
        await self._pause()

    async def _do_empties(self) -> None:
        """All leave, for shorter or longer than the session's grace."""
        for guest in list(self.guests.values()):
            self._leave(guest)
        await trio.sleep(self.random.choice([0.0, 1.1, 12.4, 31.0]))

    async def _do_deaf(self) -> None:
        """A client reads nothing for a while."""
        guest = self._anybody
        if guest is not None and not guest.client.is_deaf:
            self._note(f"{guest.slot} is deaf")
            guest.client.deafen()
            guest.is_whole = False
            await self._do_typed()
            if self.random.random() < 0.7:
                await self._pause()
                if self.guests.get(guest.slot) is guest:
                    self._note(f"{guest.slot} listens")
                    guest.client.listen()

    async def _do_waits(self) -> None:
        await trio.sleep(self.random.choice([12.4, 31.0]))

    async def _do_reports(self) -> None:
        """A Receiver tells how far it has played."""
        guest = self._anybody
        if guest is not None and guest.auth.role != "sender":
            turn = max(0, guest.turn - (self.random.random() < 0.1))
            report = {"turn": turn, "id": guest.part, "ms": self.random.choice([0, 300, 900, 10**9]), "playing": True}
            self._say(guest, "playback.position", report)

    async def _do_rude(self) -> None:
        """A client breaks a protocol, or its end of the line does."""
        guest = self._anybody
        if guest is not None:
            frame = self.random.choice(RUDE)
            self._note(f"{guest.slot} sends {frame!r}")
            guest.is_whole = False
            guest.client.send([frame])
            await self._pause()

    async def _do_upgraded(self) -> None:
        guest = self._anybody
        if guest is not None:
            guest.client.upgrade()

    async def _do_refused(self) -> None:
        """Somebody knocks who is not let in: a second Sender, a wrong token, a stranger, a handshake that is wrong."""
        auth = self.random.choice(
            [
                Auth("both", self.id, self.token or UNSET),
                Auth("receiver", self.id, "wrong"),
                Auth("receiver", self.id, "stranger"),
                Auth("receiver", "no UUID", self.token or UNSET),
                Auth("receiver", self.id, f"{ONCE}{self.number}"),
            ]
        )
        await self._connect(Guest(9, auth, SoakStory("both", self.server.answers, MouthWish())))

    async def _do_breaks(self) -> None:
        """A fault of the server in the middle of a step; the session is over."""
        if self._sender is not None:
            self._note("the session breaks")
            self.server.break_next_step()
            await self._do_typed()
            self.server.mend()

    # ---- who is there

    @property
    def _sender(self) -> Guest | None:
        return next((guest for guest in self.guests.values() if guest.auth.role != "receiver"), None)

    @property
    def _anybody(self) -> Guest | None:
        return self.random.choice(list(self.guests.values())) if self.guests else None

    async def _join(self, slot: Slot, role: Role) -> None:
        """Somebody comes, who takes the place of whoever had it."""
        random = self.random
        preset: Any = random.choice(get_args(Preset)) if random.random() < 0.2 else UNSET
        mouth = UNSET if preset else random.choice(MOUTHS)
        auth = Auth(
            role,
            self.id,
            self.token or UNSET,
            UNSET if preset else random.choice(["mp3", "wav", "opus"]),
            UNSET if preset else random.random() < 0.3,
            UNSET if preset else random.choice(["joined", "whole"]),
            preset,
            mouth,
            UNSET if preset else random.choice([30, 60]),
            random.random() < 0.5,
        )
        wish = PRESETS[preset].mouth if preset else parse_mouth(str(mouth))
        if not preset and auth.mouth_fps != UNSET:
            wish = MouthWish(wish.set, wish.words, auth.mouth_fps)
        guest = Guest(slot, auth, SoakStory(role, self.server.answers, wish))
        await self._connect(guest)

    async def _connect(self, guest: Guest) -> None:
        """Connect, and keep whoever is let in."""
        self._note(f"{guest.slot} connects as {guest.auth.role}")
        guest.client = self.server.connect(guest.auth, lambda client, message: self._hear(guest, message), self.random)
        try:
            with trio.move_on_after(CONNECTED_WITHIN):
                await guest.client.settled.wait()
        except trio.Cancelled:
            guest.client.part(politely=False)
            raise
        status = guest.client.status
        self._note(f"{guest.slot} is told {status}")
        assert status, f"a client waits for {CONNECTED_WITHIN:g} s and is neither let in nor refused"
        if status not in (JOINED, LOST):
            self.server.note("refusals", status)
        if status == JOINED:
            self._leave(self.guests.get(guest.slot))
            self.guests[guest.slot] = guest
        elif not guest.client.is_over:
            guest.client.part(politely=True)

    def _leave(self, guest: Guest | None) -> None:
        if guest is None:
            return
        self._note(f"{guest.slot} leaves")
        self.guests.pop(guest.slot, None)
        if self.random.random() < 0.4:
            guest.client.send(["41"])
        guest.client.part(politely=self.random.random() < 0.5)

    def _hear(self, guest: Guest, message: Received) -> None:
        """The next message for a client."""
        self.server.note("messages", type(message).__name__)
        self.script.append((trio.current_time(), (guest, message)))
        match message:
            case ResponseStarted(turn):
                guest.turn = turn
            case AudioPiece(id=part):
                guest.part = part
        try:
            guest.story.hear(message)
        except AssertionError as error:
            self.server.fail(error, self.lines())

    # ---- what is said

    def _say(self, guest: Guest | None, event: str, payload: object, *, quietly: bool = False) -> None:
        if guest is None:
            return
        if guest.client.is_over:
            self._note(f"{guest.slot} is gone")
            self.guests.pop(guest.slot, None)
            return
        ack = None
        if not quietly and self.random.random() < 0.3:
            self._acks += 1
            ack = self._acks
            guest.story.asked.add(ack)
        shown = payload if not isinstance(payload, bytes) else f"{len(payload)} bytes of {payload[:16]!r}"
        self._note(f"{guest.slot} says {event} {shown!r}{'' if ack is None else f', ack {ack}'}")
        arguments = () if payload is None else (payload,)
        guest.client.say(event, *arguments, ack=ack)

    def _configure(self) -> None:
        random = self.random
        chance = random.random
        update: dict[str, Any] = {
            "LLM": {"stream": chance() < 0.5, "cues": random.choice(["none", "tags"])},
            "TTS": {
                "responseType": random.choice(["single", "multiple"]),
                "stream": chance() < 0.5,
                "isOrdered": chance() < 0.5,
                "audioFormat": random.choice(["", "wav"]),
            },
        }
        if chance() < 0.3:
            update["STT"] = {"sentimentAnalysis": True}
        self._say(self._sender, "session.update", update)

    # ---- the end

    def hang_up(self) -> None:
        """All go."""
        for guest in list(self.guests.values()):
            self._leave(guest)

    def check_rest(self) -> None:
        """All has come to rest: whoever was there to the end has been told all."""
        for guest in list(self.guests.values()):
            if guest.client.is_over:
                del self.guests[guest.slot]
            elif guest.is_whole:
                guest.story.check_whole()

    async def check_a_turn_works(self) -> None:
        """The next client is let in, and answered."""
        auth = Auth("both", self.id, self.token or UNSET, "mp3")
        guest = Guest(0, auth, SoakStory("both", self.server.answers, MouthWish()))
        await self._connect(guest)
        assert guest.client.status == JOINED, f"the next client gets {guest.client.status}"
        calm = {"LLM": {"stream": False, "cues": "none"}, "TTS": {"stream": False, "responseType": "single"}}
        self._say(guest, "session.update", {**calm, "turnDetection": None, "STT": {"mediaFormat": "mp3"}})
        await trio.sleep(0.1)
        self._say(guest, "input.buffer.append", b"sound")
        self._say(guest, "input.buffer.commit", None)
        await trio.sleep(30.0)
        told = list(guest.story.last)
        if not self.server.has_bounds(self.token):
            pieces = [message for message in told if isinstance(message, AudioPiece)]
            assert [piece.done for piece in pieces] == [True], f"the next turn is not answered: {told}"
            assert SessionState("handshaken") in told
            guest.story.check_whole()
        self._leave(guest)

    def lines(self) -> list[str]:
        """What happened last, for the report of a failure."""
        return [self._line(at, what) for at, what in self.script]

    @staticmethod
    def _line(at: float, what: object) -> str:
        if isinstance(what, tuple):
            guest, message = what
            return f"{at:12.4f}     << {guest.slot} ({guest.auth.role}): {line(message)[:160]}"
        return f"{at:12.4f} >> {what}"
