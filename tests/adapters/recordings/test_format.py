"""The format of a recording: what a tape takes is read back, with sound and without, with words and without."""

import stat
from pathlib import Path

import pytest
from msgspec import UNSET

from actors.ports.mouth import Mark
from actors.ports.taping import Tape
from adapters.recordings.calls import AnswerBegun, CallEnded, CallFailed, ClipMade, PieceWritten, SynthesisBegun
from adapters.recordings.format import EVENTS_FILE, SESSION_FILE, SOUND_FILE, Row, is_name
from adapters.recordings.reading import SessionRecording, UnreadableRecording, read, read_about
from protocol.connecting import Acknowledgement, Auth
from protocol.messages import AudioDelta, SessionState, TextDone
from tests.adapters.recordings.kit import BEGAN, NET, SESSION, HandClock, only, recorder, writing

CHUNK = bytes(range(256)) * 25
CLIP = b"\1\0" * 2_400


def opened(tape: Tape | None) -> Tape:
    assert tape is not None
    return tape


def play(tape: Tape, clock: HandClock) -> None:
    """A turn, as a session would tell it."""
    tape.joined(41, "kiosk", Auth(role="both", token="hush-hush", client="web", session_id=SESSION, traceparent="00-x"))
    clock.now += 0.5
    tape.came(41, "session.update", {"LLM": {"prompt": "Be nice", "model": "gpt-4o"}, "token": "hush-hush"}, 3, 80)
    tape.acknowledged(41, 3, Acknowledgement(True))
    tape.heard(41, CHUNK, "pcm16", None)
    tape.came(41, "input.buffer.commit", UNSET, None, 30)
    tape.note("llm.begin", AnswerBegun(1, 1, 1, "mine", "m", "Hello there", True, 0))
    tape.note("llm.piece", PieceWritten(1, "Good day."))
    tape.note("llm.end", CallEnded(1))
    clock.now += 0.25
    tape.note("tts.begin", SynthesisBegun(2, 1, 1, 0, "t", "", "v", "en", "male", 1.0, "", False, False, "Good day."))
    marks = (Mark("word", "Good", 0, 30, 0), Mark("phone", "ɡ", 0, 10))
    tape.note("tts.clip", ClipMade(2, "pcm16/24000", marks), CLIP)
    tape.note("tts.failed", CallFailed(2, "EngineFailed", "the provider is down"))
    tape.sent((41, 42), TextDone("Good day."), 1)
    tape.sent((41,), AudioDelta(0, "Good day.", b"mp3", False, True, True, 1), 1, 0.1)
    tape.dropped(41, 1, 2)
    tape.left(41)
    tape.dismissed((42,))
    tape.close("nobody was in it for its grace")


def record(folder: Path, **plan: object) -> SessionRecording:
    clock = HandClock()
    with writing() as thread:
        play(opened(recorder(folder, thread, clock, **plan).open(SESSION, "lobby", {"grace": 5.0})), clock)
    return read(only(folder))


def test_what_a_tape_takes_is_read_back(tmp_path: Path) -> None:
    recording = record(tmp_path)
    about = recording.about
    assert is_name(recording.folder.name)
    assert recording.folder.name.startswith("20261128T142300Z-0f9a8b7c-")
    assert (about.session, about.subject, about.complete) == (SESSION, "lobby", True)
    assert (about.began, about.ended, about.seconds) == (BEGAN.isoformat(), BEGAN.isoformat(), 0.75)
    assert about.why == "nobody was in it for its grace"
    assert (about.members, about.subjects) == ({1: Auth(role="both", client="web")}, {1: "kiosk"})
    assert about.limits == {"grace": 5.0}
    came = [(row.t, row.dir, row.event, row.member) for row in recording.rows if row.dir != "engine"]
    assert came == [
        (0.0, "in", "connect", 1),
        (0.5, "in", "session.update", 1),
        (0.5, "out", "ack", (1,)),
        (0.5, "in", "input.buffer.append", 1),
        (0.5, "in", "input.buffer.commit", 1),
        (0.75, "out", "response.text.done", (1, 2)),
        (0.75, "out", "response.audio.delta", (1,)),
        (0.75, "out", "drop", (1,)),
        (0.75, "in", "disconnect", 1),
        (0.75, "out", "disconnect", (2,)),
    ]
    update, ack, chunk, commit, _, delta = [row for row in recording.rows if row.dir != "engine"][1:7]
    assert update.payload == {"LLM": {"prompt": "Be nice", "model": "gpt-4o"}, "token": "***"}
    assert (update.ack, ack.ack, ack.payload) == (3, 3, {"success": True})
    assert (chunk.payload, commit.payload) == (UNSET, UNSET)
    assert (recording.sound(chunk), chunk.audio_ms) == (CHUNK, 200.0)
    assert "audio" not in delta.payload
    assert (delta.payload["text"], delta.audio_ms, delta.turn) == ("Good day.", 100.0, 1)


