"""The frames between the parent of `--workers` and each of its server processes, as MessagePack."""

import msgspec

MAX_FRAME = 64 * 1024 * 1024
"""Bytes a frame may have: the largest is a sum of all that the processes show."""


class StartFrame(msgspec.Struct, frozen=True, tag=True):
    """Begin to serve under `name`. `settings`: pickled, by the parent's own program. `operator`: the made token.

    `host`, `port` and `lan`: where the parent listens. `count`: of how many processes this is one.
    """

    name: str
    settings: bytes
    operator: str
    host: str
    port: int
    lan: tuple[str, ...]
    count: int

    def __repr__(self) -> str:
        return f"<StartFrame of {self.name}>"


class StartedFrame(msgspec.Struct, frozen=True, tag=True):
    """It serves; `lines` are for the console."""

    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "<StartedFrame>"  # the lines have links with a token


class StartFailedFrame(msgspec.Struct, frozen=True, tag="start_failed"):
    """It cannot start, and `why`."""

    why: str


class StreamFrame(msgspec.Struct, frozen=True, tag=True):
    """A stream, whose descriptor comes with this frame, and the bytes that were read of it.

    `address`: the peer's, "" where the descriptor tells it. `secured`: it speaks TLS: "tls" with the certificate of the
    settings, "lan" with that of `--lan`. `is_final`: the process that its request names is no more, so whoever gets it
    answers.
    """

    begun: bytes
    address: str = ""
    secured: str = ""
    is_final: bool = False

    def __repr__(self) -> str:
        return f"<StreamFrame {len(self.begun)} bytes>"  # what was read may hold a credential


class LoadFrame(msgspec.Struct, frozen=True, tag=True):
    """How many sessions and streams a process has; sent when it changes, and as a sign of life."""

    sessions: int
    streams: int


class ClaimFrame(msgspec.Struct, frozen=True, tag=True):
    """May this session be the sender's? Answered by `OwnerFrame`."""

    call: int
    session: str


class OwnerFrame(msgspec.Struct, frozen=True, tag=True):
    """The answer to a claim: the process that has the session."""

    call: int
    owner: str


class ReleaseFrame(msgspec.Struct, frozen=True, tag=True):
    """The session is over, or did not begin. For `bound` seconds no other process may have it."""

    session: str
    bound: float = 0.0


class GatherFrame(msgspec.Struct, frozen=True, tag=True):
    """Ask every process about `topic`, and answer by `GatheredFrame`."""

    call: int
    topic: str
    about: str = ""


class AskFrame(msgspec.Struct, frozen=True, tag=True):
    """What is to be said about `topic`? Answered by `AnswerFrame`."""

    call: int
    topic: str
    about: str = ""


class AnswerFrame(msgspec.Struct, frozen=True, tag=True):
    """The answer to `AskFrame`."""

    call: int
    said: bytes

    def __repr__(self) -> str:
        return f"<AnswerFrame {len(self.said)} bytes>"


class GatheredFrame(msgspec.Struct, frozen=True, tag=True):
    """The answers of all processes that answered in time; `missing` did not, or are being started.

    `left`: what processes that are no more said last.
    """

    call: int
    said: tuple[bytes, ...]
    missing: int
    left: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"<GatheredFrame of {len(self.said)}>"


class LinkFrame(msgspec.Struct, frozen=True, tag=True):
    """A process asks for a stream to the one called `peer`; or the stream, whose descriptor comes with this frame."""

    peer: str


class ReloadFrame(msgspec.Struct, frozen=True, tag=True):
    """Take these settings, as far as that can be done in a running server. Answered by `ReloadedFrame`."""

    settings: bytes

    def __repr__(self) -> str:
        return "<ReloadFrame>"


class ReloadedFrame(msgspec.Struct, frozen=True, tag=True):
    """That is done."""


class EndFrame(msgspec.Struct, frozen=True, tag=True):
    """End in good order, or where that has begun already, at once."""


ToProcess = StartFrame | StreamFrame | OwnerFrame | AskFrame | GatheredFrame | LinkFrame | ReloadFrame | EndFrame
"""What the parent says."""
ToParent = (
    StartedFrame
    | StartFailedFrame
    | StreamFrame
    | LoadFrame
    | ClaimFrame
    | ReleaseFrame
    | GatherFrame
    | AnswerFrame
    | LinkFrame
    | ReloadedFrame
)
"""What a process says."""
