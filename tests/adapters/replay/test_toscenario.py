"""A recording becomes a scenario: one that holds, whose expectations can be changed."""

from pathlib import Path

from click.testing import CliRunner

from adapters.cli import main
from adapters.recordings.reading import SessionRecording
from adapters.scenarios.reading import read
from adapters.virtual.client import VirtualClient
from adapters.virtual.server import VirtualServer
from protocol.messages import ResponseCancelled, SessionState
from tests.adapters.replay.conversations import SESSION, record
from tests.adapters.replay.test_differences import run
from tests.adapters.virtual.virtually import vowel

SCENARIO = """# What was said and heard in the recording. Change what was wrong into what should have been,
# and leave out what does not matter.
title = "The recording NAME"
recording = "recordings/NAME"

# step 1, at 0.2 s: say "I said a for 0.4 s."
[[expect]]
step = 1
hears = "I said a for 0.4 s."

[[expect]]
step = 1
says = "I hear I said a for"

# step 2, at 1.6 s: text "\\"quoted\\" and more"
[[expect]]
step = 2
cut = "interrupted"

[[expect]]
step = 2
says = "I hear \\"quoted\\" and more today."

# step 3, at 2.2 s: cancel
[[expect]]
step = 3
cut = "cancelled"
"""


async def talk(server: VirtualServer) -> None:
    client = await VirtualClient.join(server, session_id=SESSION)
    await client.configure(STT={"mediaFormat": "pcm16"}, TTS={"stream": True})
    await client.say(vowel(0.2), vowel(0.2), interval=0.2)
    await client.until(SessionState("speaking"))
    await client.voice.text('"quoted"\n and more')
    await client.until(ResponseCancelled)
    await client.until(SessionState("speaking"))
    await client.voice.cancel()
    await client.until(SessionState("handshaken"))


def made(folder: Path) -> SessionRecording:
    (folder / "recordings").mkdir()
    return record(folder / "recordings", talk)


def test_a_recording_becomes_a_scenario_that_holds(tmp_path: Path) -> None:
    recording, file = made(tmp_path), tmp_path / "complaint.toml"
    code, said = run(recording.folder, "--virtual", "--to-scenario", file)
    assert (code, said.splitlines()[-1]) == (0, f"written: {file}")
    assert file.read_text(encoding="utf-8") == SCENARIO.replace("NAME", recording.folder.name)
    assert read(file).recording is not None
    told = CliRunner().invoke(main, ["eval", str(file)])
    assert told.exit_code == 0, told.output


def test_a_scenario_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    recording, file = made(tmp_path), tmp_path / "complaint.toml"
    file.write_text("mine", encoding="utf-8")
    code, said = run(recording.folder, "--virtual", "--to-scenario", file)
    assert (code, said.splitlines()[-1]) == (2, f"vivavoce: {file}: it cannot be written: File exists")
    assert file.read_text(encoding="utf-8") == "mine"
    code, said = run(recording.folder, "--to-scenario", file)
    assert (code, "--to-scenario is for --virtual" in said) == (2, True)


def test_a_recording_in_which_nobody_says_anything_is_no_scenario(tmp_path: Path) -> None:
    async def listen(server: VirtualServer) -> None:
        await VirtualClient.join(server, session_id=SESSION)

    recording = record(tmp_path, listen)
    code, said = run(recording.folder, "--virtual", "--to-scenario", tmp_path / "none.toml")
    assert code == 2
    assert "nobody said or typed anything" in said
    assert not (tmp_path / "none.toml").exists()
