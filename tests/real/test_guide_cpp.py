"""The program of the C++ guide, built and run: with the library where it is installed, else with a double of it."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
import trio

from tests.real.clients import NET
from tests.real.programs import ROOT, Served
from tests.real.speech import QUESTION, Sentence, lasts_as_its_words_need, words
from tests.real.test_guides import GUIDES, block
from tests.real.wire import leave

pytestmark = pytest.mark.real
Said = Mapping[str, Sentence]

DOUBLE = ROOT / "tests" / "real" / "cpp"
PREFIX = os.environ.get("SOCKET_IO_CLIENT_CPP", "")
"""Where the library is installed, as the guide does it with CMAKE_INSTALL_PREFIX."""
LIBRARY = (f"-I{PREFIX}/include", f"-L{PREFIX}/lib", "-lsioclient") if PREFIX else (f"-I{DOUBLE}", "-Werror")
MISSING = "there is no C++ compiler: install it (Debian: apt-get install g++), or name it in CXX"


def find_compiler() -> str:
    """The compiler's program. Where there is none the test is skipped, and fails in continuous integration (CI)."""
    found = shutil.which(os.environ.get("CXX", "g++"))
    if not found and os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(MISSING)
    if not found:
        pytest.skip(MISSING)
    return found


def build(folder: Path, code: str) -> str:
    """Compile a program; warnings are errors."""
    (folder / "talk.cpp").write_text(code, "utf-8")
    options = ("-std=c++17", "-Wall", "-Wextra", *LIBRARY, "-lpthread", "-o", "talk")
    command = [find_compiler(), "talk.cpp", *options]
    built = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=NET)
    assert (built.returncode, built.stderr) == (0, "")
    return str(folder / "talk")


async def run(program: str, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Its exit code, negative where a signal ended it, and what it wrote to stdout and stderr."""
    with trio.fail_after(NET):
        ended = await trio.run_process(
            [program, *arguments], cwd=folder, check=False, capture_stdout=True, capture_stderr=True
        )
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


CODE = block(GUIDES / "cpp.md", "cpp", "talk FILE SESSION")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The guide's program, built once: that takes longer than what it does."""
    return build(tmp_path_factory.mktemp("program"), CODE)


@pytest.mark.parametrize("is_left", [False, True], ids=["a new session", "a session that another has left"])
async def test_it_holds_a_spoken_turn_and_another_in_the_same_session(
    vivavoce: Served, said: Said, program: str, tmp_path: Path, is_left: bool
) -> None:
    session = str(uuid4())
    (tmp_path / "question.wav").write_bytes(said[QUESTION].wav)
    if is_left:
        await leave(vivavoce, session)
    for turn in range(2):
        code, told, problems = await run(program, tmp_path, "question.wav", session, vivavoce.origin)
        assert (code, problems) == (0, "")
        heard, spoken = re.findall(r"^(?:heard|answer): (.*)$", told, re.MULTILINE)
        assert len(set(words(heard)) & set(words(QUESTION))) >= 4
        assert lasts_as_its_words_need((tmp_path / "answer-0.wav").read_bytes(), spoken), turn
        (tmp_path / "answer-0.wav").unlink()


async def test_it_says_what_is_wrong_and_ends(vivavoce: Served, program: str, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    code, _, problems = await run(program, tmp_path, "empty.wav", str(uuid4()), vivavoce.origin)
    assert (code, "there is no audio to transcribe" in problems) == (1, True)
    code, _, problems = await run(program, tmp_path, "empty.wav", "mine", vivavoce.origin)
    assert (code, problems.startswith("refused: sessionId: ")) == (1, True)


@pytest.mark.skipif(bool(PREFIX), reason="what the double does on purpose")
async def test_binary_sound_would_end_the_library_which_is_why_the_guide_asks_for_none(
    vivavoce: Served, said: Said, tmp_path: Path
) -> None:
    program = build(tmp_path, CODE.replace('{"isBase64", "true"}', '{"isBase64", "false"}'))
    (tmp_path / "question.wav").write_bytes(said[QUESTION].wav)
    code, _, _ = await run(program, tmp_path, "question.wav", str(uuid4()), vivavoce.origin)
    assert code == -signal.SIGABRT
