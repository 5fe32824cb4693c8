"""The timeline of playback: when the sound that was sent plays, and how many of its words were heard by some time."""

import math
import re
from collections.abc import Hashable
from typing import NamedTuple

from actors.deciding.playedreference import PlayedReference
from actors.ports.mouth import Mark
from actors.ports.sound import BANDS, FRAMES_A_SECOND
from actors.words.heardwords import TimedWord, heard_end
from protocol.handsfree import PlaybackPosition

_LAST_WORD_EDGE = re.compile(r"\s\S*\Z")
LETTERS_PER_SECOND = 15.0
"""How fast words are taken to be spoken where a part's sound is not complete, and its length not known."""
REPORT_LASTS = 1.0
"""Seconds after a report of a Receiver's position in which it counts more than the estimate."""
REPORT_EVERY = 0.1
"""Seconds between two reports of a Receiver that count, unless they tell of another part, a start or a stop."""
MOST_LATE = 30.0
"""Seconds that reports may put the end of playback off, in all."""


class Segment(NamedTuple):
    """A stretch of sound: it begins to play at this time and lasts so many seconds."""

    begins: float
    seconds: float


class Played:
    """A part of which something was sent; `waiting`: its sound that cannot be played yet, seconds and envelopes.

    `words`: those of `speech`, which is what is spoken of it, whose times are known: all up to the last of them, or up
    to `known`, in seconds of it. `complete`: all its sound was sent; `closed`: and the message that says so.
    """

    def __init__(self, text: str, speech: str = "") -> None:
        self.text = text.strip()
        self.speech = speech
        self.words: list[TimedWord] = []
        self.known = 0.0
        self.segments: list[Segment] = []
        self.waiting: list[tuple[float, bytes]] = []
        self.complete = self.closed = False

    def add(self, words: tuple[Mark, ...]) -> None:
        """The times of its next words are known."""
        self.words += [TimedWord(word.text, (word.at + word.ms) / 1000, word.char) for word in words]

    @property
    def ends(self) -> float:
        """When the last of it that was laid ends."""
        return self.segments[-1].begins + self.segments[-1].seconds

    def seconds(self, at: float) -> float:
        """Seconds of it that had time to play."""
        return sum(min(max(at - segment.begins, 0.0), segment.seconds) for segment in self.segments)

    def heard(self, at: float) -> str:
        """The words that had time to play: all, or up to the edge of a word."""
        if not self.segments or at < self.segments[0].begins:
            return ""
        sent = sum(segment.seconds for segment in self.segments)
        total = sent if self.complete else max(sent, len(self.text) / LETTERS_PER_SECOND)
        played = self.seconds(at)
        if played >= total:
            return self.text
        known = heard_end(self.text, self.speech, self.words, played) if self.words else None
        if known is not None and played <= max(self.words[-1].end, self.known):
            return self.text[:known]
        shown = self.text[: int(len(self.text) * played / total)]
        edge = _LAST_WORD_EDGE.search(shown)
        estimate = shown[: edge.start()].rstrip() if edge else ""
        return self.text[: max(known or 0, len(estimate))]

    def moment(self, seconds: float) -> float | None:
        """The time at which so many seconds of it have played; None where nothing of it was laid."""
        for segment in self.segments:
            if seconds <= segment.seconds:
                return segment.begins + seconds
            seconds -= segment.seconds
        return self.segments[-1].begins + self.segments[-1].seconds if self.segments else None


class Report(NamedTuple):
    """What a Receiver said of its playback: the moment of the timeline that it plays, when it said so, and of what."""

    moment: float
    at: float
    part: int
    is_playing: bool


