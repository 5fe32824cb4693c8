"""`vivavoce talk` as a person runs it, against the running server."""

import re
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.real.programs import VIVAVOCE, Served
from tests.real.speech import (
    LONGEST,
    QUESTION,
    SHORTEST,
    Sentence,
    lasts_as_its_words_need,
    playing_seconds,
    words,
)

pytestmark = pytest.mark.real
ANSWER = "I heard: What have you heard."


def talk(file: Path | None, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [VIVAVOCE, "talk", *([str(file)] if file else []), "--url", url, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize("suffix", ["mp3", "wav", "opus"])
def test_it_shows_the_transcript_and_saves_the_answer(
    vivavoce: Served, said: Mapping[str, Sentence], tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / "question.wav"
    file.write_bytes(said[QUESTION].wav)
    ended = talk(file, vivavoce.origin, "--save", str(tmp_path / "saved"), "--format", suffix, "--no-realtime")
    assert ended.returncode == 0, ended.stderr
    assert f"“{QUESTION}”" in ended.stdout
    assert ANSWER in ended.stdout
    states = ("handshaken", "receiving", "transcribing", "responding", "speaking")
    places = [ended.stdout.index(state) for state in states]
    assert places == sorted(places)
    (saved,) = (tmp_path / "saved").iterdir()
    assert saved.suffix == f".{suffix}"
    assert lasts_as_its_words_need(saved.read_bytes(), ANSWER)


@pytest.mark.parametrize("audio_format", ["mp3", "wav", "opus", "pcm16/48000"])
def test_every_form_of_an_answer_in_every_format(vivavoce: Served, tmp_path: Path, audio_format: str) -> None:
    forms = ("--stream", "--multiple", "--unordered", "--llm-stream")
    said = ("--text", "count to twenty", "--format", audio_format, "--save", str(tmp_path), "--no-realtime")
    ended = talk(None, vivavoce.origin, *said, *forms)
    assert ended.returncode == 0, ended.stdout
    texts = dict(re.findall(r"sound +part (\d+): .* in \d+ pieces, [\d.]+ s: “(.*)”", ended.stdout))
    assert "".join(texts[number] for number in sorted(texts, key=int)) in ended.stdout
    parts = {path.stem.rpartition("-")[2]: path for path in tmp_path.iterdir()}
    assert parts.keys() == texts.keys()
    for number, path in parts.items():
        sound = path.read_bytes()
        seconds = len(sound) / 96_000 if path.suffix == ".pcm" else playing_seconds(sound)
        assert SHORTEST <= seconds / len(words(texts[number])) <= LONGEST
    assert re.search(r"last audio .*█.* \d+ ms", ended.stdout)


def test_a_session_goes_on_from_one_run_to_the_next(
    vivavoce: Served, said: Mapping[str, Sentence], tmp_path: Path
) -> None:
    file, saved, session = tmp_path / "question.wav", tmp_path / "saved", str(uuid.uuid4())
    file.write_bytes(said[QUESTION].wav)
    arguments = ("--save", str(saved), "--no-realtime", "--session", session)
    assert ANSWER in talk(file, vivavoce.origin, *arguments).stdout
    second = talk(file, vivavoce.origin, *arguments)
    assert session in second.stdout
    assert "And before that: What have you heard." in second.stdout
    assert sorted(part.name for part in saved.iterdir()) == ["answer-1-part-0.mp3", "answer-2-part-0.mp3"]


def test_it_says_where_no_server_is(tmp_path: Path, said: Mapping[str, Sentence]) -> None:
    file = tmp_path / "question.wav"
    file.write_bytes(said[QUESTION].wav)
    ended = talk(file, "http://127.0.0.1:1")
    assert ended.returncode == 2
    assert "127.0.0.1:1" in ended.stderr
    assert "Traceback" not in ended.stderr
