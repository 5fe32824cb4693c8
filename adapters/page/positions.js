// How far this page has played, as the server is told it: at each beginning and end, and now and then in between.

const EVERY = 250; // milliseconds between two that say nothing new

export class Positions {
  #send; #sent = -Infinity;
  /** @type {number | null} */ #turn = null;
  /** @type {any} */ #last = null;

  /** `send(payload)` is given each `playback.position`. */
  constructor(send) {
    this.#send = send;
  }

  /** Another answer; null: none, or one whose number is not known. */
  begin(turn) {
    this.#turn = turn;
    this.#last = null;
  }

  /** Look at the player's `position` at `now`, in milliseconds; `always`: it was just held, resumed or stopped. */
  look(position, now, always = false) {
    if (this.#turn === null || !position) return;
    if (this.#last && this.#last.part !== position.part) this.#finish(this.#last, now);
    const isNews = always || this.#last?.playing !== position.playing;
    if (isNews || (position.playing && now - this.#sent >= EVERY)) this.#tell(position, now);
  }

  /** Another part has begun since: the one before it was heard to its end. */
  #finish(last, now) {
    const ms = Math.round(last.part.seconds * 1000);
    if (last.ms < ms) this.#tell({ ...last, ms }, now);
    this.#last = null;
  }

  #tell(position, now) {
    const { part, ms, playing } = position;
    this.#last = position;
    this.#sent = now;
    this.#send({ turn: this.#turn, id: part.id, ms, playing });
  }
}
