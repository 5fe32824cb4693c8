"""A client in virtual time: it reads each message the moment that the server sends it, without a task of its own."""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
import trio

from adapters.client.voiceclient import AckReceived, AudioPiece, Received
from protocol.connecting import Auth, ErrorObject
from protocol.engineio import Frame
from protocol.messages import EVENTS, AudioDelta
from tests.soak.virtualways import PollingWay, WebSocketWay

KINDS: Final[dict[str, type[Any]]] = {name: AudioPiece if kind is AudioDelta else kind for name, kind in EVENTS.items()}
_DECODERS: Final = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
_ENCODER: Final = msgspec.json.Encoder()
_ACK: Final = re.compile(r"43(\d+)(.*)", re.DOTALL)
JOINED, LOST = 200, -1
"""What a client's `status` is besides that of a refusal; 0 as long as it waits."""

Hear = Callable[["SoakClient", Received], None]


class SoakClient:
    """One client; `hear` is called with all that it is told, `raw` with each packet as it came."""

    def __init__(self, hear: Hear, raw: Callable[[str | bytes], None]) -> None:
        self.way: WebSocketWay | PollingWay | None = None
        self.status = 0
        self.code = 0
        self.settled = trio.Event()
        self.is_over = False
        self.is_deaf = False
        self.auth: Auth | None = None
        self._hear = hear
        self._raw = raw
        self._header = ""

    def connect(self, way: WebSocketWay | PollingWay, auth: Auth) -> None:
        """Connect by the way, whose messages come to `take`; whether it is let in is known when `settled` is set."""
        self.way, self.auth = way, auth

    def _settle(self, status: int) -> None:
        self.status = self.status or status
        self.settled.set()

    # ---- what comes

    def take(self, frame: Frame) -> None:
        """The next Engine.IO frame."""
        if isinstance(frame, bytes):
            self._raw(frame)
            return self._hear(self, self._piece(self._header, frame))
        match frame[:2]:
            case "42":
                self._raw(frame)
                self._hear(self, self._event(frame))
            case "43":
                self._raw(frame)
                self._hear(self, self._answer(frame))
            case "45":
                self._raw(frame)
                self._header = frame
            case "40":
                self._settle(JOINED)
            case "44":
                self._raw(frame)
                refused = msgspec.json.decode(frame[2:], type=ErrorObject)
                self._settle(refused.data.status_code)
            case "41":
                self.lose(0)
            case _:
                self._take_engineio(frame)
        return None

    def _take_engineio(self, frame: str) -> None:
        assert self.way is not None
        match frame[0]:
            case "0":
                self.way.send([f"40{_ENCODER.encode(self.auth).decode()}"])
            case "2":
                self.way.send([f"3{frame[1:]}"])
            case "1":
                self.lose(0)
            case "6":
                pass
            case _:
                raise AssertionError(f"a packet that a server does not send: {frame}")

    @staticmethod
    def _event(frame: str) -> Received:
        end = frame.index('"', 4)
        message: Received = _DECODERS[frame[4:end]].decode(frame[end + 2 : -1])
        return message

    @staticmethod
    def _answer(frame: str) -> Received:
        found = _ACK.fullmatch(frame)
        assert found is not None
        return AckReceived(int(found[1]), tuple(msgspec.json.decode(found[2])))

    @staticmethod
    def _piece(header: str, audio: bytes) -> Received:
        assert header.startswith('451-["response.audio.delta",'), header
        payload = msgspec.json.decode(header[4:])[1]
        assert payload["audio"] == {"_placeholder": True, "num": 0}
        return msgspec.convert({**payload, "audio": audio}, AudioPiece)

    def lose(self, code: int) -> None:
        """The connection is over."""
        self.code = self.code or code
        if not self.is_over:
            self.is_over = True
            self._settle(LOST)

    # ---- what it does

    def say(self, event: str, *arguments: object, ack: int | None = None) -> None:
        """Send an event; bytes go as an attachment."""
        number = "" if ack is None else str(ack)
        if arguments and isinstance(arguments[0], bytes):
            header = f'451-{number}["{event}",{{"_placeholder":true,"num":0}}]'
            self.send([header, arguments[0]])
        else:
            self.send([f"42{number}{_ENCODER.encode([event, *arguments]).decode()}"])

    def send(self, frames: list[Frame]) -> None:
        """Send frames as they are."""
        assert self.way is not None
        if not self.is_over:
            self.way.send(frames)

    def deafen(self) -> None:
        """Read nothing more."""
        assert self.way is not None
        self.is_deaf = True
        self.way.deafen()

    def listen(self) -> None:
        """Read again."""
        assert self.way is not None
        self.is_deaf = False
        self.way.hear()

    def upgrade(self) -> None:
        """Go on over a WebSocket, where it polls."""
        if isinstance(self.way, PollingWay) and not self.is_over:
            self.way.upgrade()

    def part(self, *, politely: bool) -> None:
        """Go: with a word, or without one."""
        assert self.way is not None
        if not self.is_over:
            self.lose(0)
            self.way.part(politely=politely)
