// The raw events, both ways, for learning the protocol; kept in a bounded list, drawn only while the drawer is open.
import { bound, clock, element, find } from "./dom.js";

const KEPT = 400;
const LONGEST = 6_000; // characters of a payload that are shown

export class Drawer {
  #drawer = find("#drawer"); #list = find("#events"); #count = find("#event-count");
  /** @type {any} */ #last = null;
  #events = []; #seen = 0;

  constructor() {
    find("#events-button").onclick = () => this.#toggle();
    find("#drawer-close").onclick = () => this.#toggle();
    find("#drawer-clear").onclick = () => this.#clear();
    this.#drawer.addEventListener("keydown", ({ key }) => { if (key === "Escape") this.#toggle(); });
  }

  /** An event has gone "out" or come "in"; the same chunk of sound again and again is one line. */
  note(way, name, payload) {
    this.#seen += 1;
    const event = { way, name, time: clock(), payload: describe(payload), times: 1 };
    const last = this.#events.at(-1);
    if (name === "input.buffer.append" && last?.name === name) {
      Object.assign(last, { times: last.times + 1, time: event.time });
      if (this.#open && this.#last) this.#last.querySelector(".times").textContent = `× ${last.times}`;
    } else {
      this.#events.push(event);
      if (this.#events.length > KEPT) this.#events.shift();
      if (this.#open) this.#show(event);
    }
    if (this.#open) this.#count.textContent = `${this.#seen} events`;
  }

  get #open() {
    return !this.#drawer.hidden;
  }

  #toggle() {
    this.#drawer.hidden = this.#open;
    document.body.classList.toggle("drawn", this.#open);
    find("#events-button").setAttribute("aria-expanded", String(this.#open));
    this.#list.replaceChildren();
    if (!this.#open) return find("#events-button").focus();
    this.#events.forEach((event) => this.#show(event));
    this.#count.textContent = `${this.#seen} events`;
    find("#drawer-close").focus();
  }

  #clear() {
    this.#events = [];
    this.#seen = 0;
    this.#last = null;
    this.#list.replaceChildren();
    this.#count.textContent = "0 events";
  }

  #show({ way, name, time, payload, times }) {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 60;
    const summary = element(
      "summary",
      {},
      element("span", { class: `way ${way}`, title: way === "in" ? "from the server" : "to the server" }, way === "in" ? "↓" : "↑"),
      element("code", {}, name),
      element("span", { class: "times" }, times > 1 ? `× ${times}` : ""),
      element("time", {}, time),
    );
    const text = payload.slice(0, LONGEST);
    const copy = element("button", { type: "button", class: "small", onclick: () => navigator.clipboard?.writeText(text) }, "Copy");
    this.#last = element("details", {}, summary, element("pre", { tabindex: "0" }, text), copy);
    this.#list.append(this.#last);
    bound(this.#list, KEPT);
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

/** The payload as JSON, with sound as its size. */
function describe(payload) {
  if (payload === undefined) return "(no payload)";
  const shorten = (key, value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `<attachment of ${value.byteLength} bytes>`;
    return key === "audio" && value.length > 80 ? `${value.slice(0, 60)}… (${value.length} characters)` : value;
  };
  return JSON.stringify(payload, shorten, 2);
}
