"""An utterance as it grows: what is heard for now and for good, and what that costs."""

import numpy as np

from adapters.vendors.embedded.recognition.utterance import LONGEST, SECOND, SHARE, WINDOW, SpokenUtterance

SOUND = np.random.default_rng(1).normal(0, 3_000, 16_000 * 60).astype("<i2").tobytes()


def test_words_so_far_cost_a_fixed_share_of_what_was_spoken_whatever_is_said() -> None:
    for settles in (0, SECOND // 2, SECOND):
        spoken, heard, hearings = SpokenUtterance(), 0, 0
        for start in range(0, 15 * SECOND, 3_200):
            spoken.extend(SOUND[start : start + 3_200])
            if spoken.is_due:
                window = spoken.window()
                heard += len(window)
                hearings += 1
                assert len(window) <= WINDOW
                spoken.note(("so",), ("far",), min(settles, len(window)), ())
            assert heard <= SHARE * (start + 3_200)
        assert hearings >= 2
        assert spoken.text.startswith("So")
        assert spoken.text.endswith("far")


def test_a_long_utterance_is_recognised_in_pieces_that_join_to_the_whole() -> None:
    spoken, pieces = SpokenUtterance(), []
    for start in range(0, len(SOUND), 32_001):
        spoken.extend(SOUND[start : start + 32_001])
        while spoken.is_long:
            pieces.append(spoken.cut())
            spoken.add((f"word{len(pieces)}",), ())
    pieces.append(spoken.cut())
    assert b"".join(pieces) == SOUND
    assert all(len(piece) <= LONGEST * SECOND and len(piece) % 2 == 0 for piece in pieces)
    assert min(map(len, pieces[:-1])) >= 11 * SECOND
    assert spoken.whole == "Word1 word2 word3."


def test_what_was_heard_for_now_is_forgotten_when_it_is_heard_for_good() -> None:
    spoken = SpokenUtterance()
    spoken.extend(SOUND[: 2 * SECOND])
    spoken.window()
    spoken.note(("guess",), ("work",), SECOND, ())
    assert spoken.text == "Guess work"
    assert spoken.before == ("guess",)
    spoken.cut()
    spoken.add(("what", "is", "it"), ())
    assert (spoken.text, spoken.whole) == ("What is it", "What is it?")
