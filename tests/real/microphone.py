"""A microphone into which a test speaks when the page has come as far as the next sentence needs, not by a clock."""

from base64 import b64encode

from playwright.sync_api import Page

from adapters.vendors.embedded.espeak import FORMAT

_REPLACED = """
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const context = new AudioContext();
  let heard = null;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const [given] = (await ask(wanted)).getAudioTracks();
    await context.resume();
    heard = context.createMediaStreamDestination();
    const [track] = heard.stream.getAudioTracks();
    track.getSettings = () => given.getSettings();
    return heard.stream;
  };
  window.speak = (base64, sampleRate) => new Promise((resolve, reject) => {
    const samples = new Int16Array(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate });
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(heard);
    source.onended = resolve;
    source.start();
    setTimeout(reject, 60_000, new Error("the sentence was not played to its end"));
  });
"""
"""The browser's own microphone is asked for as ever, but what a test speaks is heard in its place; else silence."""


def replace_microphone(page: Page) -> None:
    """Have the documents that the page opens from now on hear what `speak` says."""
    page.add_init_script(_REPLACED)


def speak(page: Page, samples: bytes) -> None:
    """Say it into the page's microphone, which is on: `samples` at 22,050 Hz. Returns after the last of them."""
    page.evaluate(
        "([samples, rate]) => speak(samples, rate).then(() => null)", [b64encode(samples).decode(), FORMAT.rate]
    )
