"""The search for a text's phonemes, on frames of which the classes are known."""

import itertools

import numpy as np
import pytest

from adapters.mouth.aligner import LAG, PhonemeAligner
from adapters.mouth.phonemeclasses import CLASSES, PAUSE, classes_of
from adapters.mouth.soundfeatures import Floats
from adapters.mouth.statesearch import LONGEST, AlignedState

P, A, S, M = (classes_of(phoneme)[0] for phoneme in "pasm")
END = AlignedState(PAUSE, 1.0, 0.0)


def fits(*runs: tuple[int, int]) -> Floats:
    """Frames: of each class so many, certain."""
    kinds = np.repeat([kind for kind, _ in runs], [frames for _, frames in runs])
    made = np.full((len(kinds), len(CLASSES)), -5.0, np.float32)
    made[np.arange(len(kinds)), kinds] = 0
    return made


def aligned(states: list[AlignedState], frames: Floats, piece: int = 0, rate: float = 1.0) -> list[tuple[int, int]]:
    aligner = PhonemeAligner(rate)
    aligner.add([*states, END])
    size = piece or max(1, len(frames))
    for start in range(0, len(frames), size):
        aligner.push(frames[start : start + size])
        aligner.decide(aligner.frames - LAG)
    aligner.decide(aligner.frames, is_last=True)
    return aligner.decided[:-1]


WORD = [AlignedState(P, 6, 0.5), AlignedState(A, 12), AlignedState(S, 9)]


@pytest.mark.parametrize("piece", [0, 1, 7, 30])
def test_boundaries_are_where_the_classes_change(piece: int) -> None:
    frames = fits((PAUSE, 20), (P, 7), (A, 15), (S, 6), (PAUSE, 30))
    assert aligned(WORD, frames, piece) == [(20, 27), (27, 42), (42, 48)]


@pytest.mark.parametrize("piece", [0, 20])
def test_a_pause_between_words_is_of_neither(piece: int) -> None:
    states = [*WORD, AlignedState(M, 7, 4.0), AlignedState(A, 12)]
    frames = fits((P, 7), (A, 15), (S, 8), (PAUSE, 180), (M, 9), (A, 10), (PAUSE, 5))
    assert aligned(states, frames, piece) == [(0, 7), (7, 22), (22, 30), (210, 219), (219, 229)]


def test_words_follow_each_other_where_there_is_no_pause() -> None:
    states = [*WORD, AlignedState(M, 7, 4.0), AlignedState(A, 12)]
    assert aligned(states, fits((P, 7), (A, 15), (S, 8), (M, 9), (A, 10)))[2:4] == [(22, 30), (30, 39)]


def test_a_quick_speaker_is_followed() -> None:
    states = WORD * 12
    frames = np.concatenate([fits((P, 3), (A, 6), (S, 5))] * 12 + [fits((PAUSE, 3))])
    assert aligned(states, frames) == [
        span for at in range(0, 168, 14) for span in ((at, at + 3), (at + 3, at + 9), (at + 9, at + 14))
    ]


def test_the_rate_is_learned() -> None:
    aligner = PhonemeAligner()
    aligner.add([*WORD * 12, END])
    aligner.push(np.concatenate([fits((P, 9), (A, 18), (S, 13))] * 12))
    aligner.decide(aligner.frames, is_last=True)
    assert 1.2 < aligner.rate < 1.6


def test_one_wrong_frame_moves_nothing() -> None:
    frames = fits((PAUSE, 20), (P, 7), (A, 15), (S, 6), (PAUSE, 30))
    frames[34] = fits((S, 1))[0]
    assert aligned(WORD, frames) == [(20, 27), (27, 42), (42, 48)]


def test_a_sound_that_is_shorter_than_the_text_ends_it() -> None:
    found = aligned(WORD * 10, fits((P, 7), (A, 15), (S, 6), (P, 5)))
    assert found[:3] == [(0, 7), (7, 22), (22, 28)]
    assert len(found) == 30
    assert found[-1] == (33, 33)


def test_a_sound_that_goes_on_after_the_text_is_a_pause() -> None:
    assert aligned(WORD, fits((P, 7), (A, 15), (S, 6), (M, 200)))[:2] == [(0, 7), (7, 22)]


@pytest.mark.parametrize("seed", range(6))
def test_spans_never_overlap_whatever_is_heard(seed: int) -> None:
    random = np.random.default_rng(seed)
    frames = random.uniform(-5, 0, (int(random.integers(1, 900)), len(CLASSES))).astype(np.float32)
    kinds = random.integers(1, len(CLASSES), int(random.integers(1, 120)))
    pauses = (None, 0.5, 4.0)
    states = [AlignedState(int(kind), float(random.uniform(1, 30)), pauses[kind % 3]) for kind in kinds]
    found = aligned(states, frames, int(random.integers(1, 60)))
    assert len(found) == len(states)
    assert all(0 <= start <= end <= len(frames) for start, end in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))


def test_what_is_known_is_the_same_each_time() -> None:
    frames = np.random.default_rng(1).uniform(-5, 0, (300, len(CLASSES))).astype(np.float32)
    assert aligned(WORD * 8, frames, 20) == aligned(WORD * 8, frames, 20)


def test_minutes_of_silence_take_no_more_memory_than_seconds() -> None:
    aligner = PhonemeAligner()
    aligner.add([*WORD, END])
    for _ in range(60):
        aligner.push(fits((PAUSE, 100)))
        aligner.decide(aligner.frames - LAG)
    kept = [each for each in vars(aligner._search).values() if isinstance(each, np.ndarray)]
    assert sum(each.nbytes for each in kept) < 450_000
    aligner.push(fits((P, 7), (A, 15), (S, 6), (PAUSE, 50)))
    aligner.decide(aligner.frames, is_last=True)
    assert aligner.decided[:3] == [(6000, 6007), (6007, 6022), (6022, 6028)]


def test_a_state_has_a_longest_length() -> None:
    (found,) = aligned([AlignedState(A, 80)], fits((A, 300)))
    assert found[1] - found[0] <= LONGEST


def test_frames_that_are_not_sure_are_forgotten() -> None:
    frames = fits((PAUSE, 20), (P, 7), (A, 15), (S, 6), (PAUSE, 30))
    aligner = PhonemeAligner()
    aligner.add([*WORD, END])
    for at in range(0, len(frames), 10):
        aligner.push(np.concatenate([frames[at : at + 10], fits((S, 7))]), len(frames[at : at + 10]))
        assert aligner.seen == aligner.frames + 7
        aligner.decide(aligner.frames - LAG)
    aligner.push(fits((PAUSE, 10)))
    aligner.decide(aligner.frames, is_last=True)
    assert aligner.decided[:-1] == [(20, 27), (27, 42), (42, 48)]


def test_frames_that_are_not_sure_tell_what_goes_on_now() -> None:
    aligner = PhonemeAligner()
    aligner.add([*WORD, END])
    aligner.push(fits((P, 7), (A, 12), (S, 5)), 17)
    assert [start for start, _ in aligner.decide(0)] == [0, 7, 19]
