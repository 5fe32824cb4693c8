// The microphone as pcm16 chunks: opened at the first word, closed when the page is put away.

export const CHUNK = 40; // milliseconds of sound in a chunk
export const RATE = 16_000; // samples a second: what recognisers and the server's own ear work at
const RANGE = 45; // decibels from silence to full, on the meter
const LOADING_TIME = 5_000; // milliseconds that a first word waits for what the audio thread needs

/** Why there is no microphone, in words for the person who wanted to speak. */
export class NoMicrophone extends Error {}

export class Microphone {
  #onChunk; #onLevel; #onLost;
  #context = new AudioContext({ latencyHint: "interactive" });
  /** @type {Promise<void> | null} */ #loading = null;
  /** @type {Promise<void> | null} */ #opening = null;
  /** @type {MediaStream | null} */ #stream = null;
  /** @type {MediaStreamAudioSourceNode | null} */ #source = null;
  /** @type {AudioWorkletNode | null} */ #node = null;
  /** @type {((nothing?: unknown) => void) | null} */ #stopped = null;
  captured = 0; // seconds since `start`
  on = false;
  /** @type {unknown} */ cancels = null; // which echo the browser cancels: "all", "remote-only", true or false; null: it was not asked yet

  /** `onLost(why)`: what is said from now on is not heard, although `stop` has not been called. */
  constructor(onChunk, onLevel, onLost) {
    this.#onChunk = onChunk;
    this.#onLevel = onLevel;
    this.#onLost = onLost;
    document.addEventListener("visibilitychange", () => { if (document.hidden && !this.on && this.#stream) this.close(); });
    this.#context.addEventListener("statechange", () => { if (this.on && this.#context.state !== "running") this.#lose("The system has taken the sound away from this page."); });
    // Before the first word; where the server does not answer now, `open` asks again. Over http there is no worklet.
    if (isSecureContext) this.#load().catch(() => {});
  }

  /** Have the microphone ready. Rejects with NoMicrophone. */
  open() {
    this.#opening ??= this.#open().catch((error) => {
      this.close();
      throw error instanceof NoMicrophone ? error : new NoMicrophone(explain(error));
    });
    return this.#opening;
  }

  async #open() {
    if (!isSecureContext || !navigator.mediaDevices) throw new NoMicrophone(INSECURE);
    await within(LOADING_TIME, this.#load()).catch(() => { throw new NoMicrophone(UNLOADED); });
    // "all": of what this page plays too, and not of calls alone. Browsers that do not know the word read it as true.
    const echoCancellation = /** @type {any} */ ({ ideal: "all" });
    const audio = { echoCancellation, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.#stream = stream;
    const [track] = stream.getTracks();
    this.cancels = track.getSettings().echoCancellation ?? false;
    track.onended = () => this.#lose("The microphone is gone: it was unplugged, or is not allowed any more.");
    track.onmute = () => this.#lose("The system has muted the microphone.");
    await this.#context.resume();
    if (this.#stream !== stream) throw new NoMicrophone(CLOSED); // while the page was put away
    this.#node ??= this.#build();
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#node);
  }

  /** Have the audio thread know what gathers the samples. */
  #load() {
    this.#loading ??= this.#context.audioWorklet.addModule(new URL("capture.js", import.meta.url)).catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  /** It hears nothing any more; the next word opens it anew. */
  #lose(why) {
    if (this.on) this.#onLost(why);
    this.close();
  }

  #build() {
    const processorOptions = { milliseconds: CHUNK, rate: RATE };
    const node = new AudioWorkletNode(this.#context, "capture", { numberOfOutputs: 0, channelCount: 1, processorOptions });
    node.port.onmessage = ({ data }) => (data === "stopped" ? this.#stopped?.() : this.#take(data));
    return node;
  }

  #take(buffer) {
    const samples = new Int16Array(buffer);
    this.captured += samples.length / RATE;
    let power = 0;
    for (const sample of samples) power += (sample / 32768) ** 2;
    const decibels = 10 * Math.log10(power / samples.length + 1e-9);
    this.#onLevel(Math.max(0, Math.min(1, 1 + decibels / RANGE)));
    this.#onChunk(buffer);
  }

  /** Chunks from now on; after `open`. */
  start() {
    this.on = true;
    this.captured = 0;
    this.#node?.port.postMessage("start");
  }

  /** No more chunks once this has resolved: the last one has been handed over by then. */
  async stop() {
    if (!this.on) return;
    this.on = false;
    await new Promise((resolve) => {
      this.#stopped = resolve;
      this.#node?.port.postMessage("stop");
      setTimeout(resolve, 500); // a context that the system has suspended does not answer
    });
    this.#onLevel(0);
  }

  /** Give the microphone back; the browser's sign for it goes out. */
  close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#source?.disconnect();
    this.#stream = this.#source = this.#opening = null;
  }
}

/** `promise`, or a rejection after so many milliseconds. */
function within(milliseconds, promise) {
  return Promise.race([promise, new Promise((_, reject) => { setTimeout(reject, milliseconds, new Error("too late")); })]);
}

const CLOSED = "The microphone was closed while it was being opened. Press Talk again.";
const UNLOADED = "The server does not give this page what the microphone needs. Nothing was recorded: press Talk again, or reload the page.";
const INSECURE =
  "Browsers give a microphone only to https pages and to localhost. On the server's own computer, open the page as " +
  `http://127.0.0.1${location.port && `:${location.port}`}; on others, open the https address that the server prints ` +
  "when it is started with: vivavoce serve --lan. You can type meanwhile.";

function explain(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The microphone is not allowed for this page. Allow it in the browser's site settings (beside the " +
        "address) and press Talk again. You can type meanwhile.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "There is no microphone on this device. Connect one and press Talk again, or type.";
    case "NotReadableError":
    case "AbortError":
      return "The microphone cannot be read; another program may be using it. Close that and press Talk again.";
    default:
      return `The microphone does not start: ${error.message || error.name}. You can type meanwhile.`;
  }
}
