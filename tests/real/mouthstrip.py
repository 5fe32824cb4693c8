"""The picture of docs/mouth.md: the talk page's face at moments of "map fifth moon", as the server tells its mouth."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import socketio

from tests.real.browser import browsing, visiting, write_microphone
from tests.real.programs import VIVAVOCE, Served, running
from tests.real.speech import QUESTION, say

TEXT = "Map, fifth moon."
EVERY = 80
"""ms between two pictures of the strip."""
SECONDS = 20.0

DRAW = """async ([messages, every]) => {
  const { Mouth, SHAPES } = await import("/page/mouth.js");
  const { outline, pose } = await import("/page/lips.js");
  const mouth = new Mouth();
  mouth.begin(messages[0].turn);
  for (const message of messages) mouth.take(message);
  const end = messages.at(-1).to;
  const strip = document.createElement("div");
  strip.id = "strip";
  strip.style = "display: grid; grid-template-columns: repeat(9, 104px); gap: 6px; padding: 10px; width: max-content; "
    + "background: #fff; color: #123; font: 13px system-ui; text-align: center; "
    + "position: fixed; inset: 0 auto auto 0; z-index: 9";
  const face = document.querySelector("#face");
  for (let ms = 0; ms <= end; ms += every) {
    const weights = mouth.at(0, ms), lips = pose(weights);
    const copy = face.cloneNode(true);
    copy.style = "width: 104px; height: 104px; filter: none; opacity: 1";
    copy.querySelector("#mouth").setAttribute("d", outline(lips, 0));
    copy.querySelector("#teeth").setAttribute("y", -lips.up - 6);
    copy.querySelector("#teeth").setAttribute("opacity", lips.teeth);
    copy.querySelector("#tongue").setAttribute("cy", 5 + lips.down * (0.78 - 0.6 * lips.tip));
    copy.querySelector("#tongue").setAttribute("opacity", lips.tongue);
    const own = `clip-${ms}`, path = `mouth-${ms}`; // ids are of the document, and the clip is of this mouth
    copy.querySelector("#mouth").id = path;
    copy.querySelector("#lips").id = own;
    copy.querySelector(`#${own} use`).setAttribute("href", `#${path}`);
    copy.querySelector(`#${path}`).style = "fill: #0a3833; stroke: #0a3833; stroke-width: 4.5; stroke-linejoin: round";
    copy.querySelector("[clip-path]").setAttribute("clip-path", `url(#${own})`);
    const most = weights.indexOf(Math.max(...weights));
    const cell = document.createElement("div");
    cell.append(copy, `${ms} ms ${weights[most] > 0.05 ? SHAPES[most] : ""}`);
    strip.append(cell);
  }
  document.body.append(strip);
}"""


async def mouth_of(served: Served, text: str) -> list[dict[str, Any]]:
    """The `response.mouth` of an answer that is this text."""
    client, ended = socketio.AsyncClient(reconnection=False), asyncio.Event()
    messages: list[dict[str, Any]] = []
    client.on("response.mouth", messages.append)
    client.on("response.audio.delta", lambda piece: ended.set() if piece["done"] else None)
    auth = {"client": "web", "mouth": "ovr", "token": served.token}
    await client.connect(served.origin, auth=auth, transports=["websocket"])
    await client.emit("session.update", {"TTS": {"stream": True}, "LLM": {"model": "echo"}})
    await client.emit("input.text", {"text": text})
    await asyncio.wait_for(ended.wait(), SECONDS)
    await client.disconnect()
    return messages


def main(picture: Path) -> None:
    """Have it said, draw it, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        microphone = write_microphone(say(QUESTION)[QUESTION], Path(folder) / "microphone.wav")
        env = {"VIVAVOCE_PROVIDERS_LOCAL_VOICE": "joe"}
        with running(VIVAVOCE, "serve", "--port", "0", log=Path(folder) / "log", env=env) as served:
            messages = asyncio.run(mouth_of(served, TEXT))
            with browsing(microphone) as (_, browser), visiting(browser, served.link) as visitor:
                visitor.page.evaluate(DRAW, [messages, EVERY])
                visitor.page.locator("#strip").screenshot(path=picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
