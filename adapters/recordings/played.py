"""The right channel of `sound.wav`: what was sent, at the time at which a Receiver plays it.

What was sent is known by the rows of `response.audio.delta`: when, and how long it plays. A piece begins when it was
sent, or when the piece before it ends; a part begins when the part before it is complete and has been played. While the
Receivers pause nothing plays, and what was sent waits. `response.cancelled`, and the next `response.started`, end it.
Its sound is that of the synthesiser for the same part of the same turn, because what was sent is not kept.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import msgspec
from msgspec import UNSET

from actors.ports.sound import Clip, Undecodable
from adapters.codec.decode import at_rate, blocks_of
from adapters.recordings.calls import AnswerBegun, ClipMade, DeliveryGiven, SynthesisBegun, TakenBack
from adapters.recordings.canvas import RATE
from adapters.recordings.format import Row
from adapters.recordings.reading import SessionRecording, TapedCall
from adapters.recordings.spoken import PlacedSound
from protocol.audioformat import AudioFormat, parse_input

_MS: Final = RATE // 1000


class SentPiece(msgspec.Struct, frozen=True):
    """A piece of a part was sent: seconds of the session, and how long it plays in ms; `last`: the part is complete."""

    t: float
    ms: float
    last: bool


class PlayedAnswer:
    """What one turn was sent: the pieces of each part, when it was held and went on, and when it was cut."""

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.parts: dict[int, list[SentPiece]] = {}
        self.holds: list[tuple[float, float]] = []
        self.ends = math.inf
        self.listener: dict[int, int] = {}
        self._held_at: float | None = None

    def hold(self, t: float) -> None:
        """The Receivers pause."""
        self._held_at = t if self._held_at is None else self._held_at

    def go_on(self, t: float) -> None:
        """They play on."""
        if self._held_at is not None:
            self.holds.append((self._held_at, t))
            self._held_at = None

    def cut(self, t: float) -> None:
        """Nothing of it plays from now on."""
        self.ends = min(self.ends, t if self._held_at is None else self._held_at)

    def close(self) -> None:
        """There are no more rows: what is held stays so."""
        if self._held_at is not None:
            self.cut(self._held_at)


def played(recording: SessionRecording) -> Iterator[PlacedSound]:
    """What a Receiver played; what does not decode is left out. Raises UnreadableRecording."""
    calls = recording.calls()
    for answer in answers(recording):
        until = 0.0
        for part in sorted(answer.parts):
            if part and not answer.parts.get(part - 1, [_NOTHING])[-1].last:
                break  # the part before it never came to its end
            samples = _samples(_sound_of(calls, answer, part))
            before = answer.parts[part - 1][-1].t if part - 1 in answer.parts else 0.0
            place = 0
            for piece in answer.parts[part]:
                begins = max(_playing(answer, max(piece.t, before)), until)
                until = begins + piece.ms / 1000
                stop = place + round(piece.ms * _MS) * 2
                yield from _laid(answer, begins, samples[place:stop])
                place = stop


_NOTHING: Final = SentPiece(0.0, 0.0, True)


def _playing(answer: PlayedAnswer, t: float) -> float:
    """The time `t` on the Receiver's own clock, which stands while it pauses."""
    return t - sum(max(0.0, min(t, to) - since) for since, to in answer.holds)


def _laid(answer: PlayedAnswer, begins: float, samples: bytes) -> Iterator[PlacedSound]:
    """Samples that begin at that time of the Receiver's own clock, as far as they are played, parted by its pauses."""
    at, end, late = begins, begins + len(samples) / 2 / RATE, 0.0
    for since, to in (*answer.holds, (math.inf, math.inf)):
        until = min(end, max(since - late, begins))
        piece = samples[_bytes(at - begins) : _bytes(until - begins)]
        wall = at + late
        heard = len(piece) if answer.ends == math.inf else _bytes(max(0.0, answer.ends - wall))
        if piece[:heard]:
            yield PlacedSound(round(wall * RATE), piece[:heard])
        if until >= end:
            return
        at, late = until, late + to - since


def _bytes(seconds: float) -> int:
    return round(seconds * RATE) * 2


# ---- the rows


def answers(recording: SessionRecording) -> list[PlayedAnswer]:
    """The answers, in the order of their turns, each as the Receiver that was sent it first."""
    documented = {wire: name for name, wire in recording.about.names.items()}
    found: list[PlayedAnswer] = []
    for row in recording.rows:
        if row.dir != "out":
            continue
        name = documented.get(row.event, row.event)
        if name == "response.started" and (not found or found[-1].turn != row.payload["turn"]):
            for answer in found[-1:]:
                answer.cut(row.t)
            found.append(PlayedAnswer(row.payload["turn"]))
        elif found:
            _take(found[-1], name, row)
    for answer in found:
        answer.close()
    return found


def _take(answer: PlayedAnswer, name: str, row: Row) -> None:
    match name:
        case "response.audio.delta":
            part = row.payload["id"]
            listener = answer.listener.setdefault(part, min(row.members))
            if listener in row.members:
                ms = 0.0 if row.audio_ms is UNSET else row.audio_ms
                answer.parts.setdefault(part, []).append(SentPiece(row.t, ms, row.payload["streamPartDone"]))
        case "response.held" if row.payload["how"] == "pause":
            answer.hold(row.t)
        case "response.resumed":
            answer.go_on(row.t)
        case "response.cancelled":
            answer.cut(row.t)


# ---- the sound


def _sound_of(calls: tuple[TapedCall, ...], answer: PlayedAnswer, part: int) -> Clip | None:
    """The sound of a part: the last that was made of it before it was sent, or the model's own."""
    sent = answer.parts[part][0].t
    clip: Clip | None = None
    for call in calls:
        asked = call.asked
        if call.t > sent or not isinstance(asked, SynthesisBegun | AnswerBegun) or asked.turn != answer.turn:
            continue
        if isinstance(asked, AnswerBegun):
            clip = _delivered(call) or clip
        elif asked.part == part:
            clip = _made(call) or clip
    return clip


def _made(call: TapedCall) -> Clip | None:
    """What a synthesiser made, without what was taken back."""
    clips: list[bytes] = []
    named = ""
    for result in call.results:
        match result.payload:
            case ClipMade(format=format_):
                clips.append(result.sound)
                named = format_
            case TakenBack():
                clips.clear()
    return Clip(b"".join(clips), _format(named)) if clips else None


def _delivered(call: TapedCall) -> Clip | None:
    """The sound that came with an answer."""
    for result in call.results:
        if isinstance(result.payload, DeliveryGiven) and result.payload.format:
            return Clip(result.sound, _format(result.payload.format))
    return None


def _format(named: str) -> AudioFormat:
    try:
        return parse_input(named)
    except ValueError:
        return AudioFormat(named)


def _samples(clip: Clip | None) -> bytes:
    """Mono s16le at RATE; "" where there is none, or it does not decode."""
    if clip is None:
        return b""
    pieces: list[bytes] = []
    with suppress(Undecodable):
        pieces.extend(at_rate(blocks_of(clip), RATE))
    return b"".join(pieces)
