// A small Socket.IO client over WebSocket: events, attachments both ways, heartbeat, and reconnecting.
import { Decoder, encodeEvent } from "./packets.js";

const CONNECT = 0, DISCONNECT = 1, EVENT = 2, CONNECT_ERROR = 4;
const FIRST_DELAY = 400, LONGEST_DELAY = 8_000, OPENING_TIME = 10_000;
const MOST_BUFFERED = 1_000_000; // bytes; a network that is this far behind does not carry a microphone

/**
 * `plan()` is asked before each attempt for `{url, auth, names, final}`; `names` are the events and keys that have
 * another name on this server, by their documented one, `final` the refusals that asking again does not change. `onStatus` hears `{status, ...}`: connecting, open, lost (with `seconds` until the
 * next attempt), refused (with `message`, `code`). `onTraffic` hears every event, both ways.
 */
export class Socket {
  #plan; #onStatus; #onTraffic;
  #listeners = new Map();
  #names = {}; #documented = {}; /** @type {number[]} */ #final = [];
  #attempts = 0; #generation = 0;
  /** @type {WebSocket | null} */ #ws = null;
  #decoder = new Decoder(); #retry = 0; #watchdog = 0;
  connected = false;

  constructor(plan, onStatus, onTraffic) {
    this.#plan = plan;
    this.#onStatus = onStatus;
    this.#onTraffic = onTraffic;
    addEventListener("online", () => { if (this.#retry) this.start(); });
  }

  on(name, listener) {
    this.#listeners.set(name, listener);
  }

  /** Connect now, whatever was before. */
  async start() {
    this.stop();
    const generation = this.#generation;
    this.#onStatus({ status: "connecting" });
    try {
      const plan = await this.#plan();
      if (generation === this.#generation) this.#open(plan);
    } catch {
      if (generation === this.#generation) this.#lose("The server does not answer.");
    }
  }

  /** Leave, and do not come back before `start`. */
  stop() {
    this.#generation += 1;
    this.#close();
  }

  /** Send an event; false where there is no connection, or for sound one that cannot keep up. */
  emit(name, ...args) {
    const isSound = args[0] instanceof ArrayBuffer;
    const ws = this.#ws;
    if (!ws || !this.connected || (isSound && ws.bufferedAmount > MOST_BUFFERED)) return false;
    for (const frame of encodeEvent([this.#names[name] ?? name, ...args])) ws.send(frame);
    this.#onTraffic("out", name, args[0]);
    return true;
  }

  #open({ url, auth, names, final }) {
    this.#final = final;
    this.#names = names;
    this.#documented = Object.fromEntries(Object.entries(names).map(([documented, wire]) => [wire, documented]));
    const ws = new WebSocket(url);
    ws.binaryType = "arraybuffer";
    this.#ws = ws;
    this.#decoder = new Decoder();
    const mine = (act) => (event) => { if (ws === this.#ws) act(event); };
    ws.onmessage = mine(({ data }) => this.#receive(data, auth));
    ws.onclose = mine(() => this.#lose("The connection to the server is lost."));
    this.#watch(OPENING_TIME);
  }

  /** Give the server this long to say something. */
  #watch(milliseconds) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lose("The server has fallen silent."), milliseconds);
  }

  #receive(data, auth) {
    if (typeof data !== "string") return this.#take(this.#decoder.take(data));
    if (data[0] === "0") return this.#begin(JSON.parse(data.slice(1)), auth);
    if (data[0] === "1") return this.#lose("The server has closed the connection.");
    if (data[0] === "2") return this.#pong();
    if (data[0] === "4") return this.#take(this.#decoder.take(data.slice(1)));
  }

  #begin({ pingInterval, pingTimeout }, auth) {
    this.patience = pingInterval + pingTimeout;
    this.#watch(this.patience);
    const given = Object.entries(auth).filter(([, value]) => value !== undefined && value !== "");
    this.#ws?.send(`40${JSON.stringify(Object.fromEntries(given.map(([key, value]) => [this.#names[key] ?? key, value])))}`);
  }

  #pong() {
    this.#watch(this.patience);
    this.#ws?.send("3");
  }

  #take(packet) {
    if (!packet) return;
    if (packet.type === CONNECT) this.#joined();
    if (packet.type === EVENT) this.#hear(packet);
    if (packet.type === DISCONNECT) this.#lose("The server has ended the session.");
    if (packet.type === CONNECT_ERROR) this.#refused(packet.data ?? {});
  }

  #joined() {
    this.connected = true;
    this.#attempts = 0;
    this.#onStatus({ status: "open" });
  }

  #hear({ data: [wire, payload] }) {
    const name = this.#documented[wire] ?? wire;
    this.#onTraffic("in", name, payload);
    this.#listeners.get(name)?.(payload);
  }

  #refused({ message = "The server refuses the connection.", data }) {
    if (!this.#final.includes(data?.statusCode)) return this.#lose(message);
    this.stop();
    this.#onStatus({ status: "refused", message, code: data.statusCode });
  }

  #close() {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.connected = false;
    const ws = this.#ws;
    this.#ws = null;
    ws?.close();
  }

  /** The connection is over; try again, each time a little later, and not all pages at once. */
  #lose(message) {
    this.stop();
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 1.7 ** this.#attempts) * (0.7 + 0.6 * Math.random());
    this.#attempts += 1;
    this.#retry = setTimeout(() => this.start(), delay);
    this.#onStatus({ status: "lost", message, seconds: delay / 1000 });
  }
}
