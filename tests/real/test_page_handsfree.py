"""The talk page hands-free, against a server that a test plays: what it sends and shows, and how it holds its sound."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.real.browser import Visitor, visiting
from tests.real.programs import ROOT, Served
from tests.real.speech import wav

pytestmark = pytest.mark.real
SCHEDULED = 50
"""Ms ahead at which a browser begins what goes on; until then it is a little before where it stopped."""
SESSION = "32a5e96a-c35d-4e97-8ee0-a2166057feac"
SECOND = bytes(range(1, 251)) * 192
"""A second of sound that is not silence, as pcm16 at 24 kHz."""

ASKED = """
  window.asked = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => {
    asked.push(wanted.audio);
    return ask(wanted);
  };
"""


class PlayedServer:
    """A server that says what a test has it say, and keeps what the page sends."""

    def __init__(self, page: Page) -> None:
        self.events: list[tuple[str, Any]] = []
        self.chunks: list[bytes] = []
        self.auth: dict[str, Any] = {}
        self.page = page
        self._socket: WebSocketRoute | None = None
        page.route_web_socket("**/socket.io/**", self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._hear)
        socket.send('0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}')

    def _hear(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self.chunks.append(frame)
        elif frame.startswith("40"):
            self.auth = json.loads(frame[2:])
            self.say("session.joined", sessionId=SESSION, role="both", state="idle", maxPayload=1_000_000, _kind="40")
        elif frame.startswith("42"):
            name, *payload = json.loads(frame[2:])
            self.events.append((name, payload[0] if payload else None))
            if name == "session.update":
                self.say("session.updated", sessionId=SESSION, success=True)
                self.say("session.state", state="handshaken")

    def say(self, name: str, _kind: str = "", **payload: Any) -> None:
        """The server sends this event."""
        assert self._socket is not None
        if _kind:
            self._socket.send(f'{_kind}{{"sid":"s"}}')
        self._socket.send("42" + json.dumps([name, payload]))

    def speak(self, turn: int, *, seconds: int = 3) -> None:
        """An answer of one part begins to be spoken."""
        self.say("session.state", state="responding")
        self.say("response.started", turn=turn)
        self.say("response.text.done", text="It is noon.")
        self.say("session.state", state="speaking")
        for at in range(seconds):
            self.sound(is_last=at == seconds - 1)

    def sound(self, *, is_last: bool) -> None:
        """A second of the part."""
        assert self._socket is not None
        audio = {"_placeholder": True, "num": 0}
        piece = {"id": 0, "text": "It is noon.", "audio": audio, "isBase64": False, "totalNumber": 0}
        piece |= {"done": is_last, "streamPartDone": is_last}
        self._socket.send("451-" + json.dumps(["response.audio.delta", piece]))
        self._socket.send(SECOND)

    def sent(self, name: str) -> list[Any]:
        """The payloads of these events that have come."""
        return [payload for event, payload in self.events if event == name]

    def wait(self, name: str, count: int = 1) -> list[Any]:
        """Wait until so many of them have come."""
        for _ in range(200):
            if len(self.sent(name)) >= count:
                return self.sent(name)
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{name}: {self.sent(name)}")

    def wait_chunks(self, more: int) -> None:
        """Wait until so many more chunks have come."""
        wanted = len(self.chunks) + more
        for _ in range(200):
            if len(self.chunks) >= wanted:
                return
            self.page.wait_for_timeout(25)
        raise AssertionError("no chunks come")


Played = tuple[Visitor, PlayedServer]


@pytest.fixture(scope="module")
def played(browser: Browser, vivavoce: Served) -> Iterator[Played]:
    """Somebody who has opened the page, pressed Talk once, and talks hands-free to a server that a test plays."""
    with visiting(browser, "about:blank", hands_free=True) as visitor:
        script = PlayedServer(visitor.page)
        visitor.page.add_init_script(ASKED)
        visitor.page.goto(vivavoce.link)
        visitor.sees_state("handshaken")
        visitor.page.locator("#talk").click()
        script.wait_chunks(3)
        yield visitor, script


def hint(visitor: Visitor, words: str) -> None:
    """Wait until the page says so."""
    expect(visitor.page.locator("#hint")).to_contain_text(words)


def quiet(script: PlayedServer) -> None:
    """The answer is over, and the page has said what it says of that."""
    script.say("response.cancelled", reason="cancelled")
    script.say("session.state", state="handshaken")
    expect(script.page.locator("body")).to_have_attribute("data-state", "handshaken")
    script.page.wait_for_timeout(50)
    script.events.clear()


# ---- the page and its server


def test_one_click_opens_the_microphone_and_the_server_is_told_how_to_listen(played: Played) -> None:
    visitor, script = played
    update = script.sent("session.update")[0]
    assert update["turnDetection"]["type"] == "semantic_vad"
    assert update["turnDetection"]["idleTimeoutMs"] == 0
    assert update["STT"]["mediaFormat"] == "pcm16/16000"
    assert script.auth["holds"] is True
    assert {len(chunk) for chunk in script.chunks} == {2 * 16 * 40}, "40 ms at 16 kHz"
    assert visitor.page.evaluate("asked[0].echoCancellation") == {"ideal": "all"}
    expect(visitor.page.locator("#cancels")).to_contain_text("echo")
    expect(visitor.page.locator("#talk")).to_have_attribute("aria-pressed", "true")
    expect(visitor.page.locator("#talk-text")).to_have_text("Mute")
    hint(visitor, "Just talk")


def test_it_shows_that_it_hears_and_that_it_waits(played: Played) -> None:
    visitor, script = played
    body = visitor.page.locator("body")
    expect(body).to_have_attribute("data-hears", "waits")
    script.say("input.speech.started", audioMs=100)
    script.say("session.state", state="receiving")
    script.say("input.buffer.initialized", sessionId=SESSION)
    expect(body).to_have_attribute("data-hears", "speech")
    hint(visitor, "I hear you")
    script.say("input.speech.stopped", audioMs=900)
    script.say("session.state", state="transcribing")
    script.say("request.transcribe.done", text="", sentiment="", language="en-US")
    script.say("session.state", state="handshaken")
    expect(body).to_have_attribute("data-hears", "waits")
    hint(visitor, "Just talk")
    assert "input.buffer.commit" not in dict(script.events), "the server finds the end"


def test_an_answer_is_held_and_goes_on_where_it_was(played: Played) -> None:
    visitor, script = played
    script.events.clear()
    script.speak(1)
    first = script.wait("playback.position", 3)
    assert first[0] == {"turn": 1, "id": 0, "ms": first[0]["ms"], "playing": True}
    assert first[0]["ms"] < 200
    script.say("response.held", turn=1, how="duck")
    hint(visitor, "want to say something")
    script.say("response.held", turn=1, how="pause")
    hint(visitor, "Waiting for you")
    told = script.wait("playback.position", len(script.sent("playback.position")) or 1)
    assert [one for one in told if not one["playing"]], told
    held = next(one["ms"] for one in told if not one["playing"])
    visitor.page.wait_for_timeout(300)
    assert script.sent("playback.position")[-1]["ms"] == held, "nothing is played while it is held"
    script.say("response.resumed", turn=1)
    hint(visitor, "Speaking")
    later = script.wait("playback.position", len(script.sent("playback.position")) + 2)
    assert later[-1]["playing"]
    assert held <= later[-1]["ms"] < held + 1500
    numbers = [one["ms"] for one in later]
    assert all(after > before - SCHEDULED for before, after in itertools.pairwise(numbers)), numbers
    quiet(script)
    expect(visitor.page.locator("body")).to_have_attribute("data-held", "")


def test_a_hold_of_another_turn_is_nothing(played: Played) -> None:
    visitor, script = played
    script.speak(3)
    script.wait("playback.position")
    script.say("response.held", turn=2, how="pause")
    script.say("session.state", state="speaking")
    script.wait("playback.position", len(script.sent("playback.position")) + 2)
    assert script.sent("playback.position")[-1]["playing"]
    expect(visitor.page.locator("body")).to_have_attribute("data-held", "")
    quiet(script)


def test_the_end_of_an_answer_is_told(played: Played) -> None:
    _, script = played
    script.speak(4, seconds=1)
    while not (told := script.wait("playback.position")) or told[-1]["playing"]:
        script.wait("playback.position", len(told) + 1)
    assert told[-1] == {"turn": 4, "id": 0, "ms": 1000, "playing": False}
    assert len(told) <= 8, "at most four a second, and the ends"
    quiet(script)


def test_an_answer_that_was_begun_too_early_makes_way_for_one_to_both_halves(played: Played) -> None:
    visitor, script = played
    said, answers = visitor.page.locator(".entry.you"), visitor.page.locator(".entry.avatar")
    script.say("request.transcribe.done", text="I would like", sentiment="", language="en-US")
    before = (said.count(), answers.count())
    script.speak(5)
    script.wait("playback.position")
    script.say("response.cancelled", reason="reopened")
    script.say("session.state", state="receiving")
    expect(answers).to_have_count(before[1])
    visitor.page.wait_for_timeout(50)
    assert not script.sent("playback.position")[-1]["playing"]
    script.say("request.transcribe.done", text="I would like two tickets", sentiment="", language="en-US")
    expect(visitor.said).to_have_text("I would like two tickets")
    expect(said).to_have_count(before[0])
    expect(visitor.page.locator(".chip.cut", has_text="reopened")).to_have_count(0)
    quiet(script)


def test_typing_leaves_the_microphone_open(played: Played) -> None:
    visitor, script = played
    visitor.write("help")
    assert script.wait("input.text") == [{"text": "help"}]
    script.wait_chunks(2)
    assert "input.buffer.clear" not in dict(script.events)
    quiet(script)


def test_an_echo_is_told_to_the_user(played: Played) -> None:
    visitor, script = played
    script.say("session.echo", delayMs=180, level=-14.5, message="your microphone hears the avatar 180 ms late")
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("hears the avatar 180 ms late")
    alert.get_by_role("button", name="Dismiss").click()


def test_a_server_that_goes_down_is_told_to_the_user(played: Played) -> None:
    visitor, script = played
    script.say("session.draining", seconds=30)
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("goes down within 30 s")
    alert.get_by_role("button", name="Dismiss").click()


def test_a_silence_is_told_to_the_user(played: Played) -> None:
    visitor, script = played
    script.say("input.idle", idleMs=7000)
    hint(visitor, "7 s")


def test_an_update_that_is_refused_leaves_the_microphone_as_it_was(played: Played) -> None:
    visitor, script = played
    script.say("session.updated", sessionId=SESSION, success=False)
    script.wait_chunks(2)
    expect(visitor.page.locator("#talk")).to_have_attribute("aria-pressed", "true")


def test_muting_ends_what_is_being_said(played: Played) -> None:
    visitor, script = played
    script.events.clear()
    script.say("session.state", state="receiving")
    hint(visitor, "I hear you")
    visitor.page.locator("#talk").click()
    script.wait("input.buffer.commit")
    expect(visitor.page.locator("#talk-text")).to_have_text("Talk")
    script.say("session.state", state="handshaken")
    hint(visitor, "Press Talk once")
    before = len(script.chunks)
    visitor.page.wait_for_timeout(200)
    assert len(script.chunks) == before
    visitor.page.locator("#talk").click()
    script.wait_chunks(2)
    assert len(script.sent("input.buffer.commit")) == 1


def test_an_answer_can_be_left_to_the_user(played: Played) -> None:
    visitor, script = played
    page = visitor.page
    page.locator("#settings-button").click()
    page.get_by_role("switch", name="Answer by itself").uncheck()
    page.get_by_role("button", name="Apply").click()
    page.locator("#settings-close").click()
    assert script.wait("session.update")[-1]["turnDetection"]["createResponse"] is False
    script.say("request.transcribe.done", text="how late is it", sentiment="", language="en-US")
    page.get_by_role("button", name="Answer", exact=True).click()
    script.wait("response.create")
    expect(page.locator("#reply")).to_be_hidden()


def test_to_hold_the_button_instead_is_remembered(played: Played) -> None:
    visitor, script = played
    page = visitor.page
    script.events.clear()
    page.get_by_role("switch", name="Hold to talk").check()
    assert script.wait("session.update")[-1]["turnDetection"]["type"] == "none"
    expect(page.locator("#talk")).to_have_attribute("aria-pressed", "false")
    hint(visitor, "Hold the button")
    page.reload()
    hint(visitor, "Hold the button")
    assert script.sent("session.update")[-1]["turnDetection"]["type"] == "none"
    page.get_by_role("switch", name="Hold to talk").uncheck()
    hint(visitor, "Press Talk once")
    assert script.sent("session.update")[-1]["turnDetection"]["type"] == "semantic_vad"


# ---- its modules

POSITIONS = """async (looks) => {
  const { Positions } = await import("/page/positions.js");
  const told = [], parts = [{ id: 0, seconds: 1 }, { id: 1, seconds: 0.5 }];
  const positions = new Positions(({ turn, id, ms, playing }) => told.push([turn, id, ms, playing]));
  for (const [now, part, ms, playing, always] of looks) {
    if (part === "begin") positions.begin(ms);
    else positions.look(part === null ? null : { part: parts[part], ms, playing }, now, always);
  }
  return told;
}"""


def test_positions_are_told_at_each_end_and_four_times_a_second(played: Played) -> None:
    looks: list[list[Any]] = [
        [0, 0, 0, True],
        [0, "begin", 7],
        [0, None, 0, False],
        *[[at, 0, at, True] for at in range(0, 1000, 50)],
        [1000, 1, 20, True],
        [1050, 1, 70, True, True],
        [1100, 1, 80, False],
        [1600, 1, 80, False],
        [1650, 1, 80, True],
        [1900, "begin", None],
        [1950, 1, 90, True],
    ]
    told = played[0].page.evaluate(POSITIONS, looks)
    assert told == [
        *[[7, 0, at, True] for at in (0, 250, 500, 750)],
        [7, 0, 1000, True],
        [7, 1, 20, True],
        [7, 1, 70, True],
        [7, 1, 80, False],
        [7, 1, 80, True],
    ]


RESAMPLED = """async ([from, hertz, block]) => {
  const { Resampler } = await import("/page/resample.js");
  const all = Float32Array.from({ length: from }, (_, at) => Math.sin((2 * Math.PI * hertz * at) / from));
  const resampler = new Resampler(from, 16000), made = [];
  for (let at = 0; at < from; at += block) made.push(...resampler.push(all.subarray(at, at + block)));
  const middle = made.slice(1000, -1000);
  return [made.length, Math.sqrt(middle.reduce((sum, sample) => sum + sample ** 2, 0) / middle.length), made[5000]];
}"""


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_second_is_a_second_at_another_rate(played: Played, rate: int) -> None:
    page = played[0].page
    count, loudness, sample = page.evaluate(RESAMPLED, [rate, 1000, 128])
    assert abs(count - 16_000) <= 20, "but for what the filter still waits for"
    assert loudness == pytest.approx(0.707, abs=0.01)
    assert page.evaluate(RESAMPLED, [rate, 1000, 997])[2] == pytest.approx(sample, abs=1e-6), "however it comes"
    if rate > 16_000:
        assert page.evaluate(RESAMPLED, [rate, 11_000, 128])[1] < 0.01, "what cannot be kept does not come back lower"


PLAYED = """async () => {
  const { Player, RATE } = await import("/page/player.js");
  const player = new Player(), one = { id: 0 }, two = { id: 1 }, found = [];
  const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  const look = (name) => {
    const { part = null, ms = 0, playing = false } = player.position ?? {};
    found.push([name, part?.id ?? null, ms, playing]);
  };
  await player.unlock();
  look("before");
  player.play(new Int16Array(RATE * 2).fill(8000), one);
  player.play(new Int16Array(RATE / 2).fill(8000), two);
  while (!(player.position?.ms > 0)) await wait(50);
  look("first");
  player.pause();
  look("paused");
  player.play(new Int16Array(RATE / 5).fill(8000), two);
  await wait(200);
  look("still");
  player.resume();
  await wait(450);
  look("second");
  for (let tries = 0; tries < 100 && player.position?.playing; tries += 1) await wait(50);
  look("end");
  player.stop();
  look("stopped");
  return found;
}"""


def test_the_player_pauses_at_the_position_and_keeps_what_comes(played: Played) -> None:
    page = played[0].page
    page.locator("#face").click()
    found = {name: (part, ms, playing) for name, part, ms, playing in page.evaluate(PLAYED)}
    assert found["before"] == found["stopped"] == (None, 0, False)
    part, ms, playing = found["first"]
    assert (part, playing) == (0, True)
    assert 0 < ms < 2000
    assert found["paused"] == found["still"]
    assert (found["paused"][0], found["paused"][2]) == (0, False)
    assert found["paused"][1] >= ms
    assert found["end"] == (1, 700, False)


GUIDED = """async (file) => {
  const log = (...words) => { throw new Error(words.join(" ")); };
  PLAYER
  const player = new Player(), found = {};
  const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  await player.context.resume();
  player.play(3, new Blob([new Uint8Array(file)]));
  await player.queue;
  while (!(player.position?.ms > 0)) await wait(50);
  found.first = player.position;
  player.hold("duck");
  player.hold("pause");
  await wait(100);
  found.held = player.position;
  await wait(200);
  found.still = player.position;
  player.resume();
  await wait(150);
  found.later = player.position;
  player.stop();
  found.stopped = player.position;
  return found;
}"""


def test_the_player_of_the_guide_for_browsers_can_be_held(played: Played) -> None:
    guide = (ROOT / "docs" / "clients" / "javascript.md").read_text(encoding="utf-8")
    player = re.search(r"^class Player \{.*?^}$", guide, re.MULTILINE | re.DOTALL)
    assert player is not None
    found = played[0].page.evaluate(GUIDED.replace("PLAYER", player[0]), list(wav(bytes(3 * 2 * 22_050))))
    assert (found["first"]["id"], found["first"]["playing"]) == (3, True)
    assert found["held"] == found["still"]
    assert not found["held"]["playing"]
    assert found["first"]["ms"] <= found["held"]["ms"] < found["later"]["ms"]
    assert found["later"]["playing"]
    assert found["stopped"] is None
