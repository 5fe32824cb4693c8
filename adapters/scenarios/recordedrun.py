"""Scenarios of recordings: the caller and the providers of a recording, in virtual time, as a scenario is judged.

What the caller did becomes steps: a typed turn, an utterance, a click on stop. Expectations count them from 1. What the
members were told becomes what the clients of a scenario were told; of sound a recording has the length, so that is
judged as silence of that length.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from adapters.client.voiceclient import AudioPiece, Received
from adapters.recordings.format import ACK, DROP, Row
from adapters.recordings.reading import SessionRecording
from adapters.replay.steps import RecordedStep, steps_of
from adapters.replay.told import wire_names
from adapters.replay.virtualreplay import Replayed, replay_virtually
from adapters.scenarios.performance import Performance, StepTimes, ToldMessage
from adapters.scenarios.scenario import SENDER, CallerStep, ReceiverKeys, Scenario, SenderKeys, member_name
from adapters.scenarios.scriptengines import AskedQuestion
from protocol.configuration import Configuration, merge, read_update
from protocol.errors import BadMessage
from protocol.messages import AudioDelta, Names

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
    steps = steps_of(replayed.rows, names)
    times = tuple(StepTimes(step.began, step.ended, sum(one.at < step.began for one in told)) for step in steps)
    asked = tuple(AskedQuestion(t, question.text, question.history) for t, question in replayed.asked)
    seconds = max((row.t for row in replayed.rows), default=0.0)
    file = replace(
        scenario.file,
        sender=SenderKeys(role=_role(recording), audio_format=FORMAT),
        receiver=tuple(ReceiverKeys(name=name, audio_format=FORMAT) for name in _receivers(recording)),
        caller=tuple(_step(step) for step in steps),
    )
    shown = replace(scenario, file=file, configuration=_configuration(replayed.rows, names))
    return shown, Performance(times, told, asked, seconds)


def _step(step: RecordedStep) -> CallerStep:
    match step.action:
        case "say":
            return CallerStep(say=step.words or "…")
        case "text":
            return CallerStep(text=step.words)
        case action:
            return CallerStep(do=action)


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
