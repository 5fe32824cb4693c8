"""What the caller did in a recording, as steps: a typed turn, an utterance, a click on stop."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from adapters.recordings.format import Row
from protocol.handsfree import SpeechStarted, SpeechStopped
from protocol.messages import Names, TranscribeDone

Action = Literal["say", "text", "cancel", "create"]


class RecordedStep(msgspec.Struct):
    """Something that the caller did, in seconds of the session; `words`: what was typed, or recognised."""

    action: Action
    began: float
    ended: float
    words: str = ""


def steps_of(rows: Iterable[Row], names: Names) -> list[RecordedStep]:
    """What the caller did, in order: typed turns, utterances, `response.cancel` and `response.create`.

    An utterance is what a client committed, or what an open microphone was found to hear.
    """
    return sorted(_Steps(names).read(rows), key=lambda step: step.began)


class _Steps:
    """Finds the steps in the rows of a replay."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._kinds = {name: kind for kind, name in names.wire.items()}
        self._microphone = 0.0
        """When the sound began in which the server counts."""
        self._listens = False
        self._first: float | None = None
        """When the first chunk of the utterance came."""
        self._speech: float | None = None
        """When speech began that goes on."""
        self._spoken: RecordedStep | None = None
        """An utterance whose words are not known yet."""

    def read(self, rows: Iterable[Row]) -> Iterator[RecordedStep]:
        """The steps as they are found; the words of an utterance are known later."""
        for row in rows:
            step = self._done(row) if row.dir == "in" else self._told(row) if row.dir == "out" else None
            if step is not None:
                yield step

    def _done(self, row: Row) -> RecordedStep | None:
        match self._names.documented.get(row.event):
            case "session.update" if "turndetection" in str(row.payload).lower():
                self._listens = False  # it counts from the next sound
            case "input.buffer.append":
                if not self._listens:
                    self._listens, self._microphone = True, row.t
                self._first = row.t if self._first is None else self._first
            case "input.buffer.clear":
                self._first = None
            case "input.buffer.commit" if self._speech is None and self._first is not None:
                self._spoken = RecordedStep("say", self._first, row.t)
                self._first = None
                return self._spoken
            case "input.text":
                payload = row.payload
                text = payload.get("text", "") if isinstance(payload, Mapping) else payload
                return RecordedStep("text", row.t, row.t, str(text))
            case "response.cancel":
                return RecordedStep("cancel", row.t, row.t)
            case "response.create":
                return RecordedStep("create", row.t, row.t)
        return None

    def _told(self, row: Row) -> RecordedStep | None:
        kind = self._kinds.get(row.event)
        if kind is SpeechStarted:
            self._speech = self._microphone + row.payload["audioMs"] / 1000
        elif kind is SpeechStopped and self._speech is not None:
            ended = self._microphone + row.payload["audioMs"] / 1000
            self._spoken = RecordedStep("say", self._speech, ended)
            self._speech = None
            return self._spoken
        elif kind is TranscribeDone and self._spoken is not None:
            self._spoken.words, self._spoken = row.payload["text"], None
        return None
