"""Hands-free conversations, replayed in virtual time: when turns end, what is cut, and what interrupts the avatar.

The same labelled sound is replayed with each policy: silence alone, the two beliefs of `semantic_vad` with silence
behind them, and what else was tried. What comes during an answer is replayed with the last policy alone, because what
follows from it does not depend on how a turn ends. For what is exact and what is stated see `handsfreereplay.py`.
"""

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple
from unittest import mock

import numpy as np

from actors.deciding import deadlines, turnending
from adapters.listening import models
from bench import echosounds
from bench import handsfreesounds as sounds
from bench.handsfreecount import BARGED, ECHO, INTERRUPTION, PAUSED, SENTENCE, event_rows, turn_rows
from bench.handsfreeengines import DETECTORS, RealEars
from bench.handsfreerecordings import read_folder
from bench.handsfreereplay import Case, Line, Replay, hold

TURNS: Final = 24
PAUSES: Final = (0.3, 0.5, 0.8, 1.2, 1.6, 2.0)
"""Seconds for which speakers think in the middle of a sentence."""
DELAYS: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds by which an echo is late."""
POLICIES: Final = (
    *(f"server_vad:{ms}" for ms in (500, 1_000, 1_500)),
    "semantic_vad:auto:late",
    "semantic_vad:auto",
)
TRIED: Final = ("0.5@0.2/1.5", "0.7@0.3/2", "0.5@0.4/2", "0.5@0.4,1.0/3", "0.7@1.0/2.5")
"""Other policies that were tried (`p@silence/else`): see `read_policy`."""
_TRIED = re.compile(r"(0\.\d+)@(\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*)/(\d+(?:\.\d+)?)")
_BELOW: Final = 6.0
"""dB of an echo below speech."""


class ReplayedPolicy(NamedTuple):
    """`detection`: what is sent as `turnDetection`. The rest is put in the place of what the server has, where it is.

    `finished`: the probability above which a turn has ended. `ask_at`: seconds of silence at which the model is asked.
    `silence`: seconds of it that end a turn otherwise. `listens`: whether the recogniser tells words as they are said.
    """

    name: str
    detection: dict[str, object]
    finished: float = 0.0
    ask_at: tuple[float, ...] = ()
    silence: float = 0.0
    listens: bool = True


def read_policy(text: str) -> ReplayedPolicy:
    """A policy by its name; raises ValueError.

    `server_vad:500` ends a turn with so many milliseconds of silence, `semantic_vad:auto` as that eagerness does;
    `semantic_vad:auto:late` has a recogniser that begins with the pause, and does not listen before. `0.7@0.3,1.0/2` is
    the sound alone: it asks the model at 0.3 and 1.0 s of silence, and ends where it says more than 0.7, or at 2 s.
    """
    named, _, late = text.partition(":late")
    kind, _, detail = named.partition(":")
    if kind == "server_vad" and detail.isdecimal():
        return ReplayedPolicy(text, {"type": kind, "silenceDurationMs": int(detail)})
    if kind == "semantic_vad" and detail in ("low", "medium", "high", "auto") and not late:
        return ReplayedPolicy(text, {"type": kind, "eagerness": detail}, listens=named == text)
    if (tried := _TRIED.fullmatch(text)) is None:
        raise ValueError(f"{text!r} is no policy: write server_vad:500, semantic_vad:auto or 0.7@0.3,1.0/2")
    finished, ask_at, silence = tried.groups()
    asked = tuple(map(float, ask_at.split(",")))
    return ReplayedPolicy(text, {"type": "semantic_vad", "eagerness": "auto"}, float(finished), asked, float(silence))


def _policy(text: str) -> ReplayedPolicy:
    try:
        return read_policy(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


@contextmanager
def in_force(policy: ReplayedPolicy) -> Iterator[None]:
    """The server decides by this policy: its own constants are replaced, because no client can choose them."""
    with ExitStack() as stack:
        if policy.ask_at:
            ask_at = tuple(1_000 * seconds for seconds in policy.ask_at)
            stack.enter_context(mock.patch.object(turnending, "ASK_AT", ask_at))
            stack.enter_context(mock.patch.object(turnending, "FINISHED", policy.finished))
            stack.enter_context(mock.patch.multiple(turnending, WORDS_WITHIN=0, CERTAIN=0.0))
            stack.enter_context(mock.patch.object(turnending, "is_unfinished", return_value=False))
            stack.enter_context(mock.patch.dict(deadlines._SILENCE, auto=policy.silence))
        yield


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--turns", type=int, default=TURNS, help="of each set of sentences, half of them with a pause")
    parser.add_argument("--folder", type=Path, help="recordings of people in place of sentences that are made here")
    parser.add_argument("--language", default="en-US", help="of these recordings, in BCP 47")
    parser.add_argument("--detector", choices=DETECTORS, default=DETECTORS[0], help="what hears speech")
    parser.add_argument(
        "--policy",
        type=_policy,
        nargs="+",
        default=[read_policy(name) for name in POLICIES],
        help=f"server_vad:MS, semantic_vad:EAGERNESS[:late], or PROBABILITY@SILENCE,…/ELSE, as in {', '.join(TRIED)}",
    )


# ---- the cases


def sentences(
    spoken: sounds.SpokenSentence, turns: int, halves: Sequence[tuple[str, str, str]] = sounds.HALVES
) -> Iterator[Case]:
    """So many turns; every second one has a pause, of each length in turn."""
    for number in range(turns):
        language, first, second = halves[number // 2 % len(halves)]
        if number % 2:
            pause = PAUSES[(number // 2 + number // 2 // len(halves)) % len(PAUSES)]
            one, other = spoken.halves(language, first, second)
            yield Case(PAUSED, (Line(one, first), Line(other, second, pause)), language=language)
        else:
            text = f"{first} {second}"
            yield Case(SENTENCE, (Line(spoken.get(text, language), text),), language=language)


def during_answers(spoken: sounds.SpokenSentence) -> Iterator[Case]:
    """What happens while the avatar speaks, by itself and in an echo of it."""
    asked = (Line(spoken.get(sounds.ASKED), sounds.ASKED),)
    events = [
        *(("backchannel", Line(spoken.get(text), text)) for text in sounds.BACKCHANNELS),
        *(("cough", Line(sounds.cough(seed), "")) for seed in range(4)),
        *(("keys", Line(sounds.keys(seed), "")) for seed in range(2)),
        *(("hiss", Line(sounds.hiss(seed), "")) for seed in range(2)),
        *(("second voice", Line(sounds.far(spoken.get(text)), text)) for text in sounds.OTHERS),
        *((INTERRUPTION, Line(spoken.get(text), text)) for text in sounds.INTERRUPTIONS),
    ]
    played = spoken.get(sounds.ANSWER)
    for kind, line in events:
        for after in (2.5, 3.7):
            yield Case(kind, asked, line, after, played)
    for number, delay in enumerate(DELAYS):
        heard = echosounds.echo(np.random.default_rng(number), played, 0.0, sounds.LOUD - _BELOW)
        yield Case(ECHO, asked, None, 0.0, played, heard, delay)
        for text in sounds.INTERRUPTIONS:
            yield Case(BARGED, asked, Line(spoken.get(text), text), 4.0, played, heard, delay)


# ---- the measurement


def run(
    turns: int, policies: list[ReplayedPolicy], detector: str, folder: Path | None = None, language: str = "en-US"
) -> None:
    """Replay the turns with each policy, then what comes during answers, and print the tables.

    With a folder its recordings are the turns, and nothing else is replayed. Raises SystemExit where no model hears
    speech, or a recording cannot be used.
    """
    silero, smart_turn = models.voice_activity_model(), models.turn_end_model()
    if silero is None:
        raise SystemExit(f"there is no model of voice activity: {models.HOW}")
    ears = RealEars(silero, smart_turn if models.can_judge_turns() else None, detector)
    if smart_turn is None:
        print("no model of the end of a turn: silence decides")
    if folder is not None:
        _replay_turns(f"recordings in {folder.name}", read_folder(folder, language), policies, ears)
        return
    begun = time.perf_counter()
    spoken, by = sounds.speak_all()
    events = list(during_answers(spoken))
    print(f"conversations in virtual time, spoken by {by}, which took {time.perf_counter() - begun:.0f} s")
    for title, halves in (("sentences", sounds.HALVES), ("other sentences", sounds.OTHER_HALVES)):
        _replay_turns(title, list(sentences(spoken, turns, halves)), policies, ears)
    last = policies[-1]
    print(f"{len(events)} answers during which something comes\n")
    print(as_table({last.name: event_rows(_replay(events, last, ears))}))


def _replay_turns(title: str, said: list[Case], policies: list[ReplayedPolicy], ears: RealEars) -> None:
    print(f"\n{title}")
    table = {policy.name: turn_rows(_replay(said, policy, ears)) for policy in policies}
    print(f"\n{as_table(table)}\n", flush=True)


def _replay(cases: list[Case], policy: ReplayedPolicy, ears: RealEars) -> list[Replay]:
    begun = time.perf_counter()
    with in_force(policy):
        held = [hold(case, policy.detection, ears, listens=policy.listens) for case in cases]
    print(f"  {policy.name}: {len(cases)} conversations in {time.perf_counter() - begun:.0f} s", flush=True)
    return held


def as_table(table: dict[str, dict[str, str]]) -> str:
    """In Markdown: a column for each policy."""
    lines = [f"| | {' | '.join(table)} |", f"| --- |{' ---: |' * len(table)}"]
    for name in next(iter(table.values()), {}):
        lines.append(f"| {name} | {' | '.join(column[name] for column in table.values())} |")
    return "\n".join(lines)
