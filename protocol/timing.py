"""Timing of a connection: the time for each step, and how much it may queue. The settings are made of it."""

from typing import Annotated

import msgspec

from protocol.messages import MAX_PAYLOAD

Seconds = Annotated[float, msgspec.Meta(ge=0.05, le=86_400)]


class Timing(msgspec.Struct, frozen=True):
    """The heartbeat in seconds, and the bounds in bytes and messages, of every connection of a server."""

    ping_interval: Seconds = 25.0
    """How long after a client's last pong it is pinged again, in seconds. At the bound: the ping."""
    ping_timeout: Seconds = 20.0
    """How long a client has for its pong, in seconds. At the bound: its connection is closed."""
    upgrade_timeout: Seconds = 10.0
    """How long the upgrade from polling to WebSocket may take, in seconds. At the bound: it stays on polling."""
    max_payload: Annotated[int, msgspec.Meta(ge=1_000, le=100_000_000)] = MAX_PAYLOAD
    """The largest message or polling body that a client may send, in bytes; `session.joined` tells it. At the bound:
    close 1009, or HTTP 413."""
    outbox_bytes: Annotated[int, msgspec.Meta(ge=10_000, le=10_000_000_000)] = 16_000_000
    """How much may wait for a client that reads slowly, in bytes. At the bound: its connection is closed."""
    outbox_messages: Annotated[int, msgspec.Meta(ge=16, le=10_000_000)] = 2_000
    """How many messages may wait for a client that reads slowly. At the bound: its connection is closed."""


class Waits(msgspec.Struct, frozen=True):
    """The time that a client has, in seconds."""

    connect_timeout: Seconds = 45.0
    """How long a connection has to join a session, in seconds. At the bound: it is closed."""
    attachment_timeout: Seconds = 10.0
    """How long an event waits for its binary attachments, in seconds. At the bound: 1000, and the event is lost."""