class Timeline:
    """The sound of one response, as the Receivers play it, by the ids of the parts.

    A piece begins when it was sent, or when the piece before it ends. A part begins no earlier than the end of the part
    before it, all of which has to be there by then, with the message that closes it; until that is so, what was sent of
    it waits with the Receivers.

    That is an estimate, on a clock of its own: the session's clock less `_late`, which grows while Receivers pause, and
    which their reports correct, the furthest of them. Times that callers give and get are of the session's clock.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._played: dict[int, Played] = {}
        self._current = 0
        self._late = 0.0
        self._paused_at: float | None = None
        self._reports: dict[Hashable, Report] = {}
        self._reported_late = 0.0
        self._reference: PlayedReference | None = None

    def __len__(self) -> int:
        return len(self._played)

    @property
    def plays_until(self) -> float:
        """The end of what can be played by now; infinity while Receivers pause."""
        return self._until + self._late if self._paused_at is None else float("inf")

    def _at(self, now: float) -> float:
        return (now if self._paused_at is None else min(now, self._paused_at)) - self._late

    def play(
        self,
        part: int,
        text: str,
        seconds: float,
        now: float,
        *,
        complete: bool,
        closed: bool | None = None,
        envelope: bytes = b"",
        speech: str = "",
        words: tuple[Mark, ...] = (),
    ) -> None:
        """Sound of a part was sent; `complete`: there is no more of it. `words`: those of `speech` that became known.

        `closed`: Receivers know that there is no more, and play the next part when it has ended; None: as `complete`.
        What is known of the words is what counts as heard of a part that is cut; else its letters are counted by time.
        """
        played = self._played.get(part)
        if played is None:
            played = self._played[part] = Played(text, speech)
        played.add(words)
        if part == self._current:
            self._lay(played, seconds, now, envelope)
        else:
            played.waiting.append((seconds, envelope))
        if complete:
            self.complete(part)
        if complete if closed is None else closed:
            self._close(played, now)

    def complete(self, part: int) -> None:
        """All the sound of a part has been sent, where anything was."""
        if part in self._played:
            self._played[part].complete = True

    def _close(self, played: Played, now: float) -> None:
        """Receivers know that there is no more of it; so the next one may play."""
        played.complete = played.closed = True
        while (current := self._played.get(self._current)) is not None and current.closed:
            self._current += 1
            if (following := self._played.get(self._current)) is not None:
                for seconds, envelope in following.waiting:
                    self._lay(following, seconds, now, envelope)
                following.waiting.clear()

    def _lay(self, played: Played, seconds: float, now: float, envelope: bytes) -> None:
        if seconds or not played.segments:
            begins = max(self._at(now), self._until)
            if envelope:
                self._reference = self._reference or PlayedReference()
                self._reference.add(begins, seconds, envelope, self._at(now))
            played.segments.append(Segment(begins, seconds))
            self._until = begins + seconds

    def add_words(self, part: int, words: tuple[Mark, ...]) -> None:
        """All that can be known of the words of a part that was played: their times."""
        self._played[part].add(words)
        self._played[part].known = math.inf

    def cut_part(self, now: float) -> tuple[int, float, bool] | None:
        """The part that plays now, and its seconds: all, True, where all of it was sent, else those that were heard.

        None for no part that plays, and for one that has the times of its words.
        """
        at = self._at(now)
        for number, played in self._played.items():
            heard, sent = played.seconds(at), sum(segment.seconds for segment in played.segments)
            if 0 < heard < sent and not played.words:
                return number, sent if played.complete else heard, played.complete
        return None

    def playing_part(self, now: float) -> int:
        """The first part that has not played to its end."""
        at = self._at(now)
        ended = (n for n, p in self._played.items() if p.complete and p.segments and p.ends <= at)
        return max(ended, default=-1) + 1

    def pause(self, now: float) -> None:
        """All Receivers pause: nothing plays until `go_on`."""
        if self._paused_at is None:
            self._paused_at = now

    def go_on(self, now: float) -> None:
        """The Receivers play on where they were."""
        if self._paused_at is not None:
            self._late += now - self._paused_at
            self._paused_at = None

    def report(self, receiver: Hashable, position: PlaybackPosition, now: float) -> None:
        """A Receiver says where it is in a part; what it cannot be, and more than is useful, is ignored."""
        played = self._played.get(position.id)
        moment = played.moment(position.ms / 1000) if played is not None else None
        if moment is None or self._paused_at is not None:
            return
        last, report = self._reports.get(receiver), Report(moment, now, position.id, position.playing)
        is_alike = last is not None and (last.part, last.is_playing) == (report.part, report.is_playing)
        if last is not None and is_alike and now - last.at < REPORT_EVERY:
            return
        self._reports[receiver] = report
        self._correct(now)

    def _correct(self, now: float) -> None:
        """Have the estimate follow the furthest of the Receivers that have just said where they are."""
        fresh = [report for report in self._reports.values() if now - report.at <= REPORT_LASTS]
        furthest = max(report.moment + (now - report.at if report.is_playing else 0.0) for report in fresh)
        earliest = -self._late  # nothing plays before it was sent
        more = max(min((now - furthest) - self._late, MOST_LATE - self._reported_late), earliest)
        self._late += more
        self._reported_late += more

    def forget(self) -> None:
        """The words of what was sent are taken back and count as not heard; their sound plays on."""
        for played in self._played.values():
            played.text = ""

    def stop(self, now: float) -> None:
        """Nothing plays from now on."""
        if self._reference is not None:
            self._reference.cut(self._at(now))

    def playing(self, since: float, until: float) -> bytes:
        """The envelope of what plays in that time, the last seconds at most; "" where no envelope is known."""
        if self._reference is None:
            return b""
        played = self._reference.playing(self._at(since), max(self._at(until), self._at(since)))
        return played.ljust(round((until - since) * FRAMES_A_SECOND) * BANDS, b"\0")

    def seconds_heard(self, now: float) -> float:
        """Seconds of sound that had time to play by `now`."""
        return sum(played.seconds(self._at(now)) for played in self._played.values())

    def heard(self, now: float) -> str:
        """The words that had time to play by `now`, in the order of the parts."""
        return " ".join(text for _, text in self.heard_parts(now))

    def heard_parts(self, now: float) -> list[tuple[int, str]]:
        """The parts of which words had time to play by `now`, and these words."""
        texts = [(number, played.heard(self._at(now))) for number, played in sorted(self._played.items())]
        return [(number, text) for number, text in texts if text]
