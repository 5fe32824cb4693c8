"""What of a scenario cannot be, though each of its values can: steps that nothing begins, names of nobody."""

import wave
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from adapters.scenarios.scenario import (
    ACTIONS,
    KINDS,
    MOMENTS,
    SENDER,
    TOLD,
    CallerStep,
    ClientKeys,
    Expectation,
    Scenario,
    ScenarioFile,
    member_name,
)
from protocol.handshake import BadHandshake, read_handshake
from protocol.messages import Names
from protocol.tolerant import nearest, show

Place = tuple[str | int, ...]
"""Where something stands in a file: names of sections and keys, and the index in a list of sections."""
MOST_SECONDS: Final = 600
"""Seconds of a sound that is played."""
MOST_STEPS: Final = 200


class Fault(NamedTuple):
    """What is wrong at a place, in words."""

    place: Place
    words: str


def faults(scenario: Scenario) -> Iterator[Fault]:
    """All that cannot be in a scenario whose values can be."""
    file = scenario.file
    if scenario.configuration.stt.media_format != "pcm16":
        yield Fault(("session", "STT"), "mediaFormat: the caller of a scenario sends pcm16; leave it out")
    if not file.caller and file.recording is None:
        yield Fault((), "there is no [[caller]], so nothing happens; or name a recording")
    if not file.expect:
        yield Fault((), "there is no [[expect]], so nothing could fail")
    if len(file.caller) > MOST_STEPS:
        yield Fault(("caller",), f"{len(file.caller)} steps, allowed: {MOST_STEPS} at most")
    yield from _of_recording(scenario)
    yield from _of_clients(scenario)
    yield from _of_presence(scenario)
    yield from _of_answers(scenario)
    for number, step in enumerate(file.caller):
        for key, words in _of_step(scenario, number, step):
            yield Fault(("caller", number, key) if key else ("caller", number), words)
    for number, expected in enumerate(file.expect):
        for key, words in _of_expectation(scenario, expected):
            yield Fault(("expect", number, key) if key else ("expect", number), words)


def _of_recording(scenario: Scenario) -> Iterator[Fault]:
    """What a recording says itself."""
    file, usual = scenario.file, ScenarioFile(title="usual")
    for section in ("session", "limits", "sender", "receiver", "caller", "answer", "recogniser", "synthesiser"):
        if file.recording is not None and getattr(file, section) != getattr(usual, section):
            yield Fault((section,), "the recording says that; leave it out")


def clients_of(scenario: Scenario) -> list[str]:
    """The names of all clients, the Sender first."""
    if scenario.recording is not None:
        members = scenario.recording.about.members
        return [SENDER, *(member_name(number) for number, auth in members.items() if auth.role == "receiver")]
    return [SENDER, *(receiver.name for receiver in scenario.file.receiver)]


def _of_clients(scenario: Scenario) -> Iterator[Fault]:
    names = [SENDER, *(receiver.name for receiver in scenario.file.receiver)]
    for number, receiver in enumerate(scenario.file.receiver):
        if names.count(receiver.name) > 1:
            yield Fault(("receiver", number, "name"), f"{show(receiver.name)} is the name of another client too")
    if scenario.file.sender.role == "receiver":
        yield Fault(("sender", "role"), "came receiver, allowed: both, sender")
    places: list[Place] = [("sender",), *(("receiver", number) for number in range(len(scenario.file.receiver)))]
    clients: tuple[ClientKeys, ...] = (scenario.file.sender, *scenario.file.receiver)
    for place, keys in zip(places, clients, strict=True):
        try:
            read_handshake(msgspec.to_builtins(keys.auth("", "")), {}, Names())
        except BadHandshake as error:
            yield Fault(place, str(error))


def _of_presence(scenario: Scenario) -> Iterator[Fault]:
    """Clients that come though they are there, or go though they are not."""
    there = set(clients_of(scenario)) - scenario.late
    for number, step in enumerate(scenario.file.caller):
        if step.join in there:
            yield Fault(("caller", number, "join"), f"{show(step.join)} is there already")
        if step.leave in clients_of(scenario) and step.leave not in there:
            yield Fault(("caller", number, "leave"), f"{show(step.leave)} is not there")
        there = (there | {step.join} if step.join else there) - {step.leave}


def _of_answers(scenario: Scenario) -> Iterator[Fault]:
    for number, answer in enumerate(scenario.file.answer):
        if scenario.file.model != "script":
            yield Fault(("answer", number), f"the model is the {scenario.file.model}, so no answer is scripted")
        if answer.fails and answer.hangs:
            yield Fault(("answer", number, "hangs"), "it fails already; one of the two")
        if not (answer.text or answer.fails or answer.hangs):
            yield Fault(("answer", number), "it has no text, and neither fails nor hangs")
    for section, engine in (("recogniser", scenario.file.recogniser), ("synthesiser", scenario.file.synthesiser)):
        if engine.fails and engine.hangs:
            yield Fault((section, "hangs"), "it fails already; one of the two")


