"""Judging: each expectation passes for what it is about and fails for anything else, and says what came instead."""

import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from actors.ports.answering import Exchange
from adapters.client.voiceclient import AudioPiece
from adapters.scenarios.judging import NO_TOOLS, SCRIPTED, UNSEEN, Assessment, judge, outcome_of
from adapters.scenarios.performance import Performance, StepTimes
from adapters.scenarios.scriptengines import AskedQuestion
from protocol.handsfree import ResponseResumed
from protocol.messages import CustomError, ResponseStarted, SessionState, TextDelta, TextDone
from protocol.mouth import ResponseCue, ResponseMouth
from tests.adapters.scenarios.performed import CUT, STORY, TURN, performed, piece, scenario_of

HISTORY = (Exchange("Tell me a story.", "Once upon a"),)
ASKED = (AskedQuestion(1.2, "Tell me a story.", ()), AskedQuestion(5.0, "And then?", HISTORY))


def results(folder: Path, expectation: str, performance: Performance, story: str = STORY) -> tuple[Assessment, ...]:
    return judge(scenario_of(folder, expectation, story), performance)


def mouth(start: int, end: int, *shapes: int, last: bool = False, cut: bool = False) -> ResponseMouth:
    """A stretch of a part's mouth: shapes at even times in it."""
    times = tuple(start + number * (end - start) // max(1, len(shapes) - 1) for number in range(len(shapes)))
    return ResponseMouth(
        turn=1, id=0, set="ovr", start=start, end=end, last=last, times=times, shapes=shapes,
        weights=(1.0,) * len(shapes), cut=cut,
    )  # fmt: skip


def with_mouth(*messages: ResponseMouth) -> Performance:
    return performed(*TURN[:6], *((1.7, message) for message in messages), *TURN[6:])


WHOLE = with_mouth(mouth(0, 600, 0, 10, 3), mouth(600, 1000, 4, 0, last=True))
OPEN = with_mouth(mouth(0, 1000, 0, 10, last=True))
CLOSED_EARLY = with_mouth(mouth(0, 700, 0, 10, 0, last=True))
WITH_GAP = with_mouth(mouth(0, 400, 0, 10), mouth(600, 1000, 4, 0, last=True))
CUT_MOUTH = performed(*CUT[:-2], (1.9, mouth(300, 300, 0, cut=True)), *CUT[-2:])
CUT_OPEN = performed(*CUT[:-2], (1.9, mouth(300, 300, 10, cut=True)), *CUT[-2:])


@pytest.mark.parametrize(
    ("expectation", "performance", "outcome", "came", "at"),
    [
        # the first sound
        ("step = 1\nwithin_ms = 800", performed(*TURN), "passed", "the first sound", 1.8),
        ("step = 1\nwithin_ms = 799", performed(*TURN), "failed", "the first sound came 800 ms after that", 1.8),
        ('step = 1\nwithin_ms = 1800\nsince = "begin"', performed(*TURN), "passed", "the first sound", 1.8),
        ('step = 1\nreceiver = "wall"\nwithin_ms = 899', performed(*TURN), "failed", "the first sound came 900", 1.9),
        ("step = 1\nwithin_ms = 800", performed(*TURN[:8]), "failed", "no sound came; the last state was resp", None),
        ("step = 2\nwithin_ms = 800", performed(*TURN), "failed", "no sound came; the state did not change", None),
        # words
        ('step = 1\nsays = "upon a TIME"', performed(*TURN), "passed", "“Once upon a time.”", 1.6),
        ('step = 1\nsays = "a tim"', performed(*TURN), "failed", "it says “Once upon a time.”", None),
        ('step = 2\nsays = "upon a time"', performed(*TURN), "failed", "it says nothing; the state did not", None),
        (
            'step = 1\nsays = "upon"\nwithin_ms = 300',
            performed(*TURN[:6], (1.3, TextDelta("Once upon ")), *TURN[6:]),
            "passed",
            "“Once upon ”",
            1.3,
        ),
        ('step = 1\nnever_says = "giant"', performed(*TURN), "passed", "nobody says it", None),
        ('step = 1\nnever_says = "upon"', performed(*TURN), "failed", "it says “Once upon a time.”", 1.6),
        ('step = 1\nhears = "tell me a story"', performed(*TURN), "passed", "it hears “Tell me a story.”", 1.2),
        ('step = 1\nhears = "tell me a joke"', performed(*TURN), "failed", "it hears “Tell me a story.”", None),
        ('step = 1\nhears = ""', performed(*TURN), "failed", "it hears “Tell me a story.”", None),
        ('step = 2\nhears = "story"', performed(*TURN), "failed", "nothing was transcribed; the state did n", None),
        ('step = 1\nlanguage = "en"', performed(*TURN), "passed", "it is “en”", 1.2),
        ('step = 1\nlanguage = "e"', performed(*TURN), "failed", "it is “en”", None),
        # what the model is told
        ('history = "Once upon a"', performed(*TURN, asked=ASKED), "passed", "it was told “Tell me a story.\nOn", 5.0),
        ('history = "upon a time"', performed(*TURN, asked=ASKED), "failed", "it was told “Tell me a story.\nOn", None),
        ('history = "upon"', performed(*TURN, asked=ASKED[:1]), "failed", "the model was asked nothing", None),
        ('step = 1\nhistory = "upon"', performed(*TURN, asked=ASKED), "failed", "it was told “”", None),
        ('history = "upon"', performed(*TURN, asked=None), "not checked", UNSEEN, None),
        ('step = 2\nnever_history = "a time"', performed(*TURN, asked=ASKED), "passed", "it was not told that", None),
        ('step = 2\nnever_history = "upon a"', performed(*TURN, asked=ASKED), "failed", "it was told “Once upon", 5.0),
        ('step = 2\nnever_history = "x"', performed(*TURN, asked=()), "failed", "the model was asked nothing, so", 5.0),
        # states and events
        ('step = 1\nstate = "speaking"', performed(*TURN), "passed", "state speaking", 1.8),
        ('step = 1\nstate = "idle"', performed(*TURN), "failed", "the states since then: receiving, transcrib", None),
        ('step = 1\nevent = "response.started"', performed(*TURN), "passed", "response.started", 1.2),
        ('step = 1\nevent = "response.held"', performed(*TURN), "failed", "no response.held came", None),
        ('step = 1\nnever = "response.held"', performed(*TURN), "passed", "no response.held came", None),
        (
            'step = 1\nnever = "response.resumed"',
            performed(*TURN, (3.0, ResponseResumed(1))),
            "failed",
            "response.resumed",
            3.0,
        ),
        ('step = 1\ncut = "interrupted"', performed(*CUT), "passed", "response.cancelled (interrupted)", 1.9),
        ('step = 1\ncut = "failed"', performed(*CUT), "failed", "no answer was cut so; interrupted", None),
        ('step = 1\ncut = "failed"', performed(*TURN), "failed", "no answer was cut so; the last state was ha", None),
        ("step = 1\nerror = 3001", performed((2.0, CustomError("down", 3001))), "passed", "3001: down", 2.0),
        # parts, cues, the mouth
        ("step = 1\nparts = 1", performed(*TURN), "passed", "1 parts came, 0", 1.8),
        ("step = 1\nparts = 2", performed(*TURN), "failed", "1 parts came, 0", None),
        ("step = 1\nparts = 1", performed(*TURN[:8]), "failed", "no part came; the last state was", None),
        (
            'step = 1\ncue = "wave"',
            performed(*TURN[:8], (1.8, ResponseCue(1, 0, 0, "gesture", "wave", 0.0)), *TURN[8:]),
            "passed",
            "cue wave",
            1.8,
        ),
        ('step = 1\ncue = "wave"', performed(*TURN), "failed", "its cues: none", None),
        ('step = 1\nmouth = "whole"', WHOLE, "passed", "the mouths of 1 parts are whole and closed", 1.7),
        ('step = 1\nmouth = "closes"', WHOLE, "passed", "the mouths of 1 parts are closed", 1.7),
        ('step = 1\nmouth = "closes"', CLOSED_EARLY, "passed", "the mouths of 1 parts are closed", 1.7),
        ('step = 1\nmouth = "closes"', OPEN, "failed", "part 0: the mouth stays open at its end", None),
        ('step = 1\nmouth = "whole"', OPEN, "failed", "part 0: the mouth stays open at its end", None),
        ('step = 1\nmouth = "whole"', CLOSED_EARLY, "failed", "part 0: the mouth ends at 700 ms, and the soun", None),
        ('step = 1\nmouth = "whole"', WITH_GAP, "failed", "part 0: from 400 to 600 ms nothing is said of the", None),
        ('step = 1\nmouth = "closes"', performed(*TURN), "failed", "nothing of the mouth came; does the client", None),
        (
            'step = 1\nmouth = "closes"',
            with_mouth(mouth(0, 400, 0, 10)),
            "failed",
            "part 0: its last message never came",
            None,
        ),
        ('step = 1\nmouth = "cut"', CUT_MOUTH, "passed", "closed before response.cancelled", 1.9),
        ('step = 1\nmouth = "cut"', CUT_OPEN, "failed", "the mouth is cut, and stays open", None),
        ('step = 1\nmouth = "cut"', performed(*CUT), "failed", "the answer was cut, and the mouth was not", None),
        ('step = 1\nmouth = "cut"', performed(*TURN), "failed", "no answer was cut", None),
        # what vivavoce does not have
        ('step = 1\ntool = "weather"', performed(*TURN), "failed", NO_TOOLS, None),
    ],
)  # fmt: skip
def test_an_expectation(
    tmp_path: Path, expectation: str, performance: Performance, outcome: str, came: str, at: float | None
) -> None:
    result = results(tmp_path, expectation, performance)[0]
    assert (result.outcome, result.came[: len(came)], result.at) == (outcome, came, at)


def test_an_expectation_in_words(tmp_path: Path) -> None:
    [said, *_] = results(tmp_path, 'step = "story"\nsays = "noon"\nwithin_ms = 900', performed(*TURN))
    assert said.expected == "step 1 (say “Tell me a story.”): says “noon” within 900 ms of its end"
    [first, *_] = results(tmp_path, 'receiver = "wall"\nwithin_ms = 9\nsince = "begin"', performed(*TURN))
    assert first.expected == "step 2 (text “And then?”): the first sound by wall within 9 ms of its begin"


def test_what_nobody_expects_fails(tmp_path: Path) -> None:
    down = performed(*TURN, (3.0, CustomError("down", 3001)))
    passed, failed = results(tmp_path, "step = 1\nparts = 1", down)
    assert (passed.outcome, failed) == (
        "passed",
        Assessment("no error that nobody expects", "failed", "3001: down", 3.0),
    )
    assert outcome_of((passed, failed)) == "failed"
    [expected] = results(tmp_path, "step = 1\nerror = 3001", down)
    assert outcome_of((expected,)) == "passed"


def test_an_answer_that_is_not_whole_fails(tmp_path: Path) -> None:
    lost = performed(*TURN[:9], (1.8, piece(0, done=False)), (1.9, piece(2, done=True, total=3)))
    [_, failed] = results(tmp_path, "step = 1\nwithin_ms = 900", lost)
    assert (failed.expected, failed.came) == (
        "the answers that sender gets are whole",
        "the answer was closed with 3 parts, but 2 came",
    )
    half = performed(*TURN[:9], (1.8, AudioPiece(0, "", b"123", False, True, True, 1)))
    assert results(tmp_path, "step = 1\nwithin_ms = 900", half)[1].came == "part 0, 3 bytes: half a sample is left over"


def test_a_scenario_that_does_not_end_fails(tmp_path: Path) -> None:
    stopped = Performance((), (), (), 9.0, "it did not end within 9 s")
    ended, never = results(tmp_path, 'says = "x"', stopped)
    assert ended == Assessment("the scenario comes to its end", "failed", "it did not end within 9 s", 9.0)
    assert (never.outcome, never.came) == ("failed", "the step was never begun")


def test_a_step_that_did_not_end_has_no_time_after_it(tmp_path: Path) -> None:
    whole = performed(*TURN)
    unfinished = replace(whole, steps=(StepTimes(0.0, math.inf, 0),))
    [judged, *_] = results(tmp_path, "step = 1\nwithin_ms = 800", unfinished)
    assert (judged.outcome, judged.came) == ("failed", "the step did not end")
    assert results(tmp_path, 'step = 1\nsince = "begin"\nwithin_ms = 1800', unfinished)[0].outcome == "passed"


def test_an_answer_ends_where_the_next_begins(tmp_path: Path) -> None:
    two = performed(*TURN, (3.0, ResponseStarted(2)), (3.1, TextDone("And so on.")), (3.2, SessionState("handshaken")))
    assert results(tmp_path, 'step = 1\nsays = "and so on"', two)[0].outcome == "failed"
    assert results(tmp_path, 'step = 1\nnever_says = "and so on"', two)[0].outcome == "failed"


@pytest.mark.parametrize(
    "expectation", ['says = "once"', 'never_says = "x"', 'cue = "wave"', "parts = 1", "error = 3001"]
)
def test_live_what_is_scripted_is_not_checked(tmp_path: Path, expectation: str) -> None:
    live = performed(*TURN, asked=None)
    assert results(tmp_path, f"step = 1\n{expectation}", live)[0].came == SCRIPTED
    unscripted = STORY[: STORY.index("[[answer]]")]
    [result, *_] = results(tmp_path, f"step = 1\n{expectation}", live, unscripted)
    assert result.outcome in ("passed", "failed")


def test_a_scenario_that_cannot_be_run_is_not_checked(tmp_path: Path) -> None:
    [result] = results(tmp_path, 'says = "x"', Performance((), (), None, 0.0, not_run="[limits] are a server's own"))
    assert (result.outcome, result.came) == ("not checked", "[limits] are a server's own")
    assert outcome_of((result,)) == "not checked"
