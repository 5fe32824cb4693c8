"""The frames of a relay, between the process that has a connection (near) and the one that has its session (far).

A socket has a number, which the near side gives it when it opens. Near frames and far frames are different ones, so a
stream carries the sockets of both directions, and their numbers never meet.
"""

from typing import Any

import msgspec

AnyText = Any
"""A `Frame` of protocol/engineio.py: text or bytes, which MessagePack tells apart, and msgspec's types of it do not."""
MAX_FRAME = 256 * 1024 * 1024
"""Bytes that a frame may have; a client's messages and answers have bounds of their own, which are smaller."""


# ---- what the near side says


class OpenFrame(msgspec.Struct, frozen=True, tag="O"):
    """A socket wants to join: its request, and the CONNECT that came."""

    socket: int
    address: str
    query: dict[str, str]
    bearer: str
    traceparent: str
    connect: str

    def __repr__(self) -> str:
        return f"<OpenFrame {self.socket}>"  # the rest may hold a credential


class MessageFrame(msgspec.Struct, frozen=True, tag="M"):
    """The client sent a message."""

    socket: int
    message: AnyText

    def __repr__(self) -> str:
        return f"<MessageFrame {self.socket}, {len(self.message)}>"


class LeftFrame(msgspec.Struct, frozen=True, tag="L"):
    """So many bytes of what was delivered to this client have left for it, since it opened."""

    socket: int
    total: int


class AliveFrame(msgspec.Struct, frozen=True, tag="A"):
    """Whether the client has answered a ping."""

    socket: int
    is_alive: bool


class GoneFrame(msgspec.Struct, frozen=True, tag="G"):
    """The connection is gone."""

    socket: int


# ---- what the far side says


class DeliverFrame(msgspec.Struct, frozen=True, tag="D"):
    """A message for these sockets, with its attachments: once, however many want the same."""

    sockets: list[int]
    frames: list[AnyText]

    def __repr__(self) -> str:
        return f"<DeliverFrame {self.sockets}>"


class TakenFrame(msgspec.Struct, frozen=True, tag="T"):
    """So many bytes of messages have been taken in, since the socket opened."""

    socket: int
    total: int


class AskAliveFrame(msgspec.Struct, frozen=True, tag="P"):
    """Does the client answer a ping within these seconds?"""

    socket: int
    seconds: float


class JoinedFrame(msgspec.Struct, frozen=True, tag="J"):
    """The socket has joined its session."""

    socket: int


class PartedFrame(msgspec.Struct, frozen=True, tag="R"):
    """The socket was refused, or has left: another CONNECT of it is for whoever has its session."""

    socket: int


class CloseSocketFrame(msgspec.Struct, frozen=True, tag="C"):
    """The connection is to be closed, for that `reason`; `fault`: what the client did wrong, "" for nothing."""

    socket: int
    reason: str
    fault: str = ""


FromNear = OpenFrame | MessageFrame | LeftFrame | AliveFrame | GoneFrame
FromFar = DeliverFrame | TakenFrame | AskAliveFrame | JoinedFrame | PartedFrame | CloseSocketFrame
AnyFrame = FromNear | FromFar