# ---- steps


def _of_step(scenario: Scenario, number: int, step: CallerStep) -> Iterator[tuple[str, str]]:
    """Key and words of each fault; key "" for the step as a whole."""
    given = [action for action in ACTIONS if getattr(step, action) is not None]
    if len(given) != 1:
        came = " and ".join(given) or "none"
        yield "", f"came {came}, allowed: exactly one of {', '.join(ACTIONS)}"
        return
    yield from _of_time(number, step)
    names = [other.name for other in scenario.file.caller[:number] if other.name]
    if step.name and step.name in names:
        yield "name", f"{show(step.name)} is the name of another step too"
    if step.heard_as is not None and step.action not in ("say", "play"):
        yield "heard_as", "only what is said or played is heard"
    if step.noise_db is not None and not step.is_sound:
        yield "noise_db", "noise is only under say, play and silence_ms"
    if not step.commit and (not step.is_sound or scenario.is_hands_free):
        yield "commit", "only sound is committed, and with turnDetection the server does that"
    if step.do == "create" and not scenario.is_hands_free:
        yield "do", "create is for turnDetection with createResponse false"
    yield from _of_client(scenario, step)
    if step.play is not None:
        yield from _of_file(scenario, step.play)


def _of_time(number: int, step: CallerStep) -> Iterator[tuple[str, str]]:
    if step.at_ms is not None and step.after is not None:
        yield "after", "at_ms says already when it begins; one of the two"
    if step.after is None:
        return
    if step.after not in MOMENTS:
        yield "after", f"came {show(step.after)}, allowed: a state, sound, or an event ({nearest(step.after, MOMENTS)})"
    elif number == 0:
        yield "after", "nothing happens before the first step"


def _of_client(scenario: Scenario, step: CallerStep) -> Iterator[tuple[str, str]]:
    for key in ("join", "leave"):
        name = getattr(step, key)
        if name is not None and name not in clients_of(scenario):
            yield key, f"came {show(name)}, allowed: {', '.join(clients_of(scenario))}"


def _of_file(scenario: Scenario, name: str) -> Iterator[tuple[str, str]]:
    path = scenario.path.parent / name
    try:
        with wave.open(str(path), "rb") as file:
            seconds = file.getnframes() / (file.getframerate() or 1)
            if file.getsampwidth() != 2:
                yield "play", f"{path}: has {8 * file.getsampwidth()} bits a sample, allowed: 16"
            if not 0 < seconds <= MOST_SECONDS:
                yield "play", f"{path}: plays {seconds:g} s, allowed: up to {MOST_SECONDS} s"
    except OSError as error:
        yield "play", f"{path}: cannot be read: {error.strerror or error}"
    except (wave.Error, EOFError):
        yield "play", f"{path}: no WAV file of 16 bit samples"


# ---- expectations


def _of_expectation(scenario: Scenario, expected: Expectation) -> Iterator[tuple[str, str]]:
    given = [kind for kind in KINDS if getattr(expected, kind) is not None]
    if len(given) > 1:
        yield "", f"came {' and '.join(given)}, allowed: one of them; write another [[expect]]"
        return
    if not given and expected.within_ms is None:
        yield "", f"nothing is expected, allowed: within_ms, {', '.join(KINDS)}"
    if expected.is_never and expected.within_ms is not None:
        yield "within_ms", f"{given[0]} is of all that is told from its step on"
    for key in ("event", "never"):
        name = getattr(expected, key)
        if name is not None and name not in TOLD:
            yield key, f"came {show(name)}, allowed: an event of the server ({nearest(name, TOLD)})"
    if expected.receiver and expected.receiver not in clients_of(scenario):
        yield "receiver", f"came {show(expected.receiver)}, allowed: {', '.join(clients_of(scenario))}"
    yield from _of_its_step(scenario, expected)


def _of_its_step(scenario: Scenario, expected: Expectation) -> Iterator[tuple[str, str]]:
    names = [step.name for step in scenario.file.caller if step.name]
    count = MOST_STEPS if scenario.recording is not None else len(scenario.file.caller)
    if isinstance(expected.step, str) and expected.step not in names:
        known = ", ".join(names) or "none: no step has a name"
        yield "step", f"came {show(expected.step)}, allowed: {known}"
    if isinstance(expected.step, int) and not 1 <= expected.step <= count:
        yield "step", f"came {expected.step}, allowed: 1 to {count}"
