"""The servers that all tests of this folder share."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser

from tests.inprocess import WAY, WAYS
from tests.real.browser import Visitor, browsing, visiting, write_microphone
from tests.real.programs import CONFORMANCE, VIVAVOCE, Served, running
from tests.real.speech import QUESTION, THANKS, Sentence, say

PATIENT = {f"VIVAVOCE_LIMITS_{name}": "120" for name in ("TRANSCRIBING", "STT_SILENCE", "STT_CALL")}
"""Settings by which a recogniser that a busy machine slows down is waited for."""


@pytest.fixture(scope="session", params=["short", pytest.param("ordinary", marks=pytest.mark.long)])
def conformance_env(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Variables of the conformance servers: their WebSockets go the short way, or with --long the ordinary one."""
    return {WAY: WAYS[request.param]}


@pytest.fixture(scope="session")
def engineio_server(conformance_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The Engine.IO conformance server."""
    log = tmp_path_factory.mktemp("engineio") / "log"
    with running(*CONFORMANCE, "engineio", "--port", "0", log=log, env=conformance_env) as served:
        yield served


@pytest.fixture(scope="session")
def socketio_server(conformance_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The Socket.IO conformance server."""
    log = tmp_path_factory.mktemp("socketio") / "log"
    with running(*CONFORMANCE, "socketio", "--port", "0", log=log, env=conformance_env) as served:
        yield served


@pytest.fixture(scope="session")
def vivavoce(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The voice server with its embedded engines; an attachment that does not come is given up after a second.

    WebSockets go the short way, or the one that a module of tests names as the fixture's parameter.
    """
    log = tmp_path_factory.mktemp("vivavoce") / "log"
    env = {"VIVAVOCE_SERVER_ATTACHMENT_TIMEOUT": "1", **PATIENT, WAY: WAYS[getattr(request, "param", "short")]}
    with running(VIVAVOCE, "serve", "--port", "0", log=log, env=env) as served:
        yield served


@pytest.fixture(scope="module")
def browser(said: Mapping[str, Sentence], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears QUESTION; a module's own, for its driver must be gone when trio runs again."""
    path = tmp_path_factory.mktemp("microphone") / "question.wav"
    with browsing(write_microphone(said[QUESTION], path)) as (_, launched):
        yield launched


@pytest.fixture(scope="session")
def said() -> Mapping[str, Sentence]:
    """Sentences of which the embedded recogniser understands every word."""
    return say(QUESTION, THANKS)


@pytest.fixture
def visitor(browser: Browser, vivavoce: Served) -> Iterator[Visitor]:
    """Somebody who has opened the page."""
    with visiting(browser, vivavoce.link) as visitor:
        visitor.sees_state("handshaken")
        yield visitor
