"""`vivavoce talk --hands-free`: a recording as an open microphone hears it, and where the server found the turns."""

from typing import assert_never

import trio
from rich.console import Console

from adapters.client.arrival import AnswerPart, Arrival, BadAnswer
from adapters.client.mouthtrack import MouthDisplay
from adapters.client.packets import Disconnected
from adapters.client.printout import Printout
from adapters.client.recording import CHUNK_SECONDS, Recording
from adapters.client.talk import ANSWERED, FAILED, Options, joining, session_update
from adapters.client.voiceclient import AckReceived, AudioPiece, Received, VoiceClient
from protocol.handsfree import InputIdle, ResponseHeld, ResponseResumed, SessionEcho, SpeechStarted, SpeechStopped
from protocol.messages import (
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
from protocol.states import State

_PATIENCE = 60.0
"""Seconds without a message after which nothing is expected any more."""
_MOMENT = 0.25
_SETTLED = 2.0
"""Seconds of silence behind the recording after which speech that has not been noticed is none."""


async def converse_hands_free(client: VoiceClient, heard: Recording, options: Options, printout: Printout) -> int:
    """Play `heard`, raw samples, in real time and then silence; show what the server makes of it.

    ANSWERED where there was an answer and the server complained of nothing, else FAILED. Ends when the recording is
    over and the last answer was played, and at the latest when nothing has come for a minute. Cancelling stops in the
    middle of it.
    """
    microphone = OpenMicrophone(client, heard, printout)
    conversation = HandsFreeConversation(microphone, options, printout)
    try:
        await client.update({**session_update(heard, options), "turnDetection": {"type": "semantic_vad"}})
    except Disconnected as error:
        conversation.fail(str(error))
        return FAILED
    async with trio.open_nursery() as nursery:
        while not conversation.is_over:
            if await conversation.listen(client) and not microphone.is_on:
                microphone.is_on = True
                nursery.start_soon(microphone.play)
        nursery.cancel_scope.cancel()
    conversation.end()
    return conversation.code


async def talk_hands_free(heard: Recording, options: Options, console: Console) -> int:
    """Play `heard` to the server at `options.url`: the exit code of `converse_hands_free`.

    Raises what `joining` raises. Cancelling closes the connection.
    """
    async with joining(options, holds=True) as client:
        return await converse_hands_free(client, heard, options, Printout(console))


class OpenMicrophone:
    """A recording that is heard at its own speed, and silence behind it; `position` is in seconds of sound sent."""

    def __init__(self, client: VoiceClient, heard: Recording, printout: Printout) -> None:
        self._client = client
        self._heard = heard
        self._printout = printout
        self.position = 0.0
        self.is_on = False

    @property
    def is_over(self) -> bool:
        """Whether the recording was played, and silence behind it for long enough."""
        return self.position > self._heard.seconds + _SETTLED

    async def play(self) -> None:
        """Send the recording, then silence without end. Cancelling stops it; a lost connection does too."""
        self._printout.line("microphone", f"{self._heard.seconds:.1f} s of {self._heard.media_format}")
        chunks = iter(self._heard.chunks())
        silence = bytes(len(self._heard.chunks()[0]))
        begun = trio.current_time()
        try:
            while True:
                await self._client.append(next(chunks, silence))
                self.position += CHUNK_SECONDS
                await trio.sleep_until(begun + self.position)
        except Disconnected:
            return


class HandsFreeConversation:
    """The conversation as it is shown: turns, holds, words and answers, and whether it is over."""

    def __init__(self, microphone: OpenMicrophone, options: Options, printout: Printout) -> None:
        self._microphone = microphone
        self._options = options
        self._printout = printout
        self._arrival = Arrival(options.audio_format)
        self._mouths = MouthDisplay(printout, options.save)
        self._state = ""
        self._turn = 0
        self._answers = 0
        self._failed = False
        self._played = 0.0
        self._last = trio.current_time()

    @property
    def is_over(self) -> bool:
        """Whether everything was said, and the last answer played."""
        return self._failed or (self._microphone.is_over and self._state == State.HANDSHAKEN)

    @property
    def code(self) -> int:
        """ANSWERED or FAILED."""
        return FAILED if self._failed or not self._answers else ANSWERED

    def fail(self, words: str) -> None:
        """Something is wrong, and the conversation ends."""
        self._printout.error(words)
        self._failed = True

    def end(self) -> None:
        """The recording is over, and nothing more is to come."""
        if not self._answers and not self._failed:
            self.fail("no answer: no words were recognised, or none found to say; is there speech in the file?")

    async def listen(self, client: VoiceClient) -> bool:
        """Show what comes next, for a moment; whether it is that the settings are in force.

        Cancelling loses no message.
        """
        message: Received | None = None
        with trio.move_on_after(_MOMENT):
            try:
                message = await client.receive()
            except Disconnected as error:
                self.fail(str(error))
        if message is not None:
            self._last = trio.current_time()
            self._take(message)
        elif trio.current_time() - self._last > _PATIENCE + self._played:
            self.fail(f"nothing came from the server for {_PATIENCE:.0f} s")
        return isinstance(message, SessionUpdated) and message.success

    def _take(self, message: Received) -> None:
        """Show one message."""
        match message:
            case SpeechStarted() | SpeechStopped() | InputIdle() | ResponseHeld() | ResponseResumed() | SessionEcho():
                self._take_signal(message)
            case SessionState(state):
                self._state = state
                self._printout.line("state", state, "bold")
            case SessionUpdated():
                self._take_update(message)
            case CustomError():
                self.fail(f"{message.message} ({message.error_id})")
            case ResponseStarted(turn):
                self._turn, self._arrival = turn, Arrival(self._options.audio_format)
            case ResponseCancelled(reason):
                self._printout.line("cut", f"turn {self._turn}: {reason}", "yellow")
            case AudioPiece() | ResponseMouth() | ResponseWords() | ResponseCue():
                self._take_sound(message)
            case TranscribeDone(text):
                self._printout.line("heard", f"“{text}”" if text.strip() else "no words", "green")
            case TextDone(text):
                self._answers += bool(text.strip())
                self._printout.line("answer", text or "no words", "green")
            case Metrics():
                self._printout.ledger(message)
            case (
                AckReceived()
                | BufferInitialized()
                | TextDelta()
                | SessionJoined()
                | TranscribeDelta()
                | SessionDraining()
            ):
                pass
            case _:
                assert_never(message)

    def _take_signal(
        self, signal: SpeechStarted | SpeechStopped | InputIdle | ResponseHeld | ResponseResumed | SessionEcho
    ) -> None:
        match signal:
            case SpeechStarted(ms):
                self._printout.line("turn begins", f"at {ms / 1000:.2f} s of the microphone's sound", "bold")
            case SpeechStopped(ms):
                late = self._microphone.position - ms / 1000
                self._printout.line("turn ends", f"at {ms / 1000:.2f} s, known {late:.2f} s later", "bold")
            case InputIdle(ms):
                self._printout.line("idle", f"nobody has spoken for {ms / 1000:.1f} s", "dim")
            case ResponseHeld(turn, how):
                self._printout.line("held", f"turn {turn}: {how}", "yellow")
            case ResponseResumed(turn):
                self._printout.line("resumed", f"turn {turn}", "yellow")
            case SessionEcho():
                self._printout.line("echo", signal.message, "yellow")
            case _:
                assert_never(signal)

    def _take_update(self, updated: SessionUpdated) -> None:
        for warning in updated.warnings:
            self._printout.line("warning", warning, "yellow")

    def _take_sound(self, message: AudioPiece | ResponseMouth | ResponseWords | ResponseCue) -> None:
        try:
            if isinstance(message, AudioPiece):
                self._take_piece(message)
            else:
                self._mouths.take(message)
        except BadAnswer as error:
            self.fail(str(error))

    def _take_piece(self, piece: AudioPiece) -> None:
        part = self._arrival.take(piece)
        if part and part.data:
            self._played += part.seconds
            self._printout.line("sound", f"part {part.id}: {len(part.data):,} bytes, {part.seconds:.1f} s")
            self._save(part)
            self._mouths.sounded(part.id)

    def _save(self, part: AnswerPart) -> None:
        if self._options.save is None:
            return
        path = self._options.save / f"answer-{self._turn}-part-{part.id}.{self._options.suffix}"
        try:
            path.write_bytes(part.data)  # on the loop: it is a few hundred kilobytes, and nothing else runs here
        except OSError as error:
            self.fail(f"{path}: cannot be written: {error.strerror or error}")
