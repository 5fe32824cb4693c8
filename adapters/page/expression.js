// What the avatar's face does for an answer: the mouth for what is heard, and the cues whose moment has come.
import { Mouth } from "./mouth.js";

export class Expression {
  #mouth = new Mouth();
  /** @type {any[]} */ #cues = []; // of this answer, that have not been shown
  /** @type {number | null} */ #turn = null;
  #show;

  /** `show(cue)` is given each `response.cue` at its moment, and null where an answer begins or is cut off. */
  constructor(socket, show) {
    this.#show = show;
    socket.on("response.mouth", (message) => this.#mouth.take(message));
    socket.on("response.cue", (cue) => { if (cue.turn === this.#turn) this.#cues.push(cue); });
  }

  /** Another answer; null: there is none any more, or none whose number is known. */
  begin(turn) {
    this.#turn = turn;
    this.#mouth.begin(turn);
    this.#cues = [];
    this.#show(null);
  }

  /** The weights of the shapes for what is `heard`, null where they are not known; to be asked once a frame. */
  now(heard) {
    if (!heard?.part) return null;
    const { part: { id }, ms, playing } = heard;
    const isDue = (cue) => cue.id < id || (cue.id === id && cue.at <= ms);
    for (const cue of this.#cues.filter(isDue)) this.#show(cue);
    this.#cues = this.#cues.filter((cue) => !isDue(cue));
    return this.#mouth.knows(id) ? this.#mouth.at(id, playing ? ms : Infinity) : null;
  }
}
