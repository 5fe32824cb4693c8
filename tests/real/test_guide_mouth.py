"""The mouth of the Unity and Unreal components: their plain C# and C++ read what is told, and what a server told.

A conversation is recorded with a client of its own, as JSON lines. At each of its moments the weights have to be those
that docs/mouth.md says of the messages until then.
"""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import trio
from msgspec.structs import replace

from protocol.mouth import SHAPES
from tests.real.clients import talking
from tests.real.programs import ROOT, Served
from tests.real.test_guide_cpp import find_compiler

pytestmark = pytest.mark.real

CLIENTS = ROOT / "docs" / "clients"
HERE = ROOT / "tests" / "real"
SECONDS = 60.0
MISSING = "there is no C# compiler: install it (Debian: apt-get install mono-mcs mono-runtime)"
Reader = Callable[[Sequence[str]], list[list[float]]]


def answers(command: Sequence[str], lines: Sequence[str]) -> list[list[float]]:
    """What a program prints to the lines: the weights of each moment that is asked for."""
    ran = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, timeout=SECONDS, check=True)
    return [[float(weight) for weight in line.split()] for line in ran.stdout.splitlines()]


def in_csharp(folder: Path) -> Reader:
    """The Unity component's reading. Without a compiler it is skipped, and fails in continuous integration (CI)."""
    compiler = shutil.which("mcs")
    if not compiler and os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(MISSING)
    if not compiler:
        pytest.skip(MISSING)
    program = folder / "mouth.exe"
    sources = [str(CLIENTS / "unity" / "MouthTrack.cs"), str(HERE / "csharp" / "MouthProgram.cs")]
    subprocess.run([compiler, "-warnaserror", f"-out:{program}", *sources], check=True, timeout=SECONDS)
    return lambda lines: answers(["mono", str(program)], lines)


def in_cpp(folder: Path) -> Reader:
    """The Unreal component's reading."""
    program = folder / "mouth"
    options = ["-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{CLIENTS / 'unreal'}", "-o", str(program)]
    subprocess.run([find_compiler(), str(HERE / "cpp" / "mouth.cpp"), *options], check=True, timeout=SECONDS)
    return lambda lines: answers([str(program)], lines)


