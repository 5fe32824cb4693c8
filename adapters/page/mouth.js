// The mouth of an answer: key frames as they come in `response.mouth`, and the weights of the shapes at a moment.

export const SHAPES = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou"]; // of the set `ovr`

export class Mouth {
  /** @type {Map<number, {times: number[], shapes: number[], weights: number[]}>} */ #tracks = new Map();
  /** @type {number | null} */ #turn = null;

  /** Another answer; what is told of an older one is ignored from now on. */
  begin(turn) {
    this.#turn = turn;
    this.#tracks.clear();
  }

  /** Take in one `response.mouth`. A cut says that the mouth is to close now, whatever plays. */
  take({ turn, id, from, times, shapes, weights, cut, revised }) {
    if (turn !== this.#turn) return;
    if (cut) {
      for (const track of this.#tracks.values()) Object.assign(track, { times: [], shapes: [], weights: [] });
      return;
    }
    if (revised && from === 0) this.#tracks.delete(id);
    const track = this.#tracks.get(id) ?? { times: [], shapes: [], weights: [] };
    this.#tracks.set(id, track);
    track.times.push(...times);
    track.shapes.push(...shapes);
    track.weights.push(...weights);
  }

  /** Whether anything is known of a part. */
  knows(id) {
    return this.#tracks.has(id);
  }

  /** The weight of each of the SHAPES at `ms` of the part's sound: from key to key, one fades into the next. */
  at(id, ms) {
    const weights = SHAPES.map(() => 0);
    const track = this.#tracks.get(id);
    if (!track?.times.length) return weights;
    const after = firstAfter(track.times, ms), before = after - 1;
    if (before < 0) return weights;
    const isLast = after === track.times.length;
    const passed = isLast ? 0 : (ms - track.times[before]) / (track.times[after] - track.times[before]);
    const share = passed * passed * (3 - 2 * passed);
    weights[track.shapes[before]] += track.weights[before] * (1 - share);
    if (!isLast) weights[track.shapes[after]] += track.weights[after] * share;
    return weights;
  }
}

/** The index of the first of the rising `times` that is after `ms`. */
function firstAfter(times, ms) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
