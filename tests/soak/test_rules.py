"""The rules of a soak notice what breaks them, and let pass what the document shows."""

import pytest

from adapters.client.voiceclient import AudioPiece, Received
from protocol.connecting import Role
from protocol.handsfree import ResponseHeld, ResponseResumed, SpeechStarted, SpeechStopped
from protocol.messages import (
    CustomError,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionJoined,
    SessionState,
    TextDelta,
    TextDone,
    TranscribeDone,
)
from protocol.mouth import MouthWish, ResponseCue, ResponseMouth, ResponseWords
from tests.soak.rules import SoakStory

JOINED = SessionJoined("6e975125-80dc-47a9-94e2-2b79542b2fee", "both", "handshaken", 1_000_000)
BEGIN = (JOINED, SessionState("responding"), ResponseStarted(1))
SPOKEN = (*BEGIN, TextDone("Hello."), SessionState("speaking"))


def piece(number: int = 0, *, done: bool = False, total: int = 0, audio: bytes = b"x") -> AudioPiece:
    """The last piece of a part."""
    return AudioPiece(number, "", audio, False, done, True, total)


def shapes(start: int, end: int, *, last: bool = False, times: tuple[int, ...] = (), turn: int = 1) -> ResponseMouth:
    """Key frames of a stretch."""
    weights = tuple(1.0 for _ in times)
    numbers = tuple(0 if last else 1 for _ in times)
    return ResponseMouth(
        turn=turn, id=0, set="ovr", start=start, end=end, last=last, times=times, shapes=numbers, weights=weights
    )


CUT = ResponseMouth(turn=1, id=0, set="ovr", last=True, times=(0,), shapes=(0,), weights=(0.0,), cut=True)
KEPT: dict[str, tuple[Received, ...]] = {
    "an answer": (*SPOKEN, piece(done=True, total=1), Metrics(1), SessionState("handshaken")),
    "a mouth": (
        *SPOKEN,
        shapes(0, 900, times=(0, 40)),
        ResponseWords(1, 0, ("Hello",), (30,), (400,), True),
        ResponseCue(1, 0, 30, "face", "joy", 0.0),
        shapes(900, 1_200, last=True, times=(950,)),
        piece(done=True, total=1),
        SessionState("handshaken"),
    ),
    "a cut": (
        *SPOKEN,
        shapes(0, 900),
        piece(),
        piece(done=True, total=1, audio=b""),
        CUT,
        ResponseCancelled("cancelled"),
    ),
    "hands-free": (
        JOINED,
        SessionState("receiving"),
        SpeechStarted(100),
        SpeechStopped(900),
        SessionState("transcribing"),
        TranscribeDone("Hi", "", "en"),
        SessionState("responding"),
        ResponseStarted(1),
        ResponseHeld(1, "duck"),
        ResponseResumed(1),
        ResponseCancelled("interrupted"),
        SessionState("receiving"),
        SpeechStarted(2_000),
    ),
    "an error": (JOINED, CustomError("too long", 1004)),
}
BROKEN: dict[str, tuple[Received, ...]] = {
    "session.joined comes first": (SessionState("receiving"),),
    "and once": (JOINED, JOINED),
    "does not lead to": (JOINED, SessionState("speaking")),
    "no errorId of the table": (JOINED, CustomError("what", 4711)),
    "turns are counted": (*SPOKEN, piece(done=True, total=1), ResponseStarted(1)),
    "is told done": (*SPOKEN, piece(), ResponseStarted(2)),
    "done is on the last message": (*SPOKEN, piece(done=True, total=1), piece(1)),
    "ids are below totalNumber": (*SPOKEN, piece(3, done=True, total=1), ResponseStarted(2)),
    "no piece of a response follows": (*BEGIN, ResponseCancelled("failed"), piece()),
    "no text of a response follows": (*BEGIN, ResponseCancelled("failed"), TextDelta("more")),
    "the words of another turn": (*BEGIN, TextDone("Goodbye.")),
    "metrics come once": (JOINED, Metrics(1), Metrics(1)),
    "stretches have no gap": (*SPOKEN, shapes(0, 900), shapes(940, 1_000)),
    "key frames rise": (*SPOKEN, shapes(0, 900, times=(40,)), shapes(900, 950, times=(40,))),
    "after its last message": (*SPOKEN, shapes(0, 900, times=(9,), last=True), shapes(900, 950)),
    "covers 2 s at most": (*SPOKEN, shapes(0, 2_100)),
    "a mouth that was begun is closed": (*SPOKEN, shapes(0, 900), piece(done=True, total=1), ResponseStarted(2)),
    "of the turn that was started": (*SPOKEN, shapes(0, 900, turn=2)),
    "after its cut": (*SPOKEN, CUT, shapes(0, 900)),
    "nothing of a mouth after response.cancelled": (*BEGIN, ResponseCancelled("failed"), shapes(0, 900)),
    "cues of a part rise": (*SPOKEN, ResponseCue(1, 0, 90, "face", "joy", 0), ResponseCue(1, 0, 80, "face", "sad", 0)),
    "words that were begun have a last message": (
        *SPOKEN,
        ResponseWords(1, 0, ("Hello",), (30,), (400,), False),
        piece(done=True, total=1),
        ResponseStarted(2),
    ),
    "that was not held": (*SPOKEN, ResponseResumed(1)),
    "speech ends that has not begun": (JOINED, SessionState("receiving"), SpeechStopped(10), SpeechStopped(20)),
    "speech begins in receiving": (JOINED, SpeechStarted(500)),
}


def read(told: tuple[Received, ...], role: Role = "both") -> SoakStory:
    """What was told, to its end."""
    story = SoakStory(role, {"Hello."}, MouthWish("ovr", words=True))
    for message in told:
        story.hear(message)
    return story


@pytest.mark.parametrize("told", KEPT.values(), ids=KEPT.keys())
def test_what_the_document_shows_is_kept(told: tuple[Received, ...]) -> None:
    read(told).check_whole()


@pytest.mark.parametrize(("rule", "told"), BROKEN.items(), ids=BROKEN.keys())
def test_what_breaks_a_rule_is_noticed(rule: str, told: tuple[Received, ...]) -> None:
    with pytest.raises(AssertionError, match=rule):
        read(told)
    read(told[:-1])  # it is the last message that breaks it


def test_an_answer_that_is_left_open_is_noticed() -> None:
    with pytest.raises(AssertionError, match="is told done"):
        read((*SPOKEN, piece())).check_whole()


@pytest.mark.parametrize(("role", "message"), [("receiver", Metrics(1)), ("sender", TextDone("Hello."))])
def test_a_role_is_told_its_own(role: Role, message: Received) -> None:
    with pytest.raises(AssertionError, match=r"for Senders alone|for Receivers"):
        read((JOINED, message), role)
