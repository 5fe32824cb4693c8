// Samples at another rate: those of a microphone come at its own, and are sent at the rate that recognisers work at.

const CROSSINGS = 12; // zero crossings of the filter to each side: 70 dB less of what cannot be kept
const PHASES = 64; // positions between two samples for which the filter is made; in between it is drawn as a line

/** Takes in samples as they come, and gives them at `to` samples a second: a windowed sinc below both rates' half. */
export class Resampler {
  #step; #half; #taps; /** @type {Float32Array[]} */ #filters = [];
  #kept; #at;

  constructor(from, to) {
    this.#step = from / to;
    const cut = Math.min(1, to / from) * 0.92;
    this.#half = Math.ceil(CROSSINGS / cut);
    this.#taps = 2 * this.#half;
    for (let phase = 0; phase <= PHASES; phase += 1) this.#filters.push(this.#filter(phase / PHASES, cut));
    this.#kept = new Float32Array(this.#taps); // silence before the first one
    this.#at = this.#half; // where in `kept` the next one lies
  }

  #filter(shift, cut) {
    return Float32Array.from({ length: this.#taps }, (_, tap) => {
      const x = tap - this.#half + 1 - shift, window = 0.5 + 0.5 * Math.cos((Math.PI * x) / this.#half);
      return Math.abs(x) >= this.#half ? 0 : window * (x === 0 ? cut : Math.sin(Math.PI * cut * x) / (Math.PI * x));
    });
  }

  /** The samples that are complete by now; those behind them wait for more. @param {Float32Array} samples */
  push(samples) {
    const all = new Float32Array(this.#kept.length + samples.length), made = [];
    all.set(this.#kept);
    all.set(samples, this.#kept.length);
    for (; Math.floor(this.#at) + this.#half < all.length; this.#at += this.#step) made.push(this.#sample(all));
    const done = Math.max(0, Math.floor(this.#at) - this.#half + 1);
    this.#kept = all.slice(done);
    this.#at -= done;
    return made;
  }

  #sample(all) {
    const whole = Math.floor(this.#at), place = (this.#at - whole) * PHASES, phase = Math.floor(place), rest = place - phase;
    const one = this.#filters[phase], other = this.#filters[Math.min(PHASES, phase + 1)], first = whole - this.#half + 1;
    let low = 0, high = 0;
    for (let tap = 0; tap < this.#taps; tap += 1) {
      low += all[first + tap] * one[tap];
      high += all[first + tap] * other[tap];
    }
    return low + (high - low) * rest;
  }
}