def test_the_calls_of_engines_are_put_together(tmp_path: Path) -> None:
    answer, speech = record(tmp_path).calls()
    assert (answer.kind, answer.t, answer.ended, answer.failure) == ("llm", 0.5, 0.5, None)
    assert [result.payload for result in answer.results] == [PieceWritten(1, "Good day."), CallEnded(1)]
    assert isinstance(speech.asked, SynthesisBegun)
    assert speech.asked.text == "Good day."
    clip, failed = speech.results
    assert (clip.t, clip.sound) == (0.75, CLIP)
    assert failed.payload == speech.failure == CallFailed(2, "EngineFailed", "the provider is down")
    assert not speech.was_cancelled


def test_without_sound_its_length_is_kept(tmp_path: Path) -> None:
    recording = record(tmp_path, sound=False)
    assert {path.name for path in recording.folder.iterdir()} == {EVENTS_FILE, SESSION_FILE}
    [chunk] = [row for row in recording.rows if row.event == "input.buffer.append"]
    assert (chunk.bytes, chunk.audio_ms) == ((0, len(CHUNK)), 200.0)
    assert recording.sound(chunk) == bytes(len(CHUNK))


def test_only_its_user_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    folder = record(tmp_path).folder
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {EVENTS_FILE: 0o600, SESSION_FILE: 0o600, SOUND_FILE: 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_credential_is_in_it(tmp_path: Path) -> None:
    folder = record(tmp_path).folder
    assert not [path for path in folder.iterdir() if b"hush" in path.read_bytes()]


def test_without_words_letters_are_masked_and_names_are_not(tmp_path: Path) -> None:
    recording = record(tmp_path, words=False)
    payloads = {row.event: row.payload for row in recording.rows}
    assert payloads["session.update"]["LLM"] == {"prompt": "Xx xxxx", "model": "gpt-4o"}
    assert payloads["response.text.done"] == {"text": "Xxxx xxx."}
    assert payloads["llm.begin"]["text"] == "Xxxxx xxxxx"
    assert payloads["tts.failed"] == {"call": 2, "error": "EngineFailed", "message": "xxx xxxxxxxx xx xxxx"}
    assert payloads["tts.clip"]["marks"] == [["word", "Xxxx", 0.0, 30.0, 0, "phonemes"]]
    [_, speech] = recording.calls()
    assert isinstance(speech.results[0].payload, ClipMade)


def test_a_last_line_that_was_torn_is_left_out(tmp_path: Path) -> None:
    recording = record(tmp_path)
    path = recording.folder / EVENTS_FILE
    path.write_bytes(path.read_bytes()[:-9])
    assert read(recording.folder).rows == recording.rows[:-1]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (EVENTS_FILE, "{}\n{}\n", "events.jsonl, line 1: Object missing required field `t`"),
        (SESSION_FILE, "[]", "session.json is not what a recording has"),
        (SESSION_FILE, '{"format": 2, "session": "s", "subject": "a", "began": "", "server": "9"}', "the format 2"),
    ],
)
def test_what_is_no_recording_is_told(tmp_path: Path, name: str, text: str, why: str) -> None:
    folder = record(tmp_path).folder
    (folder / name).write_text(text)
    with pytest.raises(UnreadableRecording, match=why):
        read(folder)


def test_a_folder_without_a_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecording, match="is no recording"):
        read_about(tmp_path)


def test_an_engines_row_of_another_version_is_told(tmp_path: Path) -> None:
    recording = record(tmp_path)
    strange = Row(t=1.0, dir="engine", event="stt.dreamt", payload={"call": 1})
    with pytest.raises(UnreadableRecording, match=r"unknown event stt\.dreamt"):
        SessionRecording(recording.folder, recording.about, (strange,)).calls()


def test_a_session_goes_on_where_its_recording_has_its_size(tmp_path: Path) -> None:
    clock = HandClock()
    with writing() as thread:
        tape = opened(recorder(tmp_path, thread, clock, session_bytes=2_000).open(SESSION, "lobby", {}))
        tape.joined(1, "lobby", Auth(role="both"))
        was = tape.is_recording
        tape.heard(1, CHUNK, "pcm16", None)
        assert thread.settle(NET)
        assert (was, tape.is_recording) == (True, False)
        tape.sent((1,), SessionState("idle"))
        tape.close("nobody was in it for its grace")
    recording = read(only(tmp_path))
    assert [row.event for row in recording.rows] == ["connect"]
    assert not recording.about.complete
    assert recording.about.why == "it would have more than 2000 bytes (session_bytes)"
    assert recording.about.ended is not None
