"""Voice activity for all sessions: the streams, and which engine judges them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from actors.ports.calls import EngineFailed
from actors.ports.listening import VoiceActivityCounts, count_frames
from adapters.listening import webrtc
from adapters.listening.webrtc import WebRtcStream

MOST_STREAMS = 4_096
"""Streams at a time, of 1 kB each in the process; more than sessions that a machine can hear."""


class SpeechDetector:
    """Satisfies `VoiceActivity`."""

    def __init__(self) -> None:
        self._streams = 0
        self._frames = 0

    @property
    def counts(self) -> VoiceActivityCounts:
        """What it has done so far."""
        return VoiceActivityCounts(webrtc.NAME, self._streams, self._frames)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["DetectorStream"]:
        """A stream until the block is left. Raises EngineFailed for too many. It does not wait, so nothing cancels it.

        See `VoiceActivity.open`.
        """
        if self._streams >= MOST_STREAMS:
            raise EngineFailed(f"{MOST_STREAMS} microphones are being listened to, and no more can be")
        self._streams += 1
        try:
            yield DetectorStream(self)
        finally:
            self._streams -= 1

    def note(self, frames: int) -> None:
        """Count frames that were judged."""
        self._frames += frames


class DetectorStream:
    """A stream of `SpeechDetector`."""

    def __init__(self, detector: SpeechDetector) -> None:
        self._detector = detector
        self._simple: WebRtcStream | None = None

    async def judge(self, samples: bytes) -> tuple[float, ...]:
        """See `VoiceStream.judge`."""
        frames = count_frames(samples)
        await trio.lowlevel.checkpoint()
        self._simple = self._simple or WebRtcStream()
        self._detector.note(frames)
        return self._simple.judge(samples)
