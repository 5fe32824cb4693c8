// A conversation as this page takes part in it: what is said and heard, and what each event of the server means to it.

import { CHUNK } from "./microphone.js";

const MARGIN = 50; // milliseconds that a chunk may be quicker than the commit
const MOST_LATE = 1_000; // milliseconds of sound that wait longer
const UTTERANCE_ERRORS = ["wrongState", "wrongRole", "tooLong", "deadline"]; // after which speaking on is of no use
const CONFIGURATION_ERRORS = ["badConfiguration", "unknownProvider"];
const NOT_OPEN = "Nothing was recorded, because the microphone was still being opened. Press Talk and say it again.";
const CUT_OFF = "The connection was lost while you spoke. What you said has not been heard: say it again.";
const TOO_SLOW = "The network does not keep up with the microphone. What you said has not been heard: say it again.";
const FORGOTTEN = "The server does not remember this conversation any more. A new one has begun.";

export class Conversation {
  #parts; #page; #socket; #player; #microphone;
  /** @type {any} page.json */ facts;
  #deaf = false; #wanted = false; #committed = -Infinity; #held = []; #session = "";

  /** `page` has the views: transcript, ledger, settings, notice, and `state(name, moved)`, `listening(on)`. */
  constructor(page, socket, player, microphone, parts) {
    this.#page = page;
    this.#socket = socket;
    this.#player = player;
    this.#microphone = microphone;
    this.#parts = parts;
    const deeds = {
      "session.joined": (event) => this.#joined(event),
      "session.state": ({ state }) => this.#enter(state),
      "session.updated": (event) => page.settings.tell(event),
      "input.buffer.initialized": () => page.transcript.listen(),
      "request.transcribe.delta": ({ text }) => page.transcript.hear(text),
      "request.transcribe.done": (event) => page.transcript.understand(event),
      "response.started": () => this.#begin(),
      "response.text.delta": ({ text }) => page.transcript.write(text),
      "response.text.done": ({ text }) => page.transcript.complete(text),
      "response.audio.delta": (piece) => this.#hear(piece),
      "response.metrics": (metrics) => page.ledger.show(metrics),
      "response.cancelled": ({ reason }) => this.#cancelled(reason),
      "custom.error": (error) => this.#failed(error),
    };
    for (const [name, deed] of Object.entries(deeds)) socket.on(name, deed);
  }

  // ---- what the user does

  /** Whether the user speaks, or is about to. */
  get speaking() {
    return this.#wanted;
  }

  /** Start speaking: whatever the avatar says is cut off. */
  async speak() {
    const { notice } = this.#page;
    this.#player.unlock();
    if (!this.#socket.connected) return;
    this.#wanted = true;
    this.#page.listening(true);
    try {
      await this.#microphone.open();
    } catch (error) {
      notice.show("microphone", /** @type {Error} */ (error).message);
      this.#rest();
      return;
    }
    if (!this.#wanted || !this.#socket.connected) return this.#rest();
    notice.clear("microphone");
    this.#hush();
    this.#held = [];
    this.#microphone.start();
  }

  /** Everything is said: have it answered. */
  async send() {
    const spoke = this.#microphone.on;
    if (this.#wanted && !spoke) this.#page.notice.show("microphone", NOT_OPEN);
    this.#wanted = false;
    await this.#microphone.stop();
    this.#rest();
    if (!spoke) return;
    if (!this.#socket.connected) return this.#page.transcript.note(CUT_OFF);
    if (!this.#giveHeld()) return;
    this.#page.ledger.start();
    this.#committed = performance.now();
    this.#socket.emit("input.buffer.commit");
  }

  /** The microphone has fallen silent by itself: what was said until then is answered. */
  async silenced(why) {
    this.#page.notice.show("microphone", `${why} What you said until then has been sent.`);
    await this.send();
  }

  /** Say it in writing, in the place of what is being spoken. False where there is no connection. */
  async write(text) {
    this.#player.unlock();
    this.#hush();
    if (this.#wanted) await this.#drop();
    this.#page.ledger.start();
    return this.#socket.emit("input.text", { text });
  }

  /** Stop the avatar. */
  cancel() {
    this.#hush();
    this.#socket.emit("response.cancel");
  }

  /** A chunk of the microphone. Just after a commit it waits a moment, for the server would take it for a late one. */
  chunk(buffer) {
    const wait = this.facts.limits.straggler * 1000 + MARGIN;
    this.#held.push(buffer);
    if (this.#held.length > (wait + MOST_LATE) / CHUNK) this.#held.shift();
    if (performance.now() - this.#committed > wait) this.#giveHeld();
  }

  /** The connection is gone: what is being said is lost with it, and so is the rest of an answer. */
  async lost() {
    this.#page.transcript.finish("connection lost");
    await this.leave();
  }

  /** This page gives the connection up: what is being said is lost with it. */
  async leave() {
    if (this.#microphone.on) this.#page.transcript.note(CUT_OFF);
    await this.#forget();
  }

  /** What is being said is of no use: the server forgets it as well, and waits for no more of it. */
  async #drop() {
    await this.#forget();
    this.#socket.emit("input.buffer.clear");
  }

  async #forget() {
    this.#wanted = false;
    this.#held = [];
    await this.#microphone.stop();
    this.#held = []; // the last chunk, which `stop` hands over
    this.#rest();
    this.#page.transcript.forget();
  }

  /** Send the chunks that wait; false where one could not be sent, which is told. */
  #giveHeld() {
    const isSent = this.#held.splice(0).every((chunk) => this.#socket.emit("input.buffer.append", chunk));
    if (!isSent && this.#socket.connected) {
      this.#page.transcript.note(TOO_SLOW);
      this.#drop();
    }
    return isSent;
  }

  #rest() {
    this.#wanted = false;
    this.#page.listening(false);
  }

  /** No more sound of this answer, whatever is still on its way. */
  #hush() {
    this.#deaf = true;
    this.#player.stop();
  }

  // ---- what the server says

  #joined({ sessionId, role, state }) {
    const { settings } = this.#page;
    this.#deaf = false;
    this.#parts.begin(null);
    this.#page.state(state, false);
    const isForgotten = state === "idle" && sessionId === this.#session && !this.#page.transcript.isEmpty;
    if (isForgotten) this.#page.transcript.note(FORGOTTEN);
    this.#session = sessionId;
    if (role !== "receiver") {
      if (state === "receiving") this.#socket.emit("input.buffer.clear");
      this.#socket.emit("session.update", state === "idle" ? settings.update : settings.microphone);
    }
  }

  #enter(state) {
    this.#page.state(state, true);
    if (state === "handshaken") this.#page.transcript.forget();
  }

  #begin() {
    this.#deaf = false;
    this.#player.stop();
    this.#parts.begin(0);
    this.#page.transcript.answer();
  }

  #hear(piece) {
    if (!this.#deaf) this.#parts.take(piece);
  }

  #cancelled(reason) {
    this.#hush();
    this.#page.transcript.finish(reason);
  }

  #failed({ message, errorId }) {
    const is = (names) => names.some((name) => this.facts.errors[name] === errorId);
    if (is(CONFIGURATION_ERRORS)) return this.#page.settings.tell({ success: false, message });
    this.#page.transcript.note(`${message} (${errorId})`);
    if (this.#wanted && is(UTTERANCE_ERRORS)) this.#drop();
  }
}
