"""A replay held against its recording: whether it is the same, the first difference, and what was left out."""

import msgspec

from adapters.recordings.reading import SessionRecording
from adapters.replay.comparing import Difference, Strictness, compare
from adapters.replay.joined import compare_joined
from adapters.replay.livereplay import LiveOptions, replay_live
from adapters.replay.mouths import compare_mouths, told_parts
from adapters.replay.recordedcalls import CallDifference
from adapters.replay.showing import show_call, show_difference
from adapters.replay.told import end_of, tell, wire_names
from adapters.replay.virtualreplay import Replayed, replay_virtually


class ReplayReport(msgspec.Struct, frozen=True):
    """What came of a replay. `difference`: the first one, None where it is the same; `lines`: all of it in words."""

    difference: Difference | CallDifference | None
    lines: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether members were told the same."""
        return self.difference is None


def replay_and_compare(recording: SessionRecording, seconds: float = 0.25, seed: int = 0) -> ReplayReport:
    """Play a recording in virtual time, and compare; times may differ by so many `seconds`.

    Raises UnreadableRecording where it cannot be played.
    """
    return hold_against(recording, replay_virtually(recording, seed), seconds)


def hold_against(recording: SessionRecording, replayed: Replayed, seconds: float) -> ReplayReport:
    """Compare what members are told in a replay with what the recording says."""
    about = recording.about
    names = wire_names(about.names)
    end, why = end_of(recording.rows, names)
    is_whole = about.complete and not why
    strictness = Strictness(seconds, about.words, about.sound, *(() if is_whole else (end,)))
    expected, came = tell(recording.rows, names), tell(replayed.rows, names)
    told = compare(expected, came, strictness) or compare_mouths(
        expected, came, told_parts(recording.calls()), strictness
    )
    asked = replayed.differences[0] if replayed.differences else None
    notes = _notes(recording, end, why)
    if asked is not None and (told is None or asked.t <= told.t + seconds):
        return ReplayReport(asked, (show_call(asked), *_told_lines(recording, told), *notes))
    if told is not None:
        return ReplayReport(told, (*_told_lines(recording, told), *notes))
    count = sum(map(len, expected.values()))
    same = f"the same: {count} messages to {len(expected)} member{'s' * (len(expected) != 1)} in {end:.1f} s"
    return ReplayReport(None, (same, *notes))


async def replay_live_and_compare(recording: SessionRecording, options: LiveOptions) -> ReplayReport:
    """Play a recording against a running server, and compare what does not depend on its pace.

    Raises UnreadableRecording where it cannot be played, and what `connect` raises. Cancelling closes the connections.
    """
    names = wire_names(recording.about.names)
    end, why = end_of(recording.rows, names)
    expected = tell((row for row in recording.rows if row.t <= end), names)
    difference = compare_joined(expected, await replay_live(recording, options), names)
    notes = _notes(recording, end, why)
    if difference is not None:
        return ReplayReport(difference, (*_told_lines(recording, difference), *notes))
    return ReplayReport(None, (f"the same words, states and sound for {len(expected)} members", *notes))


def _told_lines(recording: SessionRecording, told: Difference | None) -> tuple[str, ...]:
    if told is None:
        return ()
    auth = recording.about.members.get(told.member)
    role = auth.role if auth is not None and isinstance(auth.role, str) else "both"
    return tuple(show_difference(told, role))


def _notes(recording: SessionRecording, end: float, why: str) -> tuple[str, ...]:
    """What is to be known of the comparison."""
    about = recording.about
    notes = []
    if why:
        notes.append(f"it was compared up to {end:.3f} s: {why}")
    elif not about.complete:
        notes.append(f"it was compared up to {end:.3f} s: the recording is not complete ({about.why or 'it is torn'})")
    if not about.words:
        notes.append("words were compared masked: what depends on them, such as backchannels, may differ")
    return tuple(f"  {note}" for note in notes)
