"""What hands-free conversations came to: when turns ended, what was cut, and what interrupted, counted from replays.

Pure: the labels say what was said and when, and the messages what became of it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from adapters.client.voiceclient import AudioPiece
from bench.handsfreereplay import Label, Replay
from protocol.handsfree import ResponseHeld, ResponseResumed, SpeechStopped
from protocol.messages import ResponseCancelled, TranscribeDone

SENTENCE: Final = "sentence"
PAUSED: Final = "pause"
INTERRUPTION: Final = "interruption"
ECHO: Final = "echo"
BARGED: Final = "echo, interrupted"
DISTURBANCES: Final = ("backchannel", "cough", "keys", "hiss", "second voice")
_MOST: Final = 0.5
"""The share of the words of a half with which it counts as heard."""


class TurnCount(NamedTuple):
    """A turn; times are seconds after the labelled end of speech, None for what did not come.

    `is_cut`: it was committed before its end. `is_heard`: the answer sounded before the person had
    finished. `is_whole`: one transcript has all of it.
    """

    commit: float | None
    first_sound: float | None
    is_cut: bool
    is_heard: bool
    is_whole: bool


class EventCount(NamedTuple):
    """Something during an answer: seconds from its onset until Receivers hold and the answer is cut, None for never.

    `is_kept`: its words are in a transcript.
    """

    held: float | None
    cut: float | None
    is_kept: bool


def times(replay: Replay, kind: type, since: float = 0.0) -> list[float]:
    """When messages of a type came, from a second on."""
    return [told.at for told in replay.told if isinstance(told.message, kind) and told.at >= since]


def count_turn(replay: Replay) -> TurnCount:
    """What became of what was said first."""
    last = replay.said[-1]
    commits = times(replay, SpeechStopped)
    is_cut = any(at < last.ends for at in commits)
    final = next((at for at in commits if at >= last.ends), None)
    sounds = times(replay, AudioPiece, final or 0.0)
    return TurnCount(
        None if final is None else final - last.ends,
        None if final is None or not sounds else sounds[0] - last.ends,
        is_cut,
        any(at < last.ends for at in starts(replay)),
        any(has_all(text, replay.said) for text in _texts(replay)),
    )


def starts(replay: Replay) -> list[float]:
    """When sound began to play, each time: a piece that comes while its Receiver pauses plays when that resumes."""
    made: list[float] = []
    waits = pauses = False
    for at, message in replay.told:
        match message:
            case ResponseHeld(how="pause"):
                pauses = True
            case AudioPiece() if pauses:
                waits = True
            case AudioPiece():
                made.append(at)
            case ResponseResumed():
                made += [at] if waits else []
                waits = pauses = False
            case ResponseCancelled():
                waits = pauses = False
    return made


def _texts(replay: Replay, since: float = 0.0) -> list[str]:
    return [told.message.text for told in replay.told if isinstance(told.message, TranscribeDone) and told.at >= since]


def has_all(text: str, labels: Sequence[Label]) -> bool:
    """Whether the text has most of the words of each label."""
    words = set(text.split())
    return all(len(words & own) >= _MOST * len(own) for own in (set(label.words.split()) for label in labels))


def count_event(replay: Replay) -> EventCount | None:
    """What became of what came during the answer; None where there was no answer."""
    event = replay.event
    if event is None:
        return None
    held, cut = times(replay, ResponseHeld, event.begins), times(replay, ResponseCancelled, event.begins)
    is_kept = bool(cut) and any(has_all(text, (event,)) for text in _texts(replay, event.begins))
    return EventCount(held[0] - event.begins if held else None, cut[0] - event.begins if cut else None, is_kept)


def quantile(values: Iterable[float | None], share: float) -> float | None:
    """The least of the values that are there below which that share of them lies; None without any."""
    known = sorted(value for value in values if value is not None)
    return known[min(len(known) - 1, int(share * len(known)))] if known else None


# ---- the table


def turn_rows(replays: Sequence[Replay]) -> dict[str, str]:
    """The figures of turns with one policy, by name."""
    said = [count_turn(replay) for replay in replays]
    return {
        f"turns, {sum(replay.kind == PAUSED for replay in replays)} of them with a pause": str(len(said)),
        "end of speech → commit, median, p95, s": _spread([turn.commit for turn in said]),
        "end of speech → first sound, median, p95, s": _spread([turn.first_sound for turn in said]),
        "cut before their end, per 100 turns": _per_cent(turn.is_cut for turn in said),
        "of 100 with a pause": _per_cent(
            turn.is_cut for turn, replay in zip(said, replays, strict=True) if replay.kind == PAUSED
        ),
        "heard false starts, per 100 turns": _per_cent(turn.is_heard for turn in said),
        "unrepaired, per 100 turns": _per_cent(not turn.is_whole for turn in said),
    }


def event_rows(replays: Sequence[Replay]) -> dict[str, str]:
    """The figures of what comes during answers, by name."""
    of_kind: dict[str, list[Replay]] = {}
    for replay in replays:
        of_kind.setdefault(replay.kind, []).append(replay)
    told = {
        f"answers cut by: {kind}": _share(of_kind.get(kind, ()), lambda event: event.cut is not None)
        for kind in (*DISTURBANCES, ECHO)
    }
    true = of_kind.get(INTERRUPTION, [])
    told["true interruptions kept"] = _share(true, lambda event: event.is_kept)
    told["true interruptions kept, in echo"] = _share(of_kind.get(BARGED, ()), lambda event: event.is_kept)
    events = [event for event in map(count_event, true) if event is not None]
    told["onset → held, median, p95, s"] = _spread([event.held for event in events])
    told["onset → cut, median, p95, s"] = _spread([event.cut for event in events])
    return told


def _share(replays: Iterable[Replay], is_so: Callable[[EventCount], bool]) -> str:
    events = [event for event in map(count_event, replays) if event is not None]
    return f"{sum(map(is_so, events))} of {len(events)}"


def _per_cent(values: Iterable[bool]) -> str:
    known = list(values)
    return f"{100 * sum(known) / len(known):.1f}" if known else "–"


def _spread(values: Sequence[float | None]) -> str:
    middle, most = quantile(values, 0.5), quantile(values, 0.95)
    if middle is None or most is None:
        return "–"
    missing = sum(value is None for value in values)
    return f"{middle:.2f}, {most:.2f}" + (f" ({missing} never)" if missing else "")
