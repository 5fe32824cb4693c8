"""The recordings of a server as a whole: the folder at the start, what is made while it runs, and its end."""

import stat
from pathlib import Path

import pytest
import trio

from actors.ports.taping import Tape
from adapters.recordings.format import WAV_FILE
from adapters.recordings.reading import read_about
from adapters.recordings.recordings import Recordings
from adapters.settings.errors import StartupFailed
from adapters.settings.recordings import RecordingSettings
from protocol.connecting import Auth
from protocol.messages import Names
from tests.adapters.recordings.kit import SESSION, only

NET = 60.0


def kept_in(folder: Path) -> Recordings:
    return Recordings(RecordingSettings(folder=str(folder)), Names())


def begun(recordings: Recordings) -> Tape:
    tape = recordings.recorder.open(SESSION, "lobby", {})
    assert tape is not None
    tape.joined(1, "lobby", Auth(role="both"))
    return tape


def test_a_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    kept_in(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartupFailed) as failed:
        kept_in(tmp_path / "file" / "kept")
    assert str(failed.value) == (
        f"[recordings] folder: {tmp_path / 'file' / 'kept'}: Not a directory; "
        "make it writable, name another one, or leave it out to record nothing"
    )


@pytest.mark.real
async def test_what_sessions_say_as_they_are_cancelled_is_written(tmp_path: Path) -> None:
    async def go_on(tape: Tape) -> None:
        try:
            await trio.sleep_forever()
        finally:
            tape.close("the server was ended")

    recordings = kept_in(tmp_path)
    with trio.fail_after(NET):
        async with trio.open_nursery() as nursery:
            await nursery.start(recordings.run)
            nursery.start_soon(go_on, begun(recordings))
            await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()
    about = read_about(only(tmp_path))
    assert (about.complete, about.why) == (True, "the server was ended")


@pytest.mark.real
async def test_each_that_ends_gets_its_sound(tmp_path: Path) -> None:
    def made() -> bool:
        return any(tmp_path.glob(f"*/{WAV_FILE}"))

    recordings = kept_in(tmp_path)
    with trio.fail_after(NET):
        async with trio.open_nursery() as nursery:
            await nursery.start(recordings.run)
            begun(recordings).close("over")
            while not made():  # noqa: ASYNC110 - another process makes it
                await trio.sleep(0.05)
            nursery.cancel_scope.cancel()
