"""The first difference between a replay and its recording is found and shown, and what differs by nature is none."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from adapters.cli import main
from adapters.recordings.format import EVENTS_FILE, SESSION_FILE, Row
from adapters.recordings.reading import SessionRecording
from adapters.replay.comparing import Strictness, compare
from adapters.replay.report import replay_and_compare
from adapters.replay.told import ToldRow, tell
from protocol.messages import Names
from tests.adapters.replay.conversations import record
from tests.adapters.replay.test_virtual_replay import push_to_talk

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> SessionRecording:
    """A spoken turn and a typed one."""
    return record(tmp_path_factory.mktemp("made"), push_to_talk)


def changed(recording: SessionRecording, folder: Path, change: Callable[[Lines], object]) -> Path:
    """A copy of the recording whose rows have been changed."""
    lines = [json.loads(line) for line in (recording.folder / EVENTS_FILE).read_text().splitlines()]
    change(lines)
    for name in (SESSION_FILE, "sound.bin"):
        (folder / name).write_bytes((recording.folder / name).read_bytes())
    (folder / EVENTS_FILE).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def run(*arguments: object) -> tuple[int, str]:
    """The command's exit code, and what it prints."""
    done = CliRunner().invoke(main, ["replay", *map(str, arguments)])
    return done.exit_code, done.output


def first(lines: Lines, event: str, number: int = 0) -> dict[str, Any]:
    return [line for line in lines if line["event"] == event][number]


def test_the_same_is_told_with_exit_code_0(recording: SessionRecording) -> None:
    code, said = run(recording.folder, "--virtual")
    assert (code, said.startswith("the same: ")) == (0, True), said


def test_another_word_is_shown_with_the_rows_before_it(recording: SessionRecording, tmp_path: Path) -> None:
    def change(lines: Lines) -> None:
        row = first(lines, "response.text.done")
        row["payload"]["text"] = row["payload"]["text"].replace("hear", "see")

    code, said = run(changed(recording, tmp_path, change), "--virtual")
    heading, *before, expected, came = said.splitlines()
    assert code == 1
    assert heading.startswith("the first difference is at ")
    assert heading.endswith("for member 1 (both): text is another")
    assert len(before) == 3
    assert "response.text.done" in expected
    assert "I see" in expected
    assert "I hear" in came


def swap_two(lines: Lines) -> None:
    """Two messages of one cause have changed places."""
    at = next(number for number, line in enumerate(lines) if line["event"] == "response.started")
    lines[at - 1]["t"] = lines[at]["t"]
    lines[at - 1], lines[at] = lines[at], lines[at - 1]


def ask_otherwise(lines: Lines) -> None:
    first(lines, "tts.begin")["payload"]["text"] = "Something else."


def be_late(lines: Lines) -> None:
    for line in lines:
        if line["dir"] == "out" and line["event"] == "session.state" and line["payload"]["state"] == "speaking":
            line["t"] += 0.4


def be_silent(lines: Lines) -> None:
    lines.remove(first(lines, "response.metrics"))


def say_more(lines: Lines) -> None:
    row = first(lines, "response.metrics")
    lines.insert(lines.index(row), {**row, "event": "session.state", "payload": {"state": "idle"}})


def sound_longer(lines: Lines) -> None:
    first(lines, "response.audio.delta", 1)["audioMs"] += 5


def forget_a_call(lines: Lines) -> None:
    call = first(lines, "llm.begin", 1)["payload"]["call"]
    lines[:] = [line for line in lines if line["dir"] != "engine" or line["payload"]["call"] != call]


def open_the_mouth(lines: Lines) -> None:
    for line in lines:
        if line["event"] == "response.mouth":
            line["payload"]["last"] = False


def change_a_caption(lines: Lines) -> None:
    first(lines, "response.words")["payload"]["words"][0] = "Nothing"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap_two, "another message|expected .*response.started"),
        (ask_otherwise, "speech synthesis was asked in turn 1 about .* and in the recording about .*Something else"),
        (be_late, r"it comes 0\.\d+ s earlier"),
        (be_silent, "came  .*response.metrics"),
        (say_more, "expected .*idle.*\n  came .*response.metrics"),
        (sound_longer, "its sound plays"),
        (forget_a_call, r"the language model was asked in turn 2, and the recording has no such call"),
        (open_the_mouth, "the mouth of part 0 in turn 1 is closed at its end"),
        (change_a_caption, "the mouth of part 0 in turn 1 has the words I hear"),
    ],
)
def test_a_change_is_found(
    recording: SessionRecording, tmp_path: Path, change: Callable[[Lines], object], words: str
) -> None:
    code, said = run(changed(recording, tmp_path, change), "--virtual")
    assert code == 1, said
    assert re.search(words, said), said


