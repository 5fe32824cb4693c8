// In the audio thread: gathers the microphone's samples as pcm16 chunks, and hands them over while it is on.

class Capture extends AudioWorkletProcessor {
  #chunk; #at = 0; #on = false;

  constructor({ processorOptions }) {
    super();
    this.#chunk = new Int16Array(Math.round((sampleRate * processorOptions.milliseconds) / 1000));
    this.port.onmessage = ({ data }) => (data === "start" ? this.#start() : this.#stop());
  }

  #start() {
    this.#at = 0;
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
    for (const sample of channel) {
      this.#chunk[this.#at++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.#at === this.#chunk.length) this.#flush();
    }
    return true;
  }
}

registerProcessor("capture", Capture);
