// Plays samples without a gap on the clock of an AudioContext, can be held and stopped at once, and knows where it is.

export const RATE = 24_000; // what the server sends as pcm16: the whole context runs at it, so no piece is resampled alone
const LEAD = 0.04; // seconds between the first piece and its sound, in which the next one can come
const FADE = 0.015; // seconds: a sound that is cut off in the middle of a wave clicks
const DUCKED = 10 ** (-12 / 20), DUCKING = 0.05; // 12 dB down, in so many seconds
const LATEST = 1; // seconds that sound takes at most from the clock to the ear: Bluetooth
const ATTACK = 0.6, RELEASE = 0.2; // how fast the shown loudness follows the true one

export class Player {
  #context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
  #analyser = new AnalyserNode(this.#context, { fftSize: 512 });
  #samples = new Float32Array(512);
  #duck = new GainNode(this.#context); #volume = new GainNode(this.#context);
  /** @type {any[]} */ #queue = []; // pieces that have not been heard whole: buffer, part, `at` seconds of it before, source, and where on the clock it began at `from`
  /** @type {any[]} */ #past = []; // pieces that left lately: of what left, the end is heard later
  /** @type {any} */ #ended = null; // the position at which the last piece ended
  #end = 0; #paused = false; #loudness = 0;
  scheduled = 0; // seconds of sound of this answer

  constructor() {
    this.#volume.connect(this.#duck);
    this.#duck.connect(this.#analyser);
    this.#analyser.connect(this.#context.destination);
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

  /** Queue samples behind what is queued; returns in how many seconds they will be heard, if nothing holds them. */
  play(samples, part) {
    if (!samples.length) return 0;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: RATE });
    const channel = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at += 1) channel[at] = samples[at] / 32768;
    const piece = { buffer, part, at: part.seconds ?? 0, from: 0, start: 0, source: null };
    part.seconds = piece.at + buffer.duration;
    this.scheduled += buffer.duration;
    this.#queue.push(piece);
    if (this.#paused) return 0;
    this.#start(piece);
    return piece.start - this.#context.currentTime;
  }

  #start(piece) {
    const now = this.#context.currentTime;
    const source = new AudioBufferSourceNode(this.#context, { buffer: piece.buffer });
    source.connect(this.#volume);
    source.onended = () => this.#forget(piece, source);
    piece.source = source;
    piece.start = this.#end > now ? this.#end : now + LEAD;
    this.#end = piece.start + piece.buffer.duration - piece.from;
    source.start(piece.start, piece.from);
  }

  #forget(piece, source) {
    const at = this.#queue.indexOf(piece);
    if (at < 0 || piece.source !== source) return;
    this.#queue.splice(at, 1);
    const since = this.#context.currentTime - LATEST;
    this.#past = [...this.#past.filter(({ start, buffer }) => start + buffer.duration > since), piece];
    this.#ended = { part: piece.part, ms: milliseconds(piece.at + piece.buffer.duration), playing: false };
  }

  /** Softer, until `resume` or `stop`. */
  duck() {
    this.#turn(DUCKED);
  }

  #turn(gain) {
    const now = this.#context.currentTime, level = this.#duck.gain;
    const before = level.value;
    level.cancelScheduledValues(now);
    level.setValueAtTime(before, now);
    level.linearRampToValueAtTime(gain, now + DUCKING);
  }

  /** Silence, now, and everything that has not been heard is kept, with what is still to come. */
  pause() {
    if (this.#paused) return;
    const now = this.#context.currentTime;
    this.#paused = true;
    this.#silence(now);
    for (const piece of [...this.#queue]) {
      piece.from = Math.max(piece.from, piece.from + now - piece.start);
      if (piece.from >= piece.buffer.duration) this.#forget(piece, piece.source);
      piece.source = null;
    }
    this.#past = [];
    this.#end = 0;
  }

  /** Go on where it was held, as loud as before. */
  resume() {
    this.#turn(1);
    if (!this.#paused) return;
    this.#paused = false;
    for (const piece of this.#queue) this.#start(piece);
  }

  /** Silence, now, and nothing queued. */
  stop() {
    this.#silence(this.#context.currentTime);
    this.#turn(1);
    this.#queue = [];
    this.#past = [];
    this.#ended = null;
    this.#paused = false;
    this.#end = this.scheduled = 0;
  }

  /** What sounds fades, and what follows has a volume of its own. */
  #silence(now) {
    const old = this.#volume;
    old.gain.setTargetAtTime(0, now, FADE / 3);
    for (const { source } of this.#queue) source?.stop(now + FADE);
    setTimeout(() => old.disconnect(), 200);
    this.#volume = new GainNode(this.#context);
    this.#volume.connect(this.#duck);
  }

  /** What is on the clock: `{part, ms, playing}`, ms of the part's sound; null before the first sound. */
  get position() {
    const [first] = this.#queue;
    return this.#at(this.#context.currentTime, this.#queue, first?.from ? first : null);
  }

  /** The position whose sound leaves the loudspeaker now, which is later than the clock that sound is put on. */
  get heard() {
    const { currentTime, outputLatency } = this.#context, pieces = [...this.#past, ...this.#queue];
    return this.#at(currentTime - (outputLatency || 0), pieces, pieces[0]);
  }

  /** The position at a moment among `pieces`; before all of them, that where `waiting` begins. */
  #at(moment, pieces, waiting) {
    const piece = this.#paused ? this.#queue[0] : (pieces.findLast(({ start }) => start <= moment) ?? waiting);
    if (!piece) return this.#ended;
    const passed = this.#paused ? 0 : Math.max(0, moment - piece.start);
    const heard = Math.min(piece.buffer.duration, piece.from + passed);
    return { part: piece.part, ms: milliseconds(piece.at + heard), playing: this.#end > moment && !this.locked };
  }

  /** The part that is heard just now, null where none is. */
  get part() {
    return this.playing ? (this.position?.part ?? null) : null;
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

function milliseconds(seconds) {
  return Math.round(seconds * 1000);
}
