// The recordings on the inspection page: asked for each ten seconds, where the server records.
import { element, find } from "./dom.js";

const EVERY = 10_000, FETCH_TIME = 5_000, SHOWN = 60; // milliseconds; rows

export class Recordings {
  #place; #asked = -EVERY;

  constructor(place) {
    this.#place = place;
  }

  /** Show what there is; `records`: whether this server records. */
  async refresh(records) {
    find("#recordings-card").hidden = !records;
    if (!records || performance.now() - this.#asked < EVERY) return;
    this.#asked = performance.now();
    const response = await this.#ask("inspect/recordings", AbortSignal.timeout(FETCH_TIME));
    if (!response.ok) return;
    const { count, recordings } = await response.json();
    find("#recordings-title").textContent = `Recordings (${count})`;
    const rows = recordings.slice(0, SHOWN).map((one) => this.#row(one));
    const none = element("tr", {}, element("td", { colspan: 5, class: "empty" }, "Nothing has been recorded yet."));
    find("#recordings").replaceChildren(...(rows.length ? rows : [none]));
  }

  #ask(path, signal) {
    return fetch(path, { headers: { Authorization: `Bearer ${this.#place.token}` }, signal });
  }

  #row({ name, bytes, isRunning, seconds, subject, complete, why }) {
    const save = element("button", { type: "button", class: "small", onclick: () => this.#save(name), "aria-label": `Save ${name}` }, "Save");
    const length = isRunning ? "going on" : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    const how = isRunning ? "" : complete ? why : `incomplete: ${why}`;
    const cells = [name, length, `${(bytes / 1e6).toFixed(1)} MB`, subject, how];
    return element("tr", {}, ...cells.map((text) => element("td", {}, text)), element("td", {}, save));
  }

  /** Save one as a file: a link could not show the token. */
  async #save(name) {
    const response = await this.#ask(`inspect/recordings/${name}.zip`);
    if (!response.ok) return;
    const href = URL.createObjectURL(await response.blob());
    element("a", { href, download: `${name}.zip` }).click();
    setTimeout(() => URL.revokeObjectURL(href), EVERY);
  }
}
