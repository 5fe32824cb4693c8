"""`vivavoce talk`: a recording is spoken to a server, and what the server makes of it is shown as it comes."""

from collections.abc import Mapping
from pathlib import Path
from typing import assert_never

import msgspec
import trio
from rich.console import Console
from rich.text import Text

from adapters.recording import CHUNK_SECONDS, BadRecording, Recording, playing_seconds
from adapters.voiceclient import Acknowledged, Auth, Disconnected, Piece, Received, VoiceClient, connect
from protocol.messages import (
    BufferInitialized,
    CustomError,
    Metrics,
    ResponseCancelled,
    ResponseStarted,
    SessionJoined,
    SessionState,
    SessionUpdated,
    TextDelta,
    TextDone,
    TranscribeDelta,
    TranscribeDone,
)

ANSWERED, FAILED = 0, 1
EMBEDDED_MODELS = ("guide", "echo")
_SILENCE = 60.0
_METRICS_SECONDS = 2.0
_MAX_PART = 64 * 1024 * 1024
_AT_WORK = frozenset({"transcribing", "responding", "speaking"})


class Options(msgspec.Struct, frozen=True):
    """How to talk; `llm_model` "" leaves the server's default, `save` None saves nothing."""

    url: str
    token: str = ""
    audio_format: str = "mp3"
    llm_model: str = ""
    save: Path | None = None
    realtime: bool = True
    session_id: str = ""

    def __repr__(self) -> str:
        return f"Options(url={self.url!r})"