def test_a_tolerance_may_be_given(recording: SessionRecording, tmp_path: Path) -> None:
    folder = changed(recording, tmp_path, be_late)
    assert run(folder, "--virtual", "--tolerance-ms", 500)[0] == 0


def test_what_cannot_be_played_is_one_line_and_exit_code_2(recording: SessionRecording, tmp_path: Path) -> None:
    assert run(tmp_path, "--virtual") == (2, f"vivavoce: {tmp_path} is no recording: there is no session.json in it\n")
    folder = changed(recording, tmp_path, lambda lines: lines[3].update(dir="engine", event="stt.magic", payload={}))
    code, said = run(folder, "--virtual")
    assert code == 2
    assert "unknown event stt.magic" in said
    about = json.loads((folder / SESSION_FILE).read_text())
    (folder / SESSION_FILE).write_text(json.dumps({**about, "limits": {"no_such_limit": 3}}))
    (folder / EVENTS_FILE).write_bytes((recording.folder / EVENTS_FILE).read_bytes())
    code, said = run(folder, "--virtual")
    assert code == 2
    assert "limits that this version does not know: no_such_limit" in said
    code, said = run(folder, "--virtual", "--no-realtime")
    assert code == 2
    assert "--no-realtime is for a replay against a server" in said


# ---- two members, and messages that change places


def told(t: float, event: str, member: int = 1, **payload: object) -> ToldRow:
    [one] = tell([Row(t=t, dir="out", member=(member,), event=event, payload=payload)], Names())[member]
    return one


DELTA = told(1.0, "response.text.delta", text="a")
PIECE = told(1.05, "response.audio.delta", id=0, text="")


def at(t: float, row: ToldRow) -> ToldRow:
    return row._replace(t=t)


def is_same(expected: list[ToldRow], came: list[ToldRow], **how: Any) -> bool:
    return compare({1: expected}, {1: came}, Strictness(**how)) is None


def test_messages_of_two_causes_may_change_places_where_they_come_together() -> None:
    assert is_same([DELTA, PIECE], [at(1.02, PIECE), at(1.03, DELTA)])
    assert not is_same([DELTA, at(1.3, PIECE)], [at(1.06, PIECE), at(1.07, DELTA)])


def test_messages_of_one_cause_may_not() -> None:
    state = told(1.0, "session.state", state="speaking")
    assert not is_same([state, PIECE], [at(1.0, PIECE), at(1.0, state)])
    other = told(1.01, "session.state", state="handshaken")
    assert not is_same([state, other], [at(1.0, other), at(1.01, state)])


def test_pieces_of_two_parts_may_change_places() -> None:
    second = told(1.06, "response.audio.delta", id=1, text="")
    assert is_same([PIECE, second], [at(1.05, second), at(1.06, PIECE)])


def test_the_end_of_what_is_not_complete_is_not_missed() -> None:
    assert is_same([DELTA, PIECE], [DELTA], end=1.05)
    assert is_same([DELTA], [DELTA, at(1.1, PIECE)], end=1.05)
    assert not is_same([DELTA, PIECE], [DELTA])
    assert not is_same([DELTA], [DELTA, PIECE])


def test_the_first_difference_of_all_members_is_shown() -> None:
    later = told(3.0, "session.state", state="idle")
    earlier = told(2.0, "session.state", 2, state="idle")
    found = compare({1: [later], 2: [earlier]}, {1: [], 2: []}, Strictness())
    assert found is not None
    assert (found.member, found.t, found.came) == (2, 2.0, None)


def test_numbers_of_metrics_may_differ_and_minus_one_may_not() -> None:
    one = told(1.0, "response.metrics", turn=1, firstAudio=500)
    assert is_same([one], [told(1.0, "response.metrics", turn=1, firstAudio=600)])
    assert not is_same([one], [told(1.0, "response.metrics", turn=1, firstAudio=900)])
    assert not is_same([told(1.0, "response.metrics", firstAudio=0)], [told(1.0, "response.metrics", firstAudio=-1)])


def test_a_recording_of_a_server_that_goes_down_is_compared_up_to_there(recording: SessionRecording) -> None:
    rows = list(recording.rows)
    middle = next(number for number, row in enumerate(rows) if row.event == "response.text.done")
    t = rows[middle].t
    rows[middle:] = [Row(t=t + 0.001, dir="out", member=(1,), event="disconnect"), *rows[middle:]]
    report = replay_and_compare(SessionRecording(recording.folder, replace(recording.about), tuple(rows)))
    assert report.is_same
    assert "there the server let go of the session" in report.lines[1]
