"""Scenarios of recordings: the caller and the providers of a recording, in virtual time, as a scenario is judged.

What the caller did becomes steps: a typed turn, an utterance, a click on stop. Expectations count them from 1. What the
members were told becomes what the clients of a scenario were told; of sound a recording has the length, so that is
judged as silence of that length.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from adapters.client.voiceclient import AudioPiece, Received
from adapters.recordings.format import ACK, DROP, Row
from adapters.recordings.reading import SessionRecording
from adapters.replay.told import wire_names
from adapters.replay.virtualreplay import Replayed, replay_virtually
from adapters.scenarios.performance import Performance, StepTimes, ToldMessage
from adapters.scenarios.scenario import SENDER, CallerStep, ReceiverKeys, Scenario, SenderKeys, member_name
from adapters.scenarios.scriptengines import AskedQuestion
from protocol.configuration import Configuration, merge, read_update
from protocol.errors import BadMessage
from protocol.handsfree import SpeechStarted, SpeechStopped
from protocol.messages import AudioDelta, Names, TranscribeDone

FORMAT: Final = "pcm16"
BYTES_A_MS: Final = 48
"""Of raw sound as clients are sent it: 24 kHz, mono, 16 bit."""


def perform(scenario: Scenario, recording: SessionRecording, seed: int = 0) -> tuple[Scenario, Performance]:
    """Play a recording, with tasks in the order that the seed gives: the scenario with the steps that it has, and what
    happened. Raises UnreadableRecording where it cannot be played.
    """
    replayed = replay_virtually(recording, seed)
    names = wire_names(recording.about.names)
    told = _told(replayed, recording, names)
    steps = list(_Steps(names).read(replayed.rows))
    times = tuple(StepTimes(step.began, step.ended, sum(one.at < step.began for one in told)) for step in steps)
    asked = tuple(AskedQuestion(t, question.text, question.history) for t, question in replayed.asked)
    seconds = max((row.t for row in replayed.rows), default=0.0)
    file = replace(
        scenario.file,
        sender=SenderKeys(role=_role(recording), audio_format=FORMAT),
        receiver=tuple(ReceiverKeys(name=name, audio_format=FORMAT) for name in _receivers(recording)),
        caller=tuple(step.step for step in steps),
    )
    shown = replace(scenario, file=file, configuration=_configuration(replayed.rows, names))
    return shown, Performance(times, told, asked, seconds)


def _role(recording: SessionRecording) -> Any:
    roles = {auth.role for auth in recording.about.members.values()}
    return "sender" if "sender" in roles and "both" not in roles else "both"


def _receivers(recording: SessionRecording) -> list[str]:
    return [member_name(number) for number, auth in recording.about.members.items() if auth.role == "receiver"]


def _client(recording: SessionRecording, member: int) -> str:
    auth = recording.about.members.get(member)
    return member_name(member) if auth is not None and auth.role == "receiver" else SENDER


def _configuration(rows: tuple[Row, ...], names: Names) -> Configuration:
    """What is in force at the end."""
    configuration = Configuration()
    for row in rows:
        if row.dir == "in" and names.documented.get(row.event) == "session.update":
            try:
                configuration = merge(configuration, read_update(row.payload))
            except BadMessage:
                continue  # the server refused it too
    return configuration


# ---- what was told


def _told(replayed: Replayed, recording: SessionRecording, names: Names) -> tuple[ToldMessage, ...]:
    """What each client was told, without what was dropped before it left."""
    kinds: dict[str, Any] = {name: kind for kind, name in names.wire.items()}
    sent: list[tuple[Row, int, ToldMessage]] = []
    for row in replayed.rows:
        if row.dir != "out":
            continue
        for member in row.members:
            if row.event == DROP:
                _drop(sent, member, row.payload)
            elif row.event in kinds and row.event != ACK:
                message = _message(row, kinds[row.event])
                sent.append((row, member, ToldMessage(row.t, _client(recording, member), message)))
    return tuple(told for _, _, told in sent)


def _drop(sent: list[tuple[Row, int, ToldMessage]], member: int, dropped: Mapping[str, int]) -> None:
    """Take the last messages of the turn out of what the member was sent."""
    of_turn = [at for at, (row, to, _) in enumerate(sent) if to == member and row.turn == dropped["turn"]]
    for at in reversed(of_turn[-dropped["messages"] :]):
        del sent[at]


def _message(row: Row, kind: Any) -> Received:
    message: Received
    if kind is not AudioDelta:
        message = msgspec.convert(row.payload, kind)
        return message
    sound = bytes(0 if row.audio_ms is UNSET else BYTES_A_MS * round(row.audio_ms))
    return replace(msgspec.convert({**row.payload, "audio": b""}, AudioPiece), audio=sound)


# ---- what the caller did


class RecordedStep(msgspec.Struct):
    """A step that was found in a recording."""

    step: CallerStep
    began: float
    ended: float


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

    def read(self, rows: tuple[Row, ...]) -> Iterator[RecordedStep]:
        """The steps in their order. Words of an utterance are those that were recognised."""
        found: list[RecordedStep] = []
        for row in rows:
            step = self._done(row) if row.dir == "in" else self._told(row) if row.dir == "out" else None
            if step is not None:
                found.append(step)
        yield from sorted(found, key=lambda step: step.began)

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
                self._spoken = RecordedStep(CallerStep(say="…"), self._first, row.t)
                self._first = None
                return self._spoken
            case "input.text":
                payload = row.payload
                text = payload.get("text", "") if isinstance(payload, Mapping) else payload
                return RecordedStep(CallerStep(text=str(text)), row.t, row.t)
            case "response.cancel":
                return RecordedStep(CallerStep(do="cancel"), row.t, row.t)
            case "response.create":
                return RecordedStep(CallerStep(do="create"), row.t, row.t)
        return None

    def _told(self, row: Row) -> RecordedStep | None:
        kind = self._kinds.get(row.event)
        if kind is SpeechStarted:
            self._speech = self._microphone + row.payload["audioMs"] / 1000
        elif kind is SpeechStopped and self._speech is not None:
            ended = self._microphone + row.payload["audioMs"] / 1000
            self._spoken = RecordedStep(CallerStep(say="…"), self._speech, ended)
            self._speech = None
            return self._spoken
        elif kind is TranscribeDone and self._spoken is not None:
            self._spoken.step, self._spoken = CallerStep(say=row.payload["text"] or "…"), None
        return None
