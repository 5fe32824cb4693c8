// A conversation as this page takes part in it: what is said and heard, and what each event of the server means to it.

import { CHUNK } from "./microphone.js";
import { Positions } from "./positions.js";

const MARGIN = 50; // milliseconds that a chunk may be quicker than the commit
const MOST_LATE = 1_000; // milliseconds of sound that wait longer
const UTTERANCE_ERRORS = ["wrongState", "wrongRole", "tooLong", "deadline"]; // after which speaking on is of no use
const CONFIGURATION_ERRORS = ["badConfiguration", "unknownProvider"];
const NOT_OPEN = "Nothing was recorded, because the microphone was still being opened. Press Talk and say it again.";
const CUT_OFF = "The connection was lost while you spoke. What you said has not been heard: say it again.";
const TOO_SLOW = "The network does not keep up with the microphone. What you said has not been heard: say it again.";
const FALLEN_BEHIND = "The network does not keep up with the microphone. Something of what you said may be missing.";
const FORGOTTEN = "The server does not remember this conversation any more. A new one has begun.";
const RECORDED = "This server records the conversation.";

export class Conversation {
  #parts; #page; #socket; #player; #microphone; #positions;
  /** @type {any} page.json */ facts;
  /** Whether the server hears all the time and finds the ends of what is said; else a press begins and a release ends it. */
  handsFree = false;
  #deaf = false; #wanted = false; #committed = -Infinity; #held = []; #session = ""; #state = "";
  /** @type {boolean[]} */ #asked = []; // of each `session.update` that has not been answered: whether it is hands-free
  #heard = false; #behind = false; #turn = null;

  /** `page` has the views: transcript, ledger, settings, notice, and `state(name, moved)`, `listening(on)`, `mode()`,
   * `hears(speaks)`, `holds(how)`, `asks(on)`, `idle(milliseconds)`, and the `expression`. */
  constructor(page, socket, player, microphone, parts) {
    this.#page = page;
    this.#positions = new Positions((position) => socket.emit("playback.position", position));
    this.#socket = socket;
    this.#player = player;
    this.#microphone = microphone;
    this.#parts = parts;
    for (const [name, deed] of Object.entries({ ...this.#turns(), ...this.#holds() })) socket.on(name, deed);
  }

  #turns() {
    const page = this.#page;
    return {
      "session.joined": (event) => this.#joined(event),
      "session.state": ({ state }) => this.#enter(state),
      "session.updated": (event) => this.#updated(event),
      "input.buffer.initialized": () => page.transcript.listen(),
      "request.transcribe.delta": ({ text }) => page.transcript.hear(text),
      "request.transcribe.done": (event) => this.#understand(event),
      "response.started": ({ turn }) => this.#begin(turn),
      "response.text.delta": ({ text }) => page.transcript.write(text),
      "response.text.done": ({ text }) => page.transcript.complete(text),
      "response.audio.delta": (piece) => this.#hear(piece),
      "response.metrics": (metrics) => page.ledger.show(metrics),
      "response.cancelled": ({ reason }) => this.#cancelled(reason),
      "custom.error": (error) => this.#failed(error),
    };
  }

  #holds() {
    const page = this.#page;
    return {
      "input.speech.started": () => page.hears(true),
      "input.speech.stopped": () => this.#stopped(),
      "input.idle": ({ idleMs }) => page.idle(idleMs),
      "response.held": (event) => this.#hold(event),
      "response.resumed": ({ turn }) => this.#resume(turn),
      "session.echo": ({ message }) => page.notice.show("echo", message),
      "session.draining": ({ seconds }) => page.notice.show("link", `The server goes down within ${seconds} s: this answer is heard to its end, and the page connects again.`),
    };
  }

  // ---- what the user does

  /** Whether the user speaks, or is about to. */
  get speaking() {
    return this.#wanted;
  }

  /** Have the page's settings in force. False where there is no connection. */
  configure() {
    return this.#update(this.#page.settings.update);
  }

  #update(update) {
    this.#asked.push(this.#page.settings.handsFree);
    return this.#socket.emit("session.update", update);
  }

