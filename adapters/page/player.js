// Plays samples without a gap on the clock of an AudioContext, stops at once, and says how loud it is just now.

export const RATE = 24_000; // what the server sends as pcm16: the whole context runs at it, so no piece is resampled alone
const LEAD = 0.04; // seconds between the first piece and its sound, in which the next one can come
const FADE = 0.015; // seconds: a sound that is cut off in the middle of a wave clicks
const ATTACK = 0.6, RELEASE = 0.2; // how fast the shown loudness follows the true one

export class Player {
  #context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
  #analyser = new AnalyserNode(this.#context, { fftSize: 512 });
  #samples = new Float32Array(512);
  #volume = new GainNode(this.#context); #sources = new Set(); #parts = []; #end = 0; #loudness = 0;
  scheduled = 0; // seconds of sound of this answer

  constructor() {
    this.#analyser.connect(this.#context.destination);
    this.#reset();
  }

  /** Browsers start sound only after a click or a key: call this in one. */
  unlock() {
    return this.#context.resume();
  }

  get locked() {
    return this.#context.state !== "running";
  }

  get playing() {
    return this.#end > this.#context.currentTime;
  }

  /** Queue samples behind what is queued; returns in how many seconds they will be heard. */
  play(samples, part) {
    if (!samples.length) return 0;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: RATE });
    const channel = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at += 1) channel[at] = samples[at] / 32768;
    const now = this.#context.currentTime;
    const start = this.#end > now ? this.#end : now + LEAD;
    this.#start(buffer, start);
    this.#end = start + buffer.duration;
    this.scheduled += buffer.duration;
    if (this.#parts.at(-1)?.part !== part) this.#parts.push({ part, start });
    return start - now;
  }

  #start(buffer, when) {
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#volume);
    const sources = this.#sources;
    source.onended = () => sources.delete(source);
    source.start(when);
    sources.add(source);
  }

  /** Silence, now, and nothing queued. */
  stop() {
    const now = this.#context.currentTime;
    const old = this.#volume;
    old.gain.setTargetAtTime(0, now, FADE / 3);
    for (const source of this.#sources) source.stop(now + FADE);
    setTimeout(() => old.disconnect(), 200);
    this.#reset();
  }

  #reset() {
    this.#volume = new GainNode(this.#context);
    this.#volume.connect(this.#analyser);
    this.#sources = new Set();
    this.#parts = [];
    this.#end = 0;
    this.scheduled = 0;
  }

  /** The part that is heard just now, null where none is. */
  get part() {
    const now = this.#context.currentTime;
    return this.playing ? (this.#parts.findLast(({ start }) => start <= now)?.part ?? null) : null;
  }

  /** How loud it is, 0 to 1, smoothed for the eye; to be asked once a frame. */
  loudness() {
    let power = 0;
    if (this.playing) {
      this.#analyser.getFloatTimeDomainData(this.#samples);
      for (const sample of this.#samples) power += sample * sample;
    }
    const now = Math.min(1, Math.sqrt(power / this.#samples.length) * 5);
    this.#loudness += (now - this.#loudness) * (now > this.#loudness ? ATTACK : RELEASE);
    return this.#loudness;
  }
}
