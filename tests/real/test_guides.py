"""The programs printed in the guides and the README, run as they stand, and what of the other guides can be checked."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import trio

from protocol.messages import EVENTS, MAX_PAYLOAD
from tests.real.clients import NET
from tests.real.node import modules, node
from tests.real.programs import ROOT, Served
from tests.real.speech import QUESTION, Sentence, hires, lasts_as_its_words_need, words
from tests.real.wire import leave

GUIDES = ROOT / "docs" / "clients"
JAVASCRIPT, PYTHON = GUIDES / "javascript.md", GUIDES / "python.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EVENT = re.compile(r'["`]((?:session|input|request|response|custom)\.[a-z.]+)["`]')
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
Said = Mapping[str, Sentence]


def block(page: Path, language: str, marker: str) -> str:
    """The one code block of `page` in that language that has `marker`."""
    (found,) = (code for kind, code in _BLOCK.findall(page.read_text("utf-8")) if kind == language and marker in code)
    return str(found)


async def run(folder: Path, name: str, code: str, *arguments: str) -> tuple[int, str, str]:
    """Run a program in `folder`: its exit code, and what it wrote to stdout and stderr."""
    (folder / name).write_text(code, "utf-8")
    is_script = name.endswith((".mjs", ".js"))
    if is_script and not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(modules(), target_is_directory=True)
    program = node() if is_script else sys.executable
    with trio.fail_after(NET):
        ended = await trio.run_process(
            [program, name, *arguments], cwd=folder, check=False, capture_stdout=True, capture_stderr=True
        )
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


@pytest.mark.real
@pytest.mark.parametrize(
    ("page", "language", "name", "answer"),
    [(JAVASCRIPT, "js", "talk.mjs", "answer-0.mp3"), (PYTHON, "python", "talk.py", "answer-0.wav")],
    ids=["javascript", "python"],
)
class TestPrograms:
    """The complete programs of the guides that can be run here."""

    async def test_it_holds_a_spoken_turn(
        self, vivavoce: Served, said: Said, tmp_path: Path, page: Path, language: str, name: str, answer: str
    ) -> None:
        (tmp_path / "question.wav").write_bytes(said[QUESTION].wav)
        program = block(page, language, f"{name} FILE")
        code, told, problems = await run(tmp_path, name, program, "question.wav", vivavoce.origin)
        assert (code, problems) == (0, "")
        heard, spoken = re.findall(r"^(?:heard|answer): (.*)$", told, re.MULTILINE)
        assert len(set(words(heard)) & set(words(QUESTION))) >= 4
        assert lasts_as_its_words_need((tmp_path / answer).read_bytes(), spoken)

    async def test_it_holds_one_in_a_session_that_another_has_configured_and_left(
        self, vivavoce: Served, said: Said, tmp_path: Path, page: Path, language: str, name: str, answer: str
    ) -> None:
        (tmp_path / "question.wav").write_bytes(said[QUESTION].wav)
        session = str(uuid4())
        await leave(vivavoce, session)
        program = block(page, language, f"{name} FILE")
        for made in ("crypto.randomUUID()", "str(uuid4())"):
            program = program.replace(made, json.dumps(session))
        code, told, problems = await run(tmp_path, name, program, "question.wav", vivavoce.origin)
        assert (code, problems) == (0, "")
        (heard,) = re.findall(r"^heard: (.*)$", told, re.MULTILINE)
        assert len(set(words(heard)) & set(words(QUESTION))) >= 4

    async def test_it_says_what_is_wrong_and_ends(
        self, vivavoce: Served, tmp_path: Path, page: Path, language: str, name: str, answer: str
    ) -> None:
        (tmp_path / "empty.wav").write_bytes(b"")
        program = block(page, language, f"{name} FILE")
        code, _, problems = await run(tmp_path, name, program, "empty.wav", vivavoce.origin)
        assert code == 1
        assert "error 1005: " in problems
        assert not (tmp_path / answer).exists()


NOBODY = "http://127.0.0.1:9"
"""Where nothing listens: the port of the discard protocol."""

PACKAGE: Mapping[str, Mapping[str, str]] = {
    "without a package": {},
    "as npm init -y writes it": {"name": "first", "version": "1.0.0", "main": "index.js", "type": "commonjs"},
    "as older ones write it": {"name": "first", "version": "1.0.0", "main": "index.js"},
    "as a module": {"type": "module"},
}


@pytest.mark.real
@pytest.mark.parametrize(
    ("language", "name", "package"),
    [
        ("js", "first.mjs", "as npm init -y writes it"),
        *(("js", "first.js", package) for package in PACKAGE),
        ("python", "first.py", "without a package"),
    ],
)
async def test_the_first_conversation_of_the_readme(
    vivavoce: Served, said: Said, tmp_path: Path, language: str, name: str, package: str
) -> None:
    if PACKAGE[package]:
        (tmp_path / "package.json").write_text(json.dumps(PACKAGE[package]))
    (tmp_path / "question.wav").write_bytes(said[QUESTION].wav)
    program = block(ROOT / "README.md", language, "http://127.0.0.1:7171")
    code, told, problems = await run(tmp_path, name, program.replace("http://127.0.0.1:7171", vivavoce.origin))
    assert (code, problems) == (0, "")
    check_the_answer(told, tmp_path)


@pytest.mark.real
@pytest.mark.parametrize(("language", "name"), [("js", "first.mjs"), ("python", "first.py")])
async def test_the_first_conversation_with_a_file_that_is_longer_than_a_message(
    vivavoce: Served, said: Said, tmp_path: Path, language: str, name: str
) -> None:
    sound = hires(said[QUESTION])
    assert len(sound) > MAX_PAYLOAD
    (tmp_path / "question.wav").write_bytes(sound)
    program = block(ROOT / "README.md", language, "http://127.0.0.1:7171")
    code, told, problems = await run(tmp_path, name, program.replace("http://127.0.0.1:7171", vivavoce.origin))
    assert (code, problems) == (0, "")
    check_the_answer(told, tmp_path)


@pytest.mark.real
async def test_the_first_program_says_what_is_wrong_and_ends(vivavoce: Served, tmp_path: Path) -> None:
    program = block(ROOT / "README.md", "js", "http://127.0.0.1:7171")
    (tmp_path / "question.wav").write_bytes(b"")
    code, told, problems = await run(tmp_path, "first.js", program.replace("http://127.0.0.1:7171", vivavoce.origin))
    assert (code, told) == (0, "")
    assert "no audio to transcribe" in problems
    _, told, problems = await run(tmp_path, "first.js", program.replace("http://127.0.0.1:7171", NOBODY))
    assert (told, problems) == ("", "xhr poll error\n")


def check_the_answer(told: str, folder: Path) -> None:
    """The sound is that of the words that were shown."""
    spoken = next(line for line in told.splitlines() if "hear" in line and "request" not in line)
    assert lasts_as_its_words_need((folder / "answer.mp3").read_bytes(), spoken.removeprefix("response.text.done"))


def piece(id_: int, audio: str, *, part_done: bool = False, done: bool = False) -> dict[str, object]:
    """A `response.audio.delta` whose sound is a text, so that one sees what became of it."""
    return {"id": id_, "audio": audio, "isBase64": False, "streamPartDone": part_done, "done": done}


INTERLEAVED = [piece(1, "c"), piece(0, "a"), piece(1, "d", part_done=True), piece(0, "b", part_done=True)]
ANSWERS = [
    pytest.param(0, INTERLEAVED, ["ab", "cd"], id="one frees the next"),
    pytest.param(0, [*INTERLEAVED, piece(2, "", part_done=True, done=True)], ["ab", "cd"], id="interleaved"),
    pytest.param(None, [piece(3, "a", part_done=True), piece(4, "b", part_done=True)], ["a", "b"], id="joined late"),
    pytest.param(0, [piece(2, "c", part_done=True), piece(1, "b", done=True)], ["b", "c"], id="ended with a gap"),
    pytest.param(0, INTERLEAVED[:3], [], id="the first part is not over"),
]
_NODE_END = "const at = (id, pieces) => heard.push(pieces.toString());"
_PAGE_END = "const at = (id, pieces) => heard.push(pieces.text());"


@pytest.mark.real
@pytest.mark.parametrize(("first", "pieces", "parts"), ANSWERS)
@pytest.mark.parametrize(("language", "end"), [("js", _NODE_END), ("html", _PAGE_END)], ids=["node", "page"])
async def test_parts_are_heard_in_order_in_javascript(
    tmp_path: Path, language: str, end: str, first: int | None, pieces: list[dict[str, object]], parts: list[str]
) -> None:
    marker = "talk.mjs FILE" if language == "js" else "AudioWorkletNode"
    found = re.search(r"^class Answer \{.*?^}$", block(JAVASCRIPT, language, marker), re.MULTILINE | re.DOTALL)
    assert found is not None
    driver = f"""const heard = []; {end} const answer = new Answer(at); answer.begin({json.dumps(first)});
        for (const p of {json.dumps(pieces)}) answer.take({{ ...p, audio: Buffer.from(p.audio) }});
        console.log(JSON.stringify(await Promise.all(heard)));"""
    code, told, problems = await run(tmp_path, "order.mjs", found[0] + "\n" + driver)
    assert (code, problems, json.loads(told)) == (0, "", parts)


@pytest.mark.parametrize(("first", "pieces", "parts"), ANSWERS)
def test_parts_are_heard_in_order_in_python(
    first: int | None, pieces: list[dict[str, object]], parts: list[str]
) -> None:
    program: dict[str, Any] = {"__name__": "talk"}
    exec(compile(block(PYTHON, "python", "talk.py FILE"), "talk.py", "exec"), program)
    answer = program["Answer"]()
    answer.begin(first)
    taken = [answer.take({**one, "audio": str(one["audio"]).encode()}) for one in pieces]
    assert [sound.decode() for heard in taken for _, sound in heard] == parts


@pytest.mark.real
async def test_the_program_of_getting_started(vivavoce: Served, tmp_path: Path) -> None:
    program = block(ROOT / "docs" / "getting-started.md", "python", "http://127.0.0.1:7171")
    code, told, problems = await run(tmp_path, "first.py", program.replace("http://127.0.0.1:7171", vivavoce.origin))
    assert (code, problems) == (0, "")
    assert "warnings" not in told
    assert (tmp_path / "answer.mp3").stat().st_size > 1_000


@pytest.mark.real
async def test_the_script_of_the_page_can_be_parsed(tmp_path: Path) -> None:
    page = block(JAVASCRIPT, "html", "AudioWorkletNode")
    script = page.partition('<script type="module">')[2].partition("</script>")[0]
    assert "response.cancelled" in script
    (tmp_path / "page.mjs").write_text(script, "utf-8")
    checked = await trio.run_process([node(), "--check", "page.mjs"], cwd=tmp_path, check=False, capture_stderr=True)
    assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.mark.parametrize(
    "guide", [path for path in sorted(GUIDES.rglob("*.*")) if path.is_file()], ids=lambda p: p.name
)
class TestWording:
    """What is true of every guide, also of those that cannot be run here."""

    def test_its_events_exist(self, guide: Path) -> None:
        assert set(_EVENT.findall(guide.read_text("utf-8"))) <= set(EVENTS)

    def test_its_links_lead_somewhere(self, guide: Path) -> None:
        links = _LINK.findall(_BLOCK.sub("", guide.read_text("utf-8"))) if guide.suffix == ".md" else []
        assert [link for link in links if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("guide", "words"),
    [
        ("unity/VivavoceClient.cs", ("var tts = new { stream = true };", "TTS = tts")),
        ("unreal/VivavoceComponent.cpp", ('Tts->SetBoolField(TEXT("stream"), true)', 'TEXT("TTS"), Tts')),
        ("unreal.md", ("`stream` = true",)),
    ],
)
def test_engines_ask_for_pieces(guide: str, words: tuple[str, ...]) -> None:
    text = (GUIDES / guide).read_text("utf-8")
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    "guide",
    ["javascript.md", "python.md", "csharp.md", "cpp.md", "unity/VivavoceClient.cs", "unreal/VivavoceComponent.cpp"],
)
def test_every_client_hears_what_it_must(guide: str) -> None:
    handled = set(_EVENT.findall((GUIDES / guide).read_text("utf-8")))
    assert {"session.joined", "response.started", "response.audio.delta", "response.cancelled"} <= handled
    assert {"session.update", "input.buffer.append", "input.buffer.commit", "custom.error"} <= handled
