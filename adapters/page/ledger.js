// The latency ledger: of the last turn a bar per stage, from `response.metrics` and from what this page measured itself.
import { element, find, span } from "./dom.js";

const STAGES = [
  ["transcript", "words recognised"],
  ["firstToken", "first word written"],
  ["firstPart", "first part complete"],
  ["firstAudio", "first sound made"],
  ["lastAudio", "last sound sent"],
];
const KEPT = 20; // turns of which the first sound is remembered

export class Ledger {
  #rows = find("#stages"); #summary = find("#ledger-summary");
  #asked = 0; #heard = -1; #sounds = []; #metrics = null;

  /** The turn's clock starts: the utterance is committed, or the text sent. */
  start() {
    this.#asked = performance.now();
    this.#heard = -1;
    this.#metrics = null;
  }

  /** The first sound of the answer will be heard in `seconds`. */
  hear(seconds) {
    if (!this.#asked || this.#heard >= 0) return;
    this.#heard = performance.now() - this.#asked + seconds * 1000;
    if (this.#metrics) this.show(this.#metrics);
  }

  /** `response.metrics`. */
  show(metrics) {
    if (this.#metrics === null && metrics.firstAudio >= 0) this.#sounds = [...this.#sounds.slice(1 - KEPT), metrics.firstAudio];
    this.#metrics = metrics;
    const whole = Math.max(1, this.#heard, ...STAGES.map(([key]) => metrics[key]));
    let before = 0;
    const rows = STAGES.map(([key, title]) => {
      const at = metrics[key], row = bar(title, before, at, whole, key);
      before = Math.max(before, at);
      return row;
    });
    if (this.#heard >= 0) rows.splice(4, 0, bar("heard on this page", Math.max(0, metrics.firstAudio), this.#heard, whole, "heard"));
    this.#rows.replaceChildren(...rows);
    this.#summary.textContent = this.#summarise(metrics);
  }

  #summarise({ turn }) {
    if (!this.#sounds.length) return `Turn ${turn}.`;
    return `Turn ${turn}. First sound, median of ${this.#sounds.length}: ${span(median(this.#sounds))}.`;
  }
}

/** The value in the middle; of an even number the mean of the two there. */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other), middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** From `before` to `at`, milliseconds since the commit; `at` -1: the stage did not come to that. */
function bar(title, before, at, whole, key) {
  const fill = element("i", { class: `fill ${key}` });
  fill.style.left = `${(100 * before) / whole}%`;
  fill.style.width = at < 0 ? "0" : `${Math.max(0.6, (100 * Math.max(0, at - before)) / whole)}%`;
  const row = element("tr", {}, element("th", { scope: "row" }, title), element("td", { class: "track" }, fill));
  row.append(element("td", { class: "number" }, at < 0 ? "–" : span(at)));
  return row;
}
