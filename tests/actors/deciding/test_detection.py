"""Speech detection, frame by frame: where speech begins, pauses, goes on and is over."""

import pytest

from actors.deciding.detection import FRAME_MS, ONSET, Detection, frames_in


def after(*stretches: tuple[float, int], threshold: float = 0.5) -> Detection:
    """The count after so many frames with each probability."""
    detection = Detection()
    for probability, frames in stretches:
        for _ in range(frames):
            detection = detection.after(probability, threshold)
    return detection


@pytest.mark.parametrize(("ms", "frames"), [(0, 0), (1, 1), (32, 1), (33, 2), (96, 3), (200, 7), (400, 13), (500, 16)])
def test_a_length_is_covered_by_whole_frames(ms: int, frames: int) -> None:
    assert frames_in(ms) == frames
    assert frames * FRAME_MS >= ms


def test_three_frames_are_an_onset_and_two_are_not() -> None:
    assert not after((1.0, 2)).is_open
    assert after((1.0, 3)).has_begun
    assert not after((1.0, 4)).has_begun
    assert after((1.0, 4)).voiced == 4


def test_an_onset_is_three_frames_in_a_row() -> None:
    assert not after(*[(1.0, 2), (0.0, 1)] * 5).is_open


def test_a_voice_that_wavers_goes_on_down_to_the_lower_threshold() -> None:
    assert after((0.5, 1), (0.36, 2)).has_begun
    assert not after((0.5, 1), (0.34, 2)).is_open
    assert not after((0.36, 3)).is_open
    assert after((1.0, 5), (0.36, 1)).silent == 0
    assert after((1.0, 5), (0.34, 1), (0.36, 1)).silent == 2


@pytest.mark.parametrize("threshold", [0.05, 0.15, 1.0])
def test_silence_is_silence_at_every_threshold(threshold: float) -> None:
    assert after((1.0, 5), (0.0, 4), threshold=threshold).silent == 4


def test_at_the_threshold_0_everything_is_speech() -> None:
    assert after((0.0, 3), threshold=0.0).has_begun
    assert after((0.0, 9), threshold=0.0) == Detection(9, 9, 9, 0)


def test_a_pause_is_six_frames_of_silence_which_is_nearest_to_200_ms() -> None:
    assert not after((1.0, 5), (0.0, 5)).is_paused
    assert after((1.0, 5), (0.0, 6)).is_paused


def test_silence_begins_where_speech_ended_in_its_samples() -> None:
    early = after((1.0, 5), (0.0, 3))._replace(early_ms=72)
    assert early.quiet_ms == 168
    assert early.after(0.0, 0.5).is_paused
    assert early.after(0.0, 0.5).quiet_ms == 200
    assert early.after(1.0, 0.5).early_ms == 0, "speech goes on"
    assert early.after(0.0, 0.5).after(1.0, 0.5).early_ms == 72, "a click in a pause"


def test_a_gap_that_is_no_pause_ends_with_one_frame() -> None:
    assert after((1.0, 5), (0.0, 5), (1.0, 1)) == Detection(11, 1, 6, 0)


def test_a_click_in_a_pause_does_not_begin_the_silence_anew() -> None:
    assert after((1.0, 5), (0.0, 7), (1.0, 2), (0.0, 1)) == Detection(15, 0, 5, 10)


def test_three_frames_end_a_pause_and_count_all_three() -> None:
    assert after((1.0, 5), (0.0, 7), (1.0, 2)).silent == 9
    assert after((1.0, 5), (0.0, 7), (1.0, ONSET)) == Detection(15, 3, 8, 0)


def test_an_utterance_that_is_closed_needs_an_onset_of_its_own() -> None:
    closed = after((1.0, 5)).closed()
    assert closed == Detection(5)
    for _ in range(2):
        closed = closed.after(1.0, 0.5)
    assert not closed.is_open
    assert closed.after(1.0, 0.5).has_begun