class Printout:
    """Lines with the time since the beginning, in colour where the console has it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = trio.current_time()

    def line(self, subject: str, words: str, style: str = "") -> None:
        """Print one line; what a terminal would obey is taken out of it."""
        clean = "".join(letter if letter.isprintable() else " " for letter in words)
        time = f"{trio.current_time() - self._begun:7.2f} s  "
        self._console.print(Text.assemble((time, "dim"), (f"{subject:<13}", "cyan"), (clean, style)), soft_wrap=True)

    def error(self, words: str) -> None:
        """Print one line that stands out."""
        self.line("error", words, "bold red")


async def talk(recording: Recording, options: Options, console: Console) -> int:
    """Speak `recording` to the server at `options.url`; the exit code of `converse`.

    Raises Unreachable, Refused or Disconnected where no session begins, and OSError where the folder `save` cannot be.
    """
    if options.save:
        await trio.Path(options.save).mkdir(parents=True, exist_ok=True)
    auth = Auth(session_id=options.session_id, token=options.token, audio_format=options.audio_format, is_base64=False)
    printout = Printout(console)
    async with connect(options.url, auth) as client:
        return await converse(client, recording, options, printout)


async def converse(client: VoiceClient, recording: Recording, options: Options, printout: Printout) -> int:
    """Speak `recording` and show the answer; ANSWERED, or FAILED where the server said why not.

    Ends when the answer is there, with `realtime` when it has been played, and at the latest when nothing has come for
    a minute.
    """
    listener = Listener(client, options, printout)
    try:
        await client.update(_configuration(recording, options))
    except Disconnected as error:
        printout.error(str(error))
        return FAILED
    code = await listener.listen(_SILENCE, until_updated=True)
    if code is None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.speak, recording)
            code = await listener.listen(_SILENCE + recording.seconds)
            nursery.cancel_scope.cancel()
    return FAILED if code is None else code


def _configuration(recording: Recording, options: Options) -> Mapping[str, object]:
    configuration: dict[str, object] = {"STT": {"mediaFormat": recording.media_format}}
    if options.llm_model in EMBEDDED_MODELS:
        configuration["LLM"] = {"provider": "local", "model": options.llm_model}
    elif options.llm_model:
        configuration["LLM"] = {"model": options.llm_model}
    return configuration


class Listener:
    """One turn as the client sees it: what came so far, and whether it is over."""

    def __init__(self, client: VoiceClient, options: Options, printout: Printout) -> None:
        self._client = client
        self._options = options
        self._printout = printout
        self._parts: dict[int, bytearray] = {}
        self._committed_at: float | None = None
        self._turn = 1
        self._played = 0.0
        self._updated = self._at_work = self._answered = self._sounded = self._done = False

    async def speak(self, recording: Recording) -> None:
        """Send the recording, in real time if so asked; a lost connection is for `listen` to tell."""
        self._printout.line("sending", f"{recording.seconds:.1f} s of {recording.media_format}")
        try:
            await self._client.say(recording.chunks(), CHUNK_SECONDS if self._options.realtime else 0.0)
        except Disconnected:
            return
        self._committed_at = trio.current_time()
        self._printout.line("committed", "the server has the whole utterance")

    async def listen(self, patience: float, *, until_updated: bool = False) -> int | None:
        """Show what comes until the turn is over: its exit code; None where `session.updated` came and was awaited.

        `patience` is how long the server may say nothing, in seconds, besides the time that its sound plays.
        """
        while not (until_updated and self._updated):
            finishing = self._done and not self._options.realtime
            try:
                with trio.fail_after(_METRICS_SECONDS if finishing else patience + self._played):
                    message = await self._client.receive()
            except Disconnected as error:
                return self._fail(str(error))
            except trio.TooSlowError:
                return ANSWERED if self._done else self._fail(f"nothing came from the server for {patience:.0f} s")
            if (code := self._take(message)) is not None:
                return code
        return None

    def _take(self, message: Received) -> int | None:
        """Show one message; the exit code where it ends the turn."""
        match message:
            case Piece():
                return self._take_piece(message)
            case SessionState():
                self._printout.line("state", message.state, "bold")
                return self._take_state(message.state)
            case SessionUpdated():
                self._updated = message.success
                for warning in message.warnings:
                    self._printout.line("warning", warning, "yellow")
            case Metrics():
                self._printout.line("server", _timings(message), "dim")
                return ANSWERED if self._done and not self._options.realtime else None
            case CustomError():
                return self._fail(f"{message.message} ({message.error_id})")
            case ResponseCancelled():
                return self._fail(f"the response was ended early: {message.reason}")
            case ResponseStarted():
                self._turn = message.turn
            case Acknowledged() | BufferInitialized() | TextDelta():
                pass
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
                self._printout.line("heard", f"{words}{f' ({about})' if about else ''}{self._since_commit()}", "green")
            case TextDone():
                self._answered = bool(message.text.strip())
                self._printout.line("answer", message.text or "no words", "green")
            case _:
                assert_never(message)

    def _take_state(self, state: str) -> int | None:
        if state in _AT_WORK:
            self._at_work = True
        if state != "handshaken" or not self._at_work:
            return None
        if self._answered:
            return ANSWERED
        return self._fail("no answer: no words were recognised, or none found to say; is there speech in the file?")

    def _take_piece(self, piece: Piece) -> int | None:
        part = self._parts.setdefault(piece.id, bytearray())
        part += piece.audio
        self._done = self._done or piece.done
        if piece.audio and not self._sounded:
            self._sounded = self._answered = True
            self._printout.line("first sound", f"{len(piece.audio):,} bytes{self._since_commit()}", "bold")
        if len(part) > _MAX_PART:
            return self._fail(f"part {piece.id} is larger than {_MAX_PART:,} bytes")
        if not piece.stream_part_done:
            return None
        return self._finish_part(piece.id, bytes(self._parts.pop(piece.id)))

    def _finish_part(self, number: int, data: bytes) -> int | None:
        if not data:
            return None
        try:
            seconds = playing_seconds(data, self._options.audio_format)
        except BadRecording as error:
            return self._fail(f"part {number}, {len(data):,} bytes: {error}")
        self._played += seconds
        self._printout.line("sound", f"part {number}: {len(data):,} bytes, {seconds:.1f} s")
        if self._options.save:
            return self._save(self._options.save / f"answer-{self._turn}-part-{number}.{self._suffix()}", data)
        return None

    def _save(self, path: Path, data: bytes) -> int | None:
        try:
            path.write_bytes(data)  # on the loop: it is a few hundred kilobytes, and nothing else runs here
        except OSError as error:
            return self._fail(f"{path}: cannot be written: {error.strerror or error}")
        self._printout.line("saved", str(path))
        return None

    def _suffix(self) -> str:
        name, _, _ = self._options.audio_format.partition("/")
        return "pcm" if name == "pcm16" else name

    def _since_commit(self) -> str:
        if self._committed_at is None:
            return ""
        return f"  {trio.current_time() - self._committed_at:.2f} s after the commit"

    def _fail(self, words: str) -> int:
        self._printout.error(words)
        return FAILED


def _timings(metrics: Metrics) -> str:
    """What the server measured, in the order in which it happens."""
    stages = (
        ("transcript", metrics.transcript),
        ("first token", metrics.first_token),
        ("first part", metrics.first_part),
        ("first audio", metrics.first_audio),
        ("last audio", metrics.last_audio),
    )
    return ", ".join(f"{name} {value} ms" for name, value in stages if value >= 0)
