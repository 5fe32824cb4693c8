"""`vivavoce talk`: sends words or a recording to a server, and shows the server's messages as they come."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import assert_never

import msgspec
import trio
from msgspec import UNSET
from rich.console import Console

from adapters.client.arrival import AnswerPart, Arrival, BadAnswer
from adapters.client.mouthtrack import MouthDisplay, MouthMessage
from adapters.client.packets import Disconnected
from adapters.client.printout import Printout
from adapters.client.recording import CHUNK_SECONDS, Recording
from adapters.client.voiceclient import AckReceived, AudioPiece, Received, VoiceClient, connect
from protocol.connecting import Auth
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

ANSWERED, FAILED = 0, 1
EMBEDDED_MODELS = ("guide", "echo")
_SILENCE = 60.0
_METRICS_SECONDS = 2.0
_AT_WORK = frozenset({State.TRANSCRIBING, State.RESPONDING, State.SPEAKING})


Said = Recording | str
"""What is said to the server: a recording is spoken, words are typed."""


class AnswerForm(msgspec.Struct, frozen=True):
    """The form of the answer: in sentences, in pieces, in order (`TTS`); spoken as it is written, with cues (`LLM`)."""

    multiple: bool = False
    stream: bool = False
    ordered: bool = False
    llm_stream: bool = False
    cues: bool = False


class Options(msgspec.Struct, frozen=True):
    """The options of `vivavoce talk`; `llm_model` "" leaves the server's default, `save` None saves nothing.

    `mouth`: as in the handshake, "" for none.
    """

    url: str
    token: str = ""
    audio_format: str = "mp3"
    llm_model: str = ""
    save: Path | None = None
    realtime: bool = True
    session_id: str = ""
    form: AnswerForm = AnswerForm()
    mouth: str = ""

    @property
    def suffix(self) -> str:
        """How the name of a saved answer ends."""
        name, _, _ = self.audio_format.partition("/")
        return "pcm" if name == "pcm16" else name

    def __repr__(self) -> str:
        return f"Options(url={self.url!r})"


async def talk(said: Said, options: Options, console: Console) -> int:
    """Say `said` to the server at `options.url`; the exit code of `converse`.

    Raises what `joining` raises. Cancelling closes the connection.
    """
    async with joining(options) as client:
        return await converse(client, said, options, Printout(console))


@asynccontextmanager
async def joining(options: Options, *, holds: bool = False) -> AsyncIterator[VoiceClient]:
    """A client in a session of the server at `options.url`; `holds`: it can duck and pause.

    Raises Unreachable, ConnectRefused or Disconnected where no session begins, and OSError where the folder `save`
    cannot be made. Cancelling closes the connection.
    """
    if options.save:
        await trio.Path(options.save).mkdir(parents=True, exist_ok=True)
    auth = Auth(
        session_id=options.session_id or UNSET,
        token=options.token or UNSET,
        audio_format=options.audio_format or UNSET,
        is_base64=False,
        pieces="joined",
        holds=holds or UNSET,
        mouth=options.mouth or UNSET,
    )
    async with connect(options.url, auth) as client:
        yield client


async def converse(client: VoiceClient, said: Said, options: Options, printout: Printout) -> int:
    """Say `said` and show the answer: ANSWERED; or FAILED where the server said why not, or its answer is not right.

    Ends when the answer is there, with `realtime` when it has been played, and at the latest when nothing has come for
    a minute. Cancelling stops in the middle of it; what has come is shown.
    """
    turn = ClientTurn(client, options, printout)
    try:
        await client.update(session_update(said, options))
    except Disconnected as error:
        printout.error(str(error))
        return FAILED
    code = await turn.listen(_SILENCE, until_updated=True)
    if code is None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(turn.say, said)
            code = await turn.listen(_SILENCE + (said.seconds if isinstance(said, Recording) else 0.0))
            nursery.cancel_scope.cancel()
    return FAILED if code is None else code


def session_update(said: Said, options: Options) -> Mapping[str, object]:
    """The configuration: what was asked for on the command line, and nothing else by name."""
    form = options.form
    configuration: dict[str, dict[str, object]] = {
        "LLM": {"stream": form.llm_stream, **({"cues": "tags"} if form.cues else {})},
        "TTS": {
            "responseType": "multiple" if form.multiple else "single",
            "stream": form.stream,
            "isOrdered": form.ordered,
        },
    }
    if isinstance(said, Recording):
        configuration["STT"] = {"mediaFormat": said.media_format}
    if options.llm_model:
        configuration["LLM"]["model"] = options.llm_model
    if options.llm_model in EMBEDDED_MODELS:
        configuration["LLM"]["provider"] = "local"
    return configuration


class ClientTurn:
    """One turn as the client sees it: what came so far, and whether it is over."""

    def __init__(self, client: VoiceClient, options: Options, printout: Printout) -> None:
        self._client = client
        self._options = options
        self._printout = printout
        self._arrival = Arrival(options.audio_format)
        self._mouths = MouthDisplay(printout, options.save)
        self._said_at: float | None = None
        self._turn = 1
        self._played = 0.0
        self._updated = self._at_work = self._answered = self._sounded = False

    async def say(self, said: Said) -> None:
        """Send what is said, a recording at its own speed where so asked. `listen` tells of a lost connection.

        Cancelling leaves the utterance uncommitted.
        """
        try:
            if isinstance(said, Recording):
                await self._speak(said)
            else:
                await self._client.text(said)
                self._said_at = trio.current_time()
                self._printout.line("typed", f"“{said}”")
        except Disconnected:
            return

    async def _speak(self, recording: Recording) -> None:
        self._printout.line("sending", f"{recording.seconds:.1f} s of {recording.media_format}")
        await self._client.say(recording.chunks(), CHUNK_SECONDS if self._options.realtime else 0.0)
        self._said_at = trio.current_time()
        self._printout.line("committed", "the server has the whole utterance")

    async def listen(self, patience: float, *, until_updated: bool = False) -> int | None:
        """Show what comes until the turn is over: its exit code; None where `session.updated` came and was awaited.

        `patience` is how long the server may say nothing, in seconds, besides the time that its sound plays. Cancelling
        loses no message.
        """
        while not (until_updated and self._updated):
            finishing = self._arrival.is_done and not self._options.realtime
            try:
                with trio.fail_after(_METRICS_SECONDS if finishing else patience + self._played):
                    message = await self._client.receive()
            except Disconnected as error:
                return self._fail(str(error))
            except trio.TooSlowError:
                return self._give_up(patience)
            if (code := self._take(message)) is not None:
                return code
        return None

    def _take(self, message: Received) -> int | None:
        """Show one message; the exit code where it ends the turn."""
        match message:
            case AudioPiece() | ResponseMouth() | ResponseWords() | ResponseCue():
                return self._take_sound(message)
            case SessionState():
                self._printout.line("state", message.state, "bold")
                return self._take_state(message.state)
            case SessionUpdated():
                self._updated = message.success
                for warning in message.warnings:
                    self._printout.line("warning", warning, "yellow")
            case Metrics():
                self._printout.ledger(message)
                return self._end() if self._arrival.is_done and not self._options.realtime else None
            case CustomError():
                return self._fail(f"{message.message} ({message.error_id})")
            case ResponseCancelled():
                return self._fail(f"the response was ended early: {message.reason}")
            case ResponseStarted():
                self._turn = message.turn
            case AckReceived() | BufferInitialized() | TextDelta() | SessionDraining():
                pass
            case SpeechStarted() | SpeechStopped() | InputIdle() | ResponseHeld() | ResponseResumed() | SessionEcho():
                pass  # of a session that somebody else has made hands-free
            case SessionJoined() | TranscribeDelta() | TranscribeDone() | TextDone():
                self._take_words(message)
            case _:
                assert_never(message)
        return None

    def _take_words(self, message: SessionJoined | TranscribeDelta | TranscribeDone | TextDone) -> None:
        match message:
            case SessionJoined():
                self._printout.line("joined", f"session {message.session_id} as {message.role}")
            case TranscribeDelta():
                self._printout.line("hearing", message.text, "dim")
            case TranscribeDone():
                about = ", ".join(filter(None, (message.language, message.sentiment)))
                words = f"“{message.text}”" if message.text.strip() else "no words"
                self._printout.line("heard", f"{words}{f' ({about})' if about else ''}{self._since_said()}", "green")
            case TextDone():
                self._answered = self._answered or bool(message.text.strip())
                self._printout.line("answer", message.text or "no words", "green")
            case _:
                assert_never(message)

    def _take_state(self, state: str) -> int | None:
        if state in _AT_WORK:
            self._at_work = True
        if state != State.HANDSHAKEN or not self._at_work:
            return None
        if self._answered:
            return self._end()
        return self._fail("no answer: no words were recognised, or none found to say; is there speech in the file?")

    def _take_sound(self, message: AudioPiece | MouthMessage) -> int | None:
        try:
            if isinstance(message, AudioPiece):
                return self._take_piece(message)
            self._mouths.take(message)
            self._answered = self._answered or isinstance(message, ResponseCue)
        except BadAnswer as error:
            return self._fail(str(error))
        return None

    def _take_piece(self, piece: AudioPiece) -> int | None:
        if piece.audio and not self._sounded:
            self._sounded = self._answered = True
            self._printout.line("first sound", f"{len(piece.audio):,} bytes{self._since_said()}", "bold")
        if piece.text and not piece.stream_part_done:
            self._printout.line("part", f"{piece.id} begins: “{piece.text}”", "dim")
        part = self._arrival.take(piece)
        return self._take_part(part) if part else None

    def _take_part(self, part: AnswerPart) -> int | None:
        if not part.data:
            return None
        self._played += part.seconds
        pieces = f" in {part.pieces} pieces" if part.pieces > 1 else ""
        words = f": “{part.text}”" if self._options.form.multiple else ""
        size = f"{len(part.data):,} bytes{pieces}, {part.seconds:.1f} s"
        self._printout.line("sound", f"part {part.id}: {size}{words}")
        if self._options.save:
            path = self._options.save / f"answer-{self._turn}-part-{part.id}.{self._options.suffix}"
            if (code := self._save(path, part.data)) is not None:
                return code
        self._mouths.sounded(part.id)
        return None

    def _give_up(self, patience: float) -> int:
        """Nothing comes any more."""
        return (
            self._end() if self._arrival.is_done else self._fail(f"nothing came from the server for {patience:.0f} s")
        )

    def _end(self) -> int:
        """The turn has gone its whole way: whether all of it came."""
        try:
            self._mouths.end()
            self._arrival.check()
        except BadAnswer as error:
            return self._fail(str(error))
        return ANSWERED

    def _save(self, path: Path, data: bytes) -> int | None:
        try:
            path.write_bytes(data)  # on the loop: it is a few hundred kilobytes, and nothing else runs here
        except OSError as error:
            return self._fail(f"{path}: cannot be written: {error.strerror or error}")
        self._printout.line("saved", str(path))
        return None

    def _since_said(self) -> str:
        if self._said_at is None:
            return ""
        return f"  {trio.current_time() - self._said_at:.2f} s after the commit"

    def _fail(self, words: str) -> int:
        self._printout.error(words)
        return FAILED
