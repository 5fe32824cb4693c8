"""The engines of hands-free conversations: which are chosen, and what people are told."""

from pathlib import Path

import pytest

from adapters.choosing.handsfree import HandsFree
from adapters.listening import models
from adapters.settings.errors import StartupFailed
from adapters.settings.settings import ListeningSettings


def have(monkeypatch: pytest.MonkeyPatch, hears: Path | None, ends: Path | None, *, runtime: bool = True) -> None:
    """Have this machine have these models."""
    monkeypatch.setattr(models, "voice_activity_model", lambda: hears)
    monkeypatch.setattr(models, "turn_end_model", lambda: ends)
    monkeypatch.setattr(models, "can_judge_turns", lambda: runtime)


@pytest.mark.parametrize(
    ("hears", "ends", "runtime", "said"),
    [
        (True, True, True, "hands-free: Silero's detector hears speech, and Smart Turn judges the end of a turn"),
        (True, True, False, "and silence alone ends a turn; Smart Turn needs pip install 'vivavoce[voice]'"),
        (
            True,
            False,
            True,
            "Silero's detector hears speech, and silence alone ends a turn; what is missing: python -m",
        ),
        (False, False, True, "WebRTC's detector, which mistakes noise, hears speech, and silence alone ends a turn;"),
        (False, False, False, "fetching fetches it; Smart Turn needs pip install 'vivavoce[voice]'"),
    ],
)
def test_people_are_told_what_hears_and_what_ends(
    hears: bool, ends: bool, runtime: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(monkeypatch, Path("hears") if hears else None, Path("ends") if ends else None, runtime=runtime)
    made = HandsFree(ListeningSettings())
    assert said in made.note
    assert made.turn_end.counts.engine == ("smart-turn" if ends and runtime else "")


@pytest.mark.parametrize("setting", ["voice_activity_model", "turn_end_model"])
def test_a_file_that_is_not_there_ends_the_start(setting: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    have(monkeypatch, None, None)
    with pytest.raises(StartupFailed, match=rf"\[listening\] {setting}: .*absent is no file"):
        HandsFree(ListeningSettings(**{setting: str(tmp_path / "absent")}))


def test_a_file_that_cannot_be_used_ends_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    have(monkeypatch, None, None, runtime=False)
    file = tmp_path / "other.onnx"
    file.write_bytes(b"no model")
    with pytest.raises(StartupFailed, match=r"voice_activity_model: .*other\.onnx is no model of Silero's"):
        HandsFree(ListeningSettings(voice_activity_model=str(file)))
    with pytest.raises(StartupFailed, match="turn_end_model needs onnxruntime"):
        HandsFree(ListeningSettings(turn_end_model=str(file)))


def test_a_file_may_begin_with_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    have(monkeypatch, None, None)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "turn.onnx").write_bytes(b"x")
    assert HandsFree(ListeningSettings(turn_end_model="~/turn.onnx")).turn_end.counts.engine == "smart-turn"