  /** Start speaking; where one holds a button for it, whatever the avatar says is cut off. */
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
    if (!this.handsFree) this.#hush();
    this.#held = [];
    this.#microphone.start();
    this.#page.hears(false);
  }

  /** Everything is said: have it answered. Hands-free, it is said to the end where something is being said. */
  async send() {
    if (this.handsFree) return this.#mute();
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

  async #mute() {
    this.#wanted = false;
    await this.#microphone.stop();
    this.#rest();
    if (this.#state === "receiving") this.#socket.emit("input.buffer.commit");
  }

  /** The microphone has fallen silent by itself: what was said until then is answered. */
  async silenced(why) {
    this.#page.notice.show("microphone", `${why} ${this.handsFree ? "Press Talk to go on." : "What you said until then has been sent."}`);
    await this.send();
  }

  /** Say it in writing, in the place of what is being spoken. False where there is no connection. */
  async write(text) {
    this.#player.unlock();
    this.#hush();
    if (this.#wanted && !this.handsFree) await this.#drop();
    this.#page.ledger.start();
    return this.#socket.emit("input.text", { text });
  }

  /** Stop the avatar. */
  cancel() {
    this.#hush();
    this.#socket.emit("response.cancel");
  }

  /** Have what was said answered, where the settings leave that to the user. */
  reply() {
    this.#socket.emit("response.create");
  }

  /** How far this page has played is told where there is something to tell; to be called often. */
  look() {
    this.#positions.look(this.#player.position, performance.now());
  }

  /** A chunk of the microphone. Just after a commit it waits a moment, for the server would take it for a late one. */
  chunk(buffer) {
    if (this.handsFree) return this.#stream(buffer);
    const wait = this.facts.limits.straggler * 1000 + MARGIN;
    this.#held.push(buffer);
    if (this.#held.length > (wait + MOST_LATE) / CHUNK) this.#held.shift();
    if (performance.now() - this.#committed > wait) this.#giveHeld();
  }

  /** Hands-free, each chunk goes out at once, from when the server is known to listen. */
  #stream(buffer) {
    if (!this.#heard || !this.#socket.connected) return;
    const isSent = this.#socket.emit("input.buffer.append", buffer);
    if (!isSent && !this.#behind) this.#page.transcript.note(FALLEN_BEHIND);
    this.#behind = !isSent;
  }

  /** The connection is gone: what is being said is lost with it, and so is the rest of an answer. An open microphone
   * stays open for when it is back. */
  async lost() {
    this.#page.transcript.finish("connection lost");
    if (!this.handsFree) return this.leave();
    this.#tellLoss();
    this.#page.transcript.forget();
  }

  /** This page gives the connection up: what is being said is lost with it. */
  async leave() {
    this.#tellLoss();
    await this.#forget();
  }

  #tellLoss() {
    const isLost = this.#microphone.on && (!this.handsFree || this.#state === "receiving");
    if (isLost) this.#page.transcript.note(CUT_OFF);
    this.#state = "";
    this.#heard = false;
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
    const position = this.#player.position;
    if (position) this.#positions.look({ ...position, playing: false }, performance.now(), true);
    this.#positions.begin(null);
    this.#deaf = true;
    this.#quiet();
  }

  #quiet() {
    this.#player.stop();
    this.#page.expression.begin(null);
    this.#page.holds("");
  }

  // ---- what the server says

  #joined({ sessionId, role, state, recorded }) {
    const { settings } = this.#page;
    this.#deaf = false;
    this.#parts.begin(null);
    this.#positions.begin(null);
    this.#enter(state, false);
    const isForgotten = state === "idle" && sessionId === this.#session && !this.#page.transcript.isEmpty;
    if (isForgotten) this.#page.transcript.note(FORGOTTEN);
    if (recorded && sessionId !== this.#session) this.#page.transcript.note(RECORDED);
    this.#session = sessionId;
    this.#asked = [];
    this.#heard = false;
    if (role !== "receiver") {
      this.#switch(settings.handsFree);
      if (state === "receiving") this.#socket.emit("input.buffer.clear");
      this.#update(state === "idle" ? settings.update : settings.microphone);
    }
  }

  /** An update that was refused has changed nothing, not even how the server listens. */
  #updated(event) {
    const handsFree = this.#asked.shift();
    if (event.success && handsFree !== undefined) {
      this.#switch(handsFree);
      this.#heard = true;
    }
    this.#page.settings.tell(event);
  }

  #switch(handsFree) {
    if (handsFree !== this.handsFree && this.#wanted) this.#drop();
    this.handsFree = handsFree;
    this.#page.mode();
  }

  #enter(state, moved = true) {
    this.#state = state;
    this.#page.state(state, moved);
    if (state !== "receiving") this.#page.hears(false);
    if (state !== "responding" && state !== "speaking") this.#page.holds(""); // an answer may end while it is held
    if (moved && state === "handshaken") this.#page.transcript.forget();
  }

  #stopped() {
    this.#page.hears(false);
    this.#page.ledger.start();
  }

  #understand(event) {
    this.#page.transcript.understand(event);
    this.#page.asks(this.handsFree && event.text !== "" && !this.#page.settings.answers);
  }

  #begin(turn) {
    this.#deaf = false;
    this.#turn = turn;
    this.#quiet();
    this.#page.asks(false);
    this.#parts.begin(0);
    this.#positions.begin(turn);
    this.#page.expression.begin(turn);
    this.#page.transcript.answer();
  }

  #hear(piece) {
    if (!this.#deaf) this.#parts.take(piece);
  }

  /** Somebody may be interrupting. */
  #hold({ turn, how }) {
    if (turn !== this.#turn || this.#deaf) return;
    if (how === "pause") this.#player.pause();
    else this.#player.duck();
    this.#positions.look(this.#player.position, performance.now(), true);
    this.#page.holds(how);
  }

  /** It was a cough, or a word that only says: go on. */
  #resume(turn) {
    if (turn !== this.#turn || this.#deaf) return;
    this.#player.resume();
    this.#positions.look(this.#player.position, performance.now(), true);
    this.#page.holds("");
  }

  #cancelled(reason) {
    this.#hush();
    if (reason === "reopened") this.#page.transcript.reopen();
    else this.#page.transcript.finish(reason);
  }

  #failed({ message, errorId }) {
    const is = (names) => names.some((name) => this.facts.errors[name] === errorId);
    if (is(CONFIGURATION_ERRORS)) return this.#page.settings.tell({ success: false, message });
    this.#page.transcript.note(`${message} (${errorId})`);
    if (this.#wanted && !this.handsFree && is(UTTERANCE_ERRORS)) this.#drop();
  }
}