@pytest.fixture(scope="module", params=[in_csharp, in_cpp], ids=["Unity", "Unreal"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A component's reading logic, built."""
    build: Callable[[Path], Reader] = request.param
    return build(tmp_path_factory.mktemp("mouth"))


def take(message: dict[str, Any]) -> str:
    """A `response.mouth` as a line."""
    lists = [message.get(name) for name in ("times", "shapes", "weights")]
    texts = ["-" if values is None else ",".join(map(str, values)) or "," for values in (*lists, message.get("values"))]
    numbers = [message["turn"], message["id"], message.get("from", 0)]
    flags = [int(message.get(name, False)) for name in ("cut", "revised")]
    return " ".join(map(str, ["take", *numbers, *flags, *texts[:3], message.get("fps", 0), texts[3]]))


def ask(part: int, ms: float, count: int) -> str:
    """The question for the weights at a moment."""
    return f"ask {part} {ms} {count}"


def blend(message: dict[str, Any], ms: float) -> list[float]:
    """What docs/mouth.md says of key frames: from one to the next, by 3x² − 2x³."""
    weights = [0.0] * len(SHAPES["ovr"])
    keys = list(zip(message["times"], message["shapes"], message["weights"], strict=True))
    before = [key for key in keys if key[0] <= ms]
    after = [key for key in keys if key[0] > ms]
    if before:
        time, shape, weight = before[-1]
        share = ((ms - time) / (after[0][0] - time)) if after else 0.0
        share = 3 * share**2 - 2 * share**3
        weights[shape] += weight * (1 - share)
        if after:
            weights[after[0][1]] += after[0][2] * share
    return weights


def track(seed: int) -> dict[str, Any]:
    """A part's mouth, of any shapes at any times."""
    chance = random.Random(seed)
    times = sorted(chance.sample(range(1, 4_000), 60))
    shapes = [chance.randrange(len(SHAPES["ovr"])) for _ in times]
    weights = [round(chance.random(), 2) for _ in times]
    whole = {"times": [*times, 4_100], "shapes": [*shapes, 0], "weights": [*weights, 0.0]}
    return {"turn": 7, "id": 0, "from": 0, "last": True, **whole}


def in_two(message: dict[str, Any], at: int) -> list[dict[str, Any]]:
    """The same mouth in two messages."""
    lists = ("times", "shapes", "weights")
    first = message | {name: message[name][:at] for name in lists} | {"last": False}
    return [first, message | {name: message[name][at:] for name in lists} | {"from": message["times"][at]}]


@pytest.mark.parametrize("seed", range(3))
def test_key_frames_blend_as_the_guide_says_however_the_messages_are_cut(read: Reader, seed: int) -> None:
    message, count = track(seed), len(SHAPES["ovr"])
    moments = [random.Random(seed).uniform(0, 4_300) for _ in range(40)] + [float(time) for time in message["times"]]
    lines = ["begin 7", *map(take, in_two(message, 20 + seed)), *(ask(0, ms, count) for ms in moments)]
    for ms, weights in zip(moments, read(lines), strict=True):
        assert weights == pytest.approx(blend(message, ms), abs=2e-3), ms


def test_arkit_goes_straight_from_frame_to_frame(read: Reader) -> None:
    rows = {"turn": 7, "id": 2, "from": 0, "fps": 30, "values": [0.0, 0.5, 1.0, 0.0, 0.0, 0.25], "last": True}
    found = read(["begin 7", take(rows), *(ask(2, ms, 2) for ms in (0, 1000 / 60, 1000 / 30, 900))])
    assert found == [pytest.approx(row, abs=1e-3) for row in ([0, 0.5], [0.5, 0.25], [1, 0], [0, 0.25])]


def test_a_cut_and_another_answer_close_the_mouth(read: Reader) -> None:
    message, count = track(1), len(SHAPES["ovr"])
    cut = {"turn": 7, "id": 0, "times": [500], "shapes": [0], "weights": [0], "last": True, "cut": True}
    found = read(
        ["begin 7", take(message), take(cut), ask(0, 700, count), "begin 8", take(message), ask(0, 700, count)]
    )
    assert found == [[0.0] * count, [0.0] * count]


def test_a_part_that_is_made_anew_forgets_what_was_said_of_it(read: Reader) -> None:
    anew = {"turn": 7, "id": 0, "from": 0, "times": [0, 100], "shapes": [10, 0], "weights": [0.5, 0], "revised": True}
    found = read(["begin 7", take(track(1)), take(anew), ask(0, 0, 15), ask(0, 3_000, 15)])
    assert found == [[0.5 if shape == 10 else 0.0 for shape in range(15)], [0.0] * 15]


# ---- a conversation


TTS = {"stream": True, "model": "espeak-ng", "responseType": "multiple"}
TALK = ("response.started", "response.mouth", "response.cancelled")
SAYS, IS_CUT = "Map the fifth moon. Bob hums a lullaby.", "A bumpy map. " * 40
Telling = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module", params=["ovr", "arkit"])
def conversation(request: pytest.FixtureRequest, vivavoce: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a client was told of the mouths of two answers: a JSON line each."""
    path = tmp_path_factory.mktemp("conversation") / "told.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in trio.run(recorded, vivavoce, request.param)))
    return path


async def recorded(server: Served, mouth: str) -> list[Telling]:
    """An answer in two parts, cut while it plays, and one that is cancelled when its first sound is there."""
    async with talking("python", replace(server, origin=f"{server.origin}/?mouth={mouth}")) as talker:
        await talker.ask("session.update", {"LLM": {"model": "echo"}, "TTS": TTS})
        await talker.ask("input.text", {"text": SAYS})
        await talker.until("response.audio.delta", done=True)
        await talker.ask("input.text", {"text": IS_CUT})
        await talker.until("response.audio.delta", streamPartDone=False)
        await talker.ask("response.cancel")
        await talker.until("response.cancelled")
        return [(heard.name, heard.payload) for heard in talker.heard if heard.name in TALK]


class MouthReading:
    """What the documents say of a mouth: the weights at a moment, by the messages until now."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def take(self, name: str, message: dict[str, Any]) -> None:
        """The next message."""
        if name == "response.started" or message.get("cut"):
            self.told.clear()
        elif name == "response.mouth":
            self.told.append(message)

    def at(self, part: int, ms: float) -> list[float]:
        """The weights then."""
        told = [message for message in self.told if message["id"] == part]
        if told and "values" in told[0]:
            return self._between_rows([value for message in told for value in message["values"]], told[0]["fps"], ms)
        lists = ("times", "shapes", "weights")
        return blend({name: [value for message in told for value in message[name]] for name in lists}, ms)

    @staticmethod
    def _between_rows(values: list[float], fps: int, ms: float) -> list[float]:
        width = len(SHAPES["arkit"])
        rows = [values[start : start + width] for start in range(0, len(values), width)]
        frame = min(ms * fps / 1000, len(rows) - 1)
        before, after = rows[int(frame)], rows[min(int(frame) + 1, len(rows) - 1)]
        return [one + (other - one) * (frame % 1) for one, other in zip(before, after, strict=True)]


def asked(told: Sequence[Telling]) -> tuple[list[str], list[list[float]]]:
    """A recording as lines, with questions behind each message, and the answers to those."""
    chance, reading = random.Random(16), MouthReading()
    lines: list[str] = []
    expected: list[list[float]] = []
    for name, message in told:
        reading.take(name, message)
        lines += [f"begin {message['turn']}"] if name == "response.started" else []
        if name != "response.mouth":
            continue
        lines.append(take(message))
        end = message.get("to", 1_000)
        moments = [0.0, float(end), end + 500.0, *(chance.uniform(message.get("from", 0), end) for _ in range(5))]
        for ms in moments:
            weights = reading.at(message["id"], ms)
            lines.append(ask(message["id"], ms, len(SHAPES[message["set"]])))
            expected.append(weights if any(weights) else [0.0] * len(SHAPES[message["set"]]))
    return lines, expected


def test_a_recorded_conversation_has_the_same_mouth_in_each_language(read: Reader, conversation: Path) -> None:
    told: list[Telling] = [(name, message) for name, message in map(json.loads, conversation.read_text().splitlines())]
    mouths = [message for name, message in told if name == "response.mouth"]
    assert [message["turn"] for message in mouths if message.get("cut")] == [1, 2]
    assert {message["id"] for message in mouths if message["turn"] == 1} == {0, 1}
    lines, expected = asked(told)
    found = read(lines)
    assert len(found) == len(expected)
    for number, (own, weights) in enumerate(zip(found, expected, strict=True)):
        assert own == pytest.approx(weights, abs=2e-3), number
    assert sum(map(any, found)) > len(found) / 3, "the mouth moved"
    assert not any(found[-1]), "the cut closed it"


def test_the_rigs_names_are_in_the_order_of_the_wire() -> None:
    code = (CLIENTS / "unity" / "MouthNames.cs").read_text("utf-8")
    tables = re.findall(r'\{ "(\w+)", new\[\] \{(.*?)\}', code, re.DOTALL)
    assert {name for name, _ in tables} == {"ovr", "arkit", "vrm"}
    for name, table in tables:
        names = [entry.split("|") for entry in re.findall(r'"([^"]*)"', table)]
        assert len(names) == len(SHAPES[name])
        assert all(shape in own or own == [""] for shape, own in zip(SHAPES[name], names, strict=True)), name
