"""Scenarios of recordings: what was recorded is played, judged, and told in the words of a scenario."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.cli import main
from adapters.client.voiceclient import AudioPiece
from adapters.scenarios.reading import BadScenario, read
from adapters.virtual.client import VirtualClient
from adapters.virtual.server import VirtualServer
from protocol.handsfree import ResponseHeld
from protocol.messages import ResponseCancelled, SessionState, TextDone, TranscribeDone
from tests.adapters.replay.conversations import SESSION, Talk, record
from tests.adapters.virtual.virtually import silence, vowel

HANDSHAKEN = SessionState("handshaken")
PCM = {"mediaFormat": "pcm16"}


async def cut_and_ask_again(server: VirtualServer) -> None:
    """An answer is stopped, the next is asked for by voice; a Receiver hears both."""
    client = await VirtualClient.join(server, session_id=SESSION)
    wall = await VirtualClient.join(server, session_id=SESSION, role="receiver")
    await client.configure(STT=PCM, LLM={"stream": True}, TTS={"stream": True, "responseType": "multiple"})
    await client.voice.text("the first thing")
    await client.until(AudioPiece)
    await client.voice.cancel()
    await client.until(ResponseCancelled)
    await client.say(*[vowel(0.2)] * 4, interval=0.2)
    await wall.until(TextDone)
    await client.until(TextDone)
    await client.until(HANDSHAKEN)


async def speak_freely(server: VirtualServer) -> None:
    """A question to an open microphone, and speech during its answer."""
    client = await VirtualClient.join(server, session_id=SESSION, holds=True)
    await client.configure(STT=PCM, LLM={"stream": True}, TTS={"stream": True}, turnDetection={"type": "server_vad"})
    await client.stream(silence(0.3) + vowel(0.8) + silence(2.0))
    await client.until(AudioPiece)
    await client.stream(vowel(1.2, pitch=210, beat=2.3) + silence(1.0))
    await client.until(ResponseHeld)
    await client.stream(silence(2.0))
    await client.until(TranscribeDone)


def scenario(folder: Path, talk: Talk, *expectations: str) -> Path:
    """A scenario of the recording of `talk`, of which this is expected."""
    (folder / "recordings").mkdir()
    recording = record(folder / "recordings", talk)
    told = "".join(f"[[expect]]\n{expected}\n" for expected in expectations)
    file = folder / "complaint.toml"
    name = f"recordings/{recording.folder.name}"
    file.write_text(f'title = "A complaint"\nrecording = "{name}"\n{told}', encoding="utf-8")
    return file


def evaluate(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["eval", str(file), *arguments])


MET = (
    'step = 1\nsays = "I hear the"',
    'step = 2\ncut = "cancelled"\nwithin_ms = 50',
    'step = 3\nhears = "I said a"',
    'step = 3\nsays = "what I have to say"',
    'step = 3\nreceiver = "member 2"\nparts = 2',
    "step = 3\nwithin_ms = 2000",
    'step = 3\nhistory = "the first thing"',
    'step = 3\nnever_history = "what I have to say"',
    'never = "custom.error"',
)


def test_a_recording_is_judged(tmp_path: Path) -> None:
    told = evaluate(scenario(tmp_path, cut_and_ask_again, *MET), "--seeds", "2", "--page", str(tmp_path / "page.html"))
    assert told.exit_code == 0, told.stdout
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for words in ("the first thing", "text: the first thing", "do: cancel", 'class="bar caller"'):
        assert words in page


def test_what_a_recording_does_not_keep_fails(tmp_path: Path) -> None:
    missed = (
        'step = 1\nsays = "have to say"',
        'step = 3\nhistory = "what I have to say"',
        'step = 4\nstate = "speaking"',
    )
    told = evaluate(scenario(tmp_path, cut_and_ask_again, *missed))
    assert told.exit_code == 1
    first, history, beyond = told.stdout.splitlines()[1:4]
    assert first.strip().startswith("step 1 (text “the first thing”): says “have to say”: it says “I hear the")
    assert "history “what I have to say”: it was told “the first thing" in history
    assert beyond.strip() == "step 4: state “speaking”: the step was never begun"


def test_the_steps_of_an_open_microphone_are_what_was_spoken(tmp_path: Path) -> None:
    expected = (
        'step = 1\nevent = "input.speech.stopped"\nwithin_ms = 800',
        "step = 1\nwithin_ms = 3000",
        'step = 2\nevent = "response.held"\nsince = "begin"\nwithin_ms = 2000',
        'step = 2\nhears = "I said a"',
    )
    told = evaluate(scenario(tmp_path, speak_freely, *expected))
    assert told.exit_code == 0, told.stdout
    assert "endpoint" in told.stdout


def test_live_a_recording_is_not_checked(tmp_path: Path) -> None:
    told = evaluate(scenario(tmp_path, cut_and_ask_again, *MET[:1]), "--url", "http://127.0.0.1:9")
    assert told.exit_code == 0
    assert told.stdout.startswith("not checked  complaint: A complaint")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("recording = ", 'recording = "none"\n#', "line 2: recording: "),
        ("[[expect]]", '[[caller]]\ntext = "x"\n[[expect]]', "line 3: caller: the recording says that; leave it out"),
        ("[[expect]]", "[limits]\ngrace = 1\n[[expect]]", "line 3: limits: the recording says that; leave it out"),
        ("step = 1", "step = 0", "line 4: [[expect]] 1 step: came 0, allowed: 1 to 200"),
        ("step = 1", 'step = "first"', 'line 4: [[expect]] 1 step: came "first", allowed: none: no step has a name'),
        ("step = 1", 'receiver = "wall"', 'line 4: [[expect]] 1 receiver: came "wall", allowed: sender, member 2'),
    ],
)
def test_what_cannot_be_said_of_a_recording(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = scenario(tmp_path, cut_and_ask_again, MET[0])
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadScenario) as raised:
        read(file)
    assert str(raised.value).removeprefix(f"{file} ").startswith(told)
