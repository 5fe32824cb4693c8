// In the audio thread: gathers the microphone's samples as pcm16 chunks, and hands them over while it is on.
import { Resampler } from "./resample.js";

class Capture extends AudioWorkletProcessor {
  #chunk; #rate; #at = 0; #on = false; /** @type {Resampler} */ #resampler;

  constructor({ processorOptions: { milliseconds, rate } }) {
    super();
    this.#rate = rate;
    this.#chunk = new Int16Array(Math.round((rate * milliseconds) / 1000));
    this.#resampler = new Resampler(sampleRate, rate);
    this.port.onmessage = ({ data }) => (data === "start" ? this.#start() : this.#stop());
  }

  #start() {
    this.#at = 0;
    this.#resampler = new Resampler(sampleRate, this.#rate);
    this.#on = true;
  }

  /** The rest goes out first, so that a commit comes after the last word. */
  #stop() {
    this.#flush();
    this.#on = false;
    this.port.postMessage("stopped");
  }

  #flush() {
    if (!this.#at) return;
    const samples = this.#chunk.slice(0, this.#at);
    this.#at = 0;
    this.port.postMessage(samples.buffer, [samples.buffer]);
  }

  /** @param {Float32Array[][]} inputs */
  process([[channel]]) {
    if (!this.#on || !channel) return true;
    for (const sample of this.#resampler.push(channel)) {
      this.#chunk[this.#at++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.#at === this.#chunk.length) this.#flush();
    }
    return true;
  }
}

registerProcessor("capture", Capture);
