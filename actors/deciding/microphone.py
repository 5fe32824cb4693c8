"""The open microphone of a session with turn detection: what was judged, what is kept of it, and who has the floor.

Plain data; `listening.py` and `contesting.py` write it, with a Step in hand.

Terms: docs/glossary.md.
"""

from collections import deque
from typing import NamedTuple

from actors.deciding.account import Charge
from actors.deciding.detection import FRAME_MS, ONSET, PAUSE_MS, Detection, frames_in
from actors.deciding.effects import Job
from actors.deciding.events import MemberId, TurnEvent
from actors.deciding.turn import UtteranceBuffer
from actors.ports.sound import Clip
from protocol.audioformat import parse_input
from protocol.configuration import Configuration
from protocol.handsfree import How

EDGE = 2
"""Frames before and after speech that belong to it although they are presumed echo: the judge of echo takes a mean."""
KEPT_MS = 200
"""How much is kept while nobody speaks, besides the prefix of an utterance."""


class Speculation:
    """The counts of one session: drafts that were begun, kept at the commit, and dropped; and their cost.

    `wasted`: jobs of engines that were begun for drafts that were dropped.
    """

    def __init__(self) -> None:
        self.begun = 0
        self.kept = 0
        self.dropped = 0
        self.wasted = 0

    def drop(self, draft: "Draft") -> None:
        """Count a draft that is dropped."""
        self.dropped += 1
        self.wasted += len(draft.jobs)


class Draft:
    """A turn that is tried while the speaker pauses, and of which nobody is told before the commit.

    `clip`: the utterance by then. `basis`: what it was begun with, which must not change. `jobs`: those that were begun
    for it. `events`: their results, in the order in which they came. `size`: bytes that the clip has taken of the
    turn's charge; `room`: those that its sound has. `has_sound`: whether any of its sound was made.
    """

    def __init__(self, clip: Clip, basis: object) -> None:
        self.clip = clip
        self.size = len(clip.data)
        self.basis = basis
        self.jobs: list[Job] = []
        self.events: list[TurnEvent] = []
        self.room = 0
        self.has_sound = False


class Belief(NamedTuple):
    """What a model says of a pause: the probability that the speaker has finished, None where that is not known."""

    finished: float | None


class Contest:
    """Speech during a turn, of which it is not known yet whether it interrupts.

    `turn`: the turn's number. `begins`: the frame at which it begins, its prefix included. `utterance`: what was said.
    `charge`: its memory. `told`: what each Receiver was asked to do; `senders`: those that know of it. `heard_at`: when
    speech was last heard, in seconds of the session's clock. `trial`: the number of the job that finds its words, 0
    where there is none; `failures`: how many of them failed. `is_long`: whether it was long enough to pause the answer.
    `at_end`: whether it began in the last second of the answer. `ended`: the count when the answer went on without its
    words being known.
    """

    def __init__(self, turn: int, begins: int, charge: Charge, now: float, *, at_end: bool) -> None:
        self.turn = turn
        self.begins = begins
        self.utterance = UtteranceBuffer()
        self.charge = charge
        self.told: dict[MemberId, How] = {}
        self.senders: set[MemberId] = set()
        self.heard_at = now
        self.trial = 0
        self.failures = 0
        self.is_long = False
        self.at_end = at_end
        self.ended = Detection()


class ListeningState:
    """One stream of samples, from when detection was switched on; `stream` tells it from those before it.

    `settings`: those of the utterance that is open, or of the next one. `detection`: the count by now. `ring`: the
    last frames, while nobody speaks, with whether each is presumed echo. `begins`: the frame at which the utterance
    begins, its prefix included. `resumed`: the frame at which the speech that goes on began. `asked`: how often in
    this pause it was asked whether the speaker has finished, `asked_at` which frame was the last one by then, and
    `belief` the answer, None for none yet. `drafts`: how many this utterance has had, and `is_tried` whether this
    pause has. `first_half`: samples that were answered too early, and to which the utterance belongs. `contest`:
    speech during the turn that is being judged; `awaited`: speech after which the answer went on before its words
    were known. At most one of them is there. `lost_at`: the frame at which there was last no room for speech, None
    for never. `idle_told`: whether it was said that nobody speaks. `is_stale`:
    whether its Sender has left.
    """

    def __init__(self, stream: int, configuration: Configuration) -> None:
        self.stream = stream
        self.configuration = configuration
        self.settings = configuration.turn_detection
        self.format = parse_input(configuration.stt.media_format)
        self.detection = Detection()
        self.ring: deque[tuple[bytes, bool]] = deque(maxlen=frames_in(self.settings.prefix_padding_ms + KEPT_MS))
        self.begins = 0
        self.resumed = 0
        self.asked = 0
        self.asked_at = -1
        self.belief: Belief | None = None
        self.drafts = 0
        self.is_tried = False
        self.draft: Draft | None = None
        self.adopted: Draft | None = None
        self.contest: Contest | None = None
        self.awaited: Contest | None = None
        self.first_half = b""
        self.lost_at: int | None = None
        self.idle_told = False
        self.is_stale = False

    @property
    def undecided(self) -> Contest | None:
        """Speech during a turn of which it is not known yet whether it was meant for it."""
        return self.contest or self.awaited

    def is_lost(self, onset: Detection) -> bool:
        """Whether the speech that begins with this frame goes on from speech for which there was no room.

        There was no pause between them, so its beginning is missing.
        """
        if self.lost_at is None:
            return False
        silent = onset.position - ONSET - self.lost_at
        return silent * FRAME_MS < PAUSE_MS

    def take_ring(self, most: int | None = None) -> list[bytes]:
        """The last frames, at most so many, which are forgotten here; presumed echo in them is silence.

        Where speech begins, that is ONSET frames before the end; what is right before it is left as it is.
        """
        frames = list(self.ring)[-most if most else 0 :]
        self.ring.clear()
        first = len(frames) - ONSET - EDGE
        return [bytes(len(audio)) if echo and at < first else audio for at, (audio, echo) in enumerate(frames)]

    def close(self) -> None:
        """The utterance is over; what follows needs an onset of its own."""
        self.detection = self.detection.closed()
        self.ring.clear()
        self.drafts = 0
        self.first_half = b""
        self.go_on()

    def go_on(self) -> None:
        """Speech goes on, or is over: the next pause is another one."""
        self.asked, self.asked_at, self.belief, self.is_tried = 0, -1, None, False

    def follow(self, configuration: Configuration) -> bool:
        """Take the settings of the next utterance; False where they are of another stream."""
        if self.is_stale or configuration.stt.media_format != self.configuration.stt.media_format:
            return False
        self.configuration, self.settings = configuration, configuration.turn_detection
        self.ring = deque(self.ring, maxlen=frames_in(self.settings.prefix_padding_ms + KEPT_MS))
        return True
