// The conversation in words: what was heard, what is answered as it is written, and which of it is being spoken.
import { bound, element, find } from "./dom.js";

const KEPT = 60; // entries
const LONGEST = 20_000; // characters of one entry

export class Transcript {
  #log = find("#transcript"); #spoken = "";
  /** @type {any} */ #said = null;
  /** @type {any} */ #answer = null;
  #following = true; #top = 0;

  constructor() {
    this.#log.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#follow()).observe(this.#log);
  }

  /** Whether nothing has been said yet. */
  get isEmpty() {
    return !this.#log.querySelector(".entry.you, .entry.avatar");
  }

  /** The user speaks: an entry that waits for its words. */
  listen() {
    if (!this.#said) this.#said = this.#add("you", "You");
    this.#said.classList.add("waiting");
  }

  /** The words so far. */
  hear(text) {
    this.listen();
    write(this.#said, text);
  }

  /** What the user has said, or typed. */
  understand({ text, sentiment, language }) {
    this.listen();
    this.#said.classList.remove("waiting");
    write(this.#said, text || "(no words were understood)");
    this.#said.classList.toggle("blank", !text);
    const notes = [sentiment && element("span", { class: `chip ${sentiment}` }, sentiment), language && element("span", { class: "chip" }, language)];
    this.#said.querySelector("header").append(...notes.filter(Boolean));
    this.#said = null;
  }

  /** The utterance came to nothing. */
  forget() {
    this.#said?.remove();
    this.#said = null;
  }

  /** An answer begins. */
  answer() {
    this.finish();
    this.#answer = this.#add("avatar", "Avatar");
    this.#answer.classList.add("waiting");
    this.#answer.setAttribute("aria-busy", "true");
  }

  /** More of the answer's text. */
  write(text) {
    if (!this.#answer) this.answer();
    write(this.#answer, this.#answer.querySelector("p").textContent + text);
    this.#follow();
  }

  /** The whole text of the answer. */
  complete(text) {
    if (!this.#answer) this.answer();
    this.#answer.classList.remove("waiting");
    this.#answer.removeAttribute("aria-busy");
    write(this.#answer, text);
    this.#follow();
  }

  /** Nothing more is said of this answer. */
  finish(reason = "") {
    const answer = this.#answer;
    this.#answer = null;
    this.mark(null);
    if (!answer) return;
    answer.classList.remove("waiting");
    answer.removeAttribute("aria-busy");
    if (reason) answer.querySelector("header").append(element("span", { class: "chip cut" }, reason));
  }

  /** The last answer was begun too early: more is being said, and what was said before goes on with it. */
  reopen() {
    const answer = this.#answer;
    this.#answer = null;
    this.mark(null);
    answer?.remove();
    this.#said ??= [...this.#log.querySelectorAll(".entry.you")].at(-1) ?? null;
    this.#said?.querySelectorAll(".chip").forEach((chip) => chip.remove());
    this.listen();
  }

  /** Something that both should know, such as an error. */
  note(text) {
    this.#log.append(element("div", { class: "entry note" }, element("p", {}, text)));
    bound(this.#log, KEPT);
    this.#follow();
  }

  /** The words of `part` are being spoken; null: none are. */
  mark(part) {
    const words = part?.text.trim() ?? "";
    if (words === this.#spoken) return;
    this.#spoken = words;
    this.#log.dataset.spoken = words;
    if (!globalThis.Highlight) return;
    CSS.highlights.delete("spoken");
    const text = this.#answer?.querySelector("p").firstChild;
    const at = text && words ? text.data.indexOf(words) : -1;
    if (at < 0 || words.length >= text.data.trim().length) return; // one part is the whole: nothing to tell apart
    const range = new Range();
    range.setStart(text, at);
    range.setEnd(text, at + words.length);
    CSS.highlights.set("spoken", new Highlight(range));
  }

  #add(who, title) {
    const entry = element("div", { class: `entry ${who}` }, element("header", {}, element("b", {}, title)), element("p", {}));
    this.#log.append(entry);
    bound(this.#log, KEPT);
    this.#follow();
    return entry;
  }

  /** Who scrolls up has gone back to read, until they are at the end again. */
  #scrolled() {
    const log = this.#log, isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    if (isAtEnd) this.#following = true;
    else if (log.scrollTop < this.#top) this.#following = false;
    this.#top = log.scrollTop;
  }

  /** Show the newest, unless the reader has gone back. */
  #follow() {
    if (this.#following) this.#log.scrollTop = this.#log.scrollHeight;
  }
}

function write(entry, text) {
  entry.querySelector("p").textContent = text.slice(0, LONGEST);
}
