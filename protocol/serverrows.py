"""The registry's rows of what the server sends."""

from typing import Final

from protocol.errors import ErrorId
from protocol.eventrow import SESSION, EventRow, Example
from protocol.handsfree import InputIdle, ResponseHeld, ResponseResumed, SessionEcho, SpeechStarted, SpeechStopped
from protocol.messages import (
    AudioDelta,
    BufferInitialized,
    CustomError,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionDraining,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)
from protocol.mouth import ResponseCue, ResponseMouth, ResponseWords

SERVER_ROWS: Final = (
    EventRow(
        SessionJoined,
        "You are in",
        "the socket that connected",
        "addition",
        (
            Example("Usual", SessionJoined(SESSION, "both", "idle")),
            Example("A session that is recorded", SessionJoined(SESSION, "both", "idle", recorded=True)),
        ),
    ),
    EventRow(
        SessionUpdated,
        "The session is updated",
        "Sender",
        "reference",
        (
            Example("Minimal", SessionUpdated(SESSION, True)),
            Example(
                "With a warning",
                SessionUpdated(SESSION, True, ("TTS: No available models (used a default model)",)),
            ),
        ),
    ),
    EventRow(
        BufferInitialized,
        "An utterance has begun",
        "Sender",
        "reference",
        (Example("Full", BufferInitialized(SESSION)),),
    ),
    EventRow(
        SpeechStarted,
        "Somebody speaks",
        "Sender",
        "addition",
        (Example("Full", SpeechStarted(12_340)),),
    ),
    EventRow(
        SpeechStopped,
        "The utterance is over",
        "Sender",
        "addition",
        (Example("Full", SpeechStopped(14_110)),),
    ),
    EventRow(
        InputIdle,
        "Nobody speaks",
        "Sender",
        "addition",
        (Example("Full", InputIdle(7_000)),),
    ),
    EventRow(
        TranscribeDelta, "The words so far", "Sender", "addition", (Example("Full", TranscribeDelta("how late")),)
    ),
    EventRow(
        TranscribeDone,
        "What was said",
        "Sender",
        "reference",
        (
            Example("Minimal: nothing was said", TranscribeDone("", "", "en-US")),
            Example("Full", TranscribeDone("how late is it", "neutral", "en-US")),
        ),
    ),
    EventRow(ResponseStarted, "A response begins", "Receivers", "addition", (Example("Full", ResponseStarted(1)),)),
    EventRow(TextDelta, "A piece of the text", "Receivers", "addition", (Example("Full", TextDelta("It is noon, ")),)),
    EventRow(
        TextDone,
        "The whole text",
        "Receivers",
        "reference",
        (Example("Full", TextDone("It is noon, and the museum is open.")),),
    ),
    EventRow(
        ResponseMouth,
        "What the mouth does",
        "Receivers that ask for a set of shapes",
        "addition",
        (
            Example(
                'A named set: the word "map", and that is all',
                ResponseMouth(
                    turn=1,
                    id=0,
                    set="ovr",
                    start=0,
                    end=520,
                    last=True,
                    source="phonemes",
                    times=(0, 60, 190, 330, 450),
                    shapes=(0, 1, 10, 1, 0),
                    weights=(0, 0.9, 0.85, 0.9, 0),
                ),
            ),
            Example(
                "arkit, its first message, shortened to three names",
                ResponseMouth(
                    turn=1,
                    id=0,
                    set="arkit",
                    start=0,
                    end=66,
                    last=False,
                    source="aligned",
                    fps=30,
                    names=("jawOpen", "mouthClose", "mouthFunnel"),
                    values=(0, 0, 0, 0.12, 0, 0.05),
                ),
            ),
            Example(
                "The answer is cut: close the mouth",
                ResponseMouth(turn=1, id=0, set="ovr", last=True, times=(520,), shapes=(0,), weights=(0,), cut=True),
            ),
        ),
    ),
    EventRow(
        ResponseWords,
        "When words sound",
        "Receivers that ask for words",
        "addition",
        (Example("Full", ResponseWords(1, 0, ("It", "is", "noon"), (0, 140, 260), (130, 110, 420), last=False)),),
    ),
    EventRow(
        ResponseCue,
        "Show something",
        "Receivers that ask for a mouth or words",
        "addition",
        (Example("A face", ResponseCue(1, 0, 420, "face", "happy", 2)),),
    ),
    EventRow(
        AudioDelta,
        "A piece of the sound",
        "Receivers",
        "reference",
        (
            Example(
                "A response of one part",
                AudioDelta(
                    id=0,
                    text="It is noon, and the museum is open.",
                    audio="SUQzBAAAAAAAI1RTU0UAAAAP",
                    is_base64=True,
                    done=True,
                    stream_part_done=True,
                    total_number=1,
                ),
            ),
            Example(
                "A response that ended early",
                AudioDelta(id=0, text="", audio="", is_base64=True, done=True, stream_part_done=True, total_number=1),
            ),
        ),
    ),
    EventRow(
        Metrics,
        "How long each stage took",
        "Sender",
        "addition",
        (Example("Minimal: nothing came", Metrics(1)), Example("Full", Metrics(1, 180, 410, 620, 790, 1_450))),
    ),
    EventRow(
        ResponseHeld,
        "Hold the sound",
        "Receivers that hold, and the Sender",
        "addition",
        (Example("Softer", ResponseHeld(1, "duck")), Example("Stopped where it is", ResponseHeld(1, "pause"))),
    ),
    EventRow(
        ResponseResumed,
        "Go on with the sound",
        "Receivers that hold, and the Sender",
        "addition",
        (Example("Full", ResponseResumed(1)),),
    ),
    EventRow(
        ResponseCancelled,
        "Stop the sound",
        "Sender and Receivers",
        "addition",
        (
            Example("The user talks over it", ResponseCancelled("interrupted")),
            Example("The user had not finished", ResponseCancelled("reopened")),
        ),
    ),
    EventRow(
        SessionEcho,
        "The microphone hears the avatar",
        "Sender",
        "addition",
        (
            Example(
                "Full",
                SessionEcho(
                    180,
                    -14.5,
                    "your microphone hears the avatar 180 ms late: switch on echo cancelling, or wear headphones",
                ),
            ),
        ),
    ),
    EventRow(
        SessionState,
        "The session has moved",
        "every socket of the session",
        "addition",
        (Example("Full", SessionState("speaking")),),
    ),
    EventRow(
        SessionDraining,
        "The server goes down soon",
        "every socket of the session",
        "addition",
        (Example("Full", SessionDraining(30)),),
    ),
    EventRow(
        CustomError,
        "Something is wrong",
        "the socket whose event it was; the Sender when a turn fails",
        "reference",
        (
            Example(
                "Full",
                CustomError(
                    "there is no audio to transcribe; send input.buffer.append before the commit", ErrorId.NOTHING_SAID
                ),
            ),
            Example(
                "Over a limit", CustomError("20 turns a minute are allowed; try again in 12 s", ErrorId.RATE_LIMIT, 12)
            ),
        ),
        errors=tuple(ErrorId),
    ),
)
