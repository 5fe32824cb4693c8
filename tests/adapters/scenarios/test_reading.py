"""Reading scenarios: what cannot be used is told with its line, the key, what came and what is allowed."""

import wave
from pathlib import Path

import pytest

from adapters.scenarios.reading import BadScenario, read, read_all
from adapters.scenarios.scenario import SENDER

WHOLE = """\
title = "One spoken turn"

[session.LLM]
stream = true

[[receiver]]
name = "screen"
audioFormat = "wav"

[[caller]]
name = "question"
say = "How late is it?"

[[caller]]
after = "sound"
text = "And tomorrow?"

[[answer]]
text = "It is noon."

[[expect]]
step = "question"
says = "noon"
within_ms = 1500
"""
AGAIN = '[[caller]]\nleave = "screen"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "turn.toml"


def refused(file: Path, old: str, new: str) -> str:
    """What is said of the file with this change, without its path."""
    assert old in WHOLE
    file.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadScenario) as raised:
        read(file)
    return str(raised.value).removeprefix(str(file)).strip()


def test_a_whole_scenario(file: Path) -> None:
    file.write_text(WHOLE, encoding="utf-8")
    scenario = read(file)
    assert (scenario.name, scenario.file.title, scenario.is_hands_free) == ("turn", "One spoken turn", False)
    assert [str(step) for step in scenario.file.caller] == ["say “How late is it?”", "text “And tomorrow?”"]
    assert scenario.update == {"STT": {"mediaFormat": "pcm16"}, "LLM": {"stream": True}}
    assert scenario.configuration.llm.stream
    [expected] = scenario.file.expect
    assert (expected.kind, scenario.step_of(expected), scenario.listener_of(expected)) == ("says", 0, SENDER)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # what TOML does not allow
        ('text = "And', "text = And", "line 16: Invalid value"),
        ("[[answer]]", "[answer", "line 18: Expected ']' at the end of a table declaration"),
        ("[[receiver]]", "[answer]", "line 18: Cannot overwrite a value"),
        # unknown keys, at each level
        ("title", "titel", "line 1: titel: unknown key (did you mean title?)"),
        ("within_ms", "withinms", "line 24: [[expect]] 1 withinms: unknown key (did you mean within_ms?)"),
        ("after =", "aftr =", "line 15: [[caller]] 2 aftr: unknown key (did you mean after?)"),
        ("stream = true", "straem = true", "line 4: [session] [LLM] straem: unknown key (did you mean stream?)"),
        ("[session.LLM]", "[session.LMM]", "line 3: [session] LMM: unknown key (did you mean LLM?)"),
        ("audioFormat", "audioformat", "line 8: [[receiver]] 1 audioformat: unknown key (did you mean audioFormat?)"),
        ("[session.LLM]\nstream = true", "[limits]\nllm = 3", "line 4: [limits] llm: unknown key (known: "),
        # wrong types and values
        ("within_ms = 1500", 'within_ms = "soon"', 'line 24: [[expect]] 1 within_ms: came "soon", allowed: whole m'),
        ("within_ms = 1500", "within_ms = -1", "line 24: [[expect]] 1 within_ms: came -1, allowed: whole milliseconds"),
        ("within_ms = 1500", "within_ms = 1.5", "line 24: [[expect]] 1 within_ms: came 1.5, allowed: whole milli"),
        ('says = "noon"', "says = 12", "line 23: [[expect]] 1 says: came 12, allowed: words"),
        ('says = "noon"', 'says = ""', 'line 23: [[expect]] 1 says: came "", allowed: words'),
        ('says = "noon"', 'state = "talking"', 'line 23: [[expect]] 1 state: came "talking", allowed: idle, handsh'),
        ('says = "noon"', "error = 7", "line 23: [[expect]] 1 error: came 7, allowed: an errorId, from 1000 to 5999"),
        ('step = "question"', "step = 1.5", "line 22: [[expect]] 1 step: came 1.5, allowed: the number or the name of"),
        ("[[answer]]", "[answer]", "line 18: answer: came {"),
        ('title = "One spoken turn"', 'title = ""', 'line 1: title: came "", allowed: words'),
        ('title = "One spoken turn"\n', "", "line 1: title is missing"),
        ("stream = true", "stream = 7", "line 4: [session] [LLM] stream: came 7, allowed: true or false"),
        ("[session.LLM]\nstream = true", "[session]\nLLM = 7", "line 4: [session] LLM: came 7, allowed: an object"),
        ("[session.LLM]\nstream = true", "[limits]\ngrace = -1", "line 4: [limits] grace: came -1, allowed: a number"),
        ('audioFormat = "wav"', 'audioFormat = "mp4"', 'line 6: [[receiver]] 1: audioFormat: came "mp4", allowed: o'),
        ('audioFormat = "wav"', 'mouth = "lips"', 'line 6: [[receiver]] 1: mouth: came "lips", allowed: none, or a l'),
        # what cannot be together
        ('text = "And', 'play = "a.wav"\ntext = "And', "line 14: [[caller]] 2: came play and text, allowed: exactly"),
        ('text = "And tomorrow?"', "wait_ms = 1", "line 14: [[caller]] 2: came none, allowed: exactly one of say"),
        ('after = "sound"', 'after = "sound"\nat_ms = 9', "line 15: [[caller]] 2 after: at_ms says already when it"),
        ('says = "noon"', 'says = "noon"\ncut = "failed"', "line 21: [[expect]] 1: came says and cut, allowed: one"),
        ('says = "noon"', 'never_says = "noon"', "line 24: [[expect]] 1 within_ms: never_says is of all that is told"),
        ('text = "It is noon."', "after_ms = 3", "line 18: [[answer]] 1: it has no text, and neither fails nor hangs"),
        ("[[answer]]", '[[answer]]\nfails = "x"\nhangs = true', "line 20: [[answer]] 1 hangs: it fails already; one"),
        ('title = "One', 'model = "guide"\ntitle = "One', "line 19: [[answer]] 1: the model is the guide, so no answ"),
        # names of nobody
        ('step = "question"', 'step = "quest"', 'line 22: [[expect]] 1 step: came "quest", allowed: question'),
        ('step = "question"', "step = 3", "line 22: [[expect]] 1 step: came 3, allowed: 1 to 2"),
        ('after = "sound"', 'after = "talking"', 'line 15: [[caller]] 2 after: came "talking", allowed: a state, so'),
        ('say = "How', 'after = "sound"\nsay = "How', "line 12: [[caller]] 1 after: nothing happens before the first"),
        ('text = "And tomorrow?"', 'join = "tv"', 'line 16: [[caller]] 2 join: came "tv", allowed: sender, screen'),
        ('says = "noon"', 'event = "response.cut"', 'line 23: [[expect]] 1 event: came "response.cut", allowed: an e'),
        ('says = "noon"', 'receiver = "tv"\nsays = "noon"', 'line 23: [[expect]] 1 receiver: came "tv", allowed: s'),
        ('name = "screen"', 'name = "sender"', 'line 7: [[receiver]] 1 name: "sender" is the name of another client'),
        ('text = "And', 'name = "question"\ntext = "And', 'line 16: [[caller]] 2 name: "question" is the name of an'),
        # who comes and goes
        ('text = "And tomorrow?"', 'join = "sender"', 'line 16: [[caller]] 2 join: "sender" is there already'),
        ('text = "And tomorrow?"', f'leave = "screen"\n{AGAIN}', 'line 18: [[caller]] 3 leave: "screen" is not there'),
        # what would have no effect
        ('text = "And', 'noise_db = -40\ntext = "And', "line 16: [[caller]] 2 noise_db: noise is only under say, pl"),
        ('text = "And', 'heard_as = "x"\ntext = "And', "line 16: [[caller]] 2 heard_as: only what is said or played"),
        ('text = "And', 'commit = false\ntext = "And', "line 16: [[caller]] 2 commit: only sound is committed"),
        ('text = "And tomorrow?"', 'do = "create"', "line 16: [[caller]] 2 do: create is for turnDetection"),
        ("[session.LLM]\nstream = true", '[session.STT]\nmediaFormat = "mp3"', "line 3: [session] STT: mediaFormat:"),
        ('within_ms = 1500\n', 'within_ms = 1500\n[[expect]]\nstep = 1\n', "line 25: [[expect]] 2: nothing is"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_with_its_line(file: Path, old: str, new: str, told: str) -> None:
    said = refused(file, old, new)
    assert said.startswith(told)
    assert "\n" not in said


def test_a_scenario_without_a_caller_or_an_expectation(file: Path) -> None:
    file.write_text('title = "Nothing"\n[[expect]]\nsays = "x"\n', encoding="utf-8")
    with pytest.raises(BadScenario, match=r"there is no \[\[caller\]\], so nothing happens"):
        read(file)
    file.write_text('title = "Nothing"\n[[caller]]\ntext = "x"\n', encoding="utf-8")
    with pytest.raises(BadScenario, match=r"there is no \[\[expect\]\], so nothing could fail"):
        read(file)


@pytest.mark.parametrize(
    ("steps", "late"), [(("leave", "join"), set()), (("join", "leave", "join"), {"screen"}), ((), set())]
)
def test_a_receiver_is_late_where_it_comes_before_it_goes(file: Path, steps: tuple[str, ...], late: set[str]) -> None:
    told = "".join(f'[[caller]]\n{step} = "screen"\n' for step in steps)
    file.write_text(f"{WHOLE}{told}", encoding="utf-8")
    assert read(file).late == late


def test_sound_that_cannot_be_played(file: Path) -> None:
    play = refused(file, 'text = "And tomorrow?"', 'play = "none.wav"')
    assert play == f"line 16: [[caller]] 2 play: {file.parent / 'none.wav'}: cannot be read: No such file or directory"
    (file.parent / "text.wav").write_bytes(b"no sound")
    assert refused(file, 'text = "And tomorrow?"', 'play = "text.wav"').endswith("no WAV file of 16 bit samples")
    with wave.open(str(file.parent / "empty.wav"), "wb") as empty:
        empty.setparams((1, 2, 16_000, 0, "NONE", ""))
    assert refused(file, 'text = "And tomorrow?"', 'play = "empty.wav"').endswith("plays 0 s, allowed: up to 600 s")


def test_files_that_are_no_text(file: Path) -> None:
    for data, told in ((b"title = 1\n\xff", "line 2: not UTF-8; save"), (b"#" * 1_000_001, "larger than 1000000")):
        file.write_bytes(data)
        with pytest.raises(BadScenario, match=told):
            read(file)
    with pytest.raises(BadScenario, match="cannot be read: No such file"):
        read(file.parent / "none.toml")


def test_all_files_are_checked_before_one_is_used(file: Path) -> None:
    file.write_text(WHOLE.replace("says", "sais"), encoding="utf-8")
    good, other = file.parent / "good.toml", file.parent / "other.toml"
    good.write_text(WHOLE, encoding="utf-8")
    other.write_text(WHOLE.replace("title", "titel"), encoding="utf-8")
    assert [scenario.name for scenario in read_all([good, good])] == ["good", "good"]
    with pytest.raises(BadScenario) as raised:
        read_all([file, good, other])
    assert [line.partition(": ")[0] for line in str(raised.value).split("\n")] == [f"{file} line 23", f"{other} line 1"]
