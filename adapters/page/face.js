// The face: its mouth moves with the sound, its eyes and brows with the state of the session.
import { find } from "./dom.js";

const BLINK_EVERY = 3_800, BLINK_FOR = 130; // milliseconds
const AHEAD = [0, 0], GAZE = { receiving: [0, 1], transcribing: [3, -3], responding: [5, -5] };
const BROWS = { receiving: -3, transcribing: -2, responding: -5, speaking: -1 };

export class Face {
  #mouth = find("#mouth"); #tongue = find("#tongue"); #eyes = find("#eyes"); #brows = find("#brows");
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #loudness; #state = "idle"; #open = 0; #wide = 0; #looks = AHEAD; #blinks = false;

  /** `loudness()` is asked at each `draw`, for a number from 0 to 1. */
  constructor(loudness) {
    this.#loudness = loudness;
    setInterval(() => this.#blink(), BLINK_EVERY);
  }

  set state(state) {
    this.#state = state;
    this.#brows.setAttribute("transform", `translate(0 ${BROWS[state] ?? 0})`);
  }

  #blink() {
    if (this.#still.matches) return;
    this.#blinks = true;
    setTimeout(() => { this.#blinks = false; }, BLINK_FOR);
  }

  /** To be called once a frame. */
  draw() {
    const open = this.#loudness();
    // Loud vowels are wide, the sounds between them are narrow: the width lags behind the opening, which reads as speech.
    this.#wide += (open - this.#wide) * 0.12;
    this.#open = open;
    this.#shapeMouth();
    const [x, y] = GAZE[this.#state] ?? AHEAD;
    this.#looks = [this.#looks[0] + (x - this.#looks[0]) * 0.1, this.#looks[1] + (y - this.#looks[1]) * 0.1];
    const blink = this.#blinks ? " scale(1 0.08)" : "";
    this.#eyes.setAttribute("transform", `translate(${this.#looks[0].toFixed(2)} ${this.#looks[1].toFixed(2)})${blink}`);
  }

  #shapeMouth() {
    const half = 21 - 5 * this.#open + 6 * this.#wide, up = 8 * this.#open, down = 6 + 26 * this.#open, corner = -3 + 2 * this.#open;
    const upper = `M${-half} ${corner} Q0 ${4 - 2 * up} ${half} ${corner}`;
    this.#mouth.setAttribute("d", `${upper} Q0 ${4 + 2 * down} ${-half} ${corner} Z`);
    this.#tongue.setAttribute("cy", 5 + down * 0.78);
    this.#tongue.setAttribute("opacity", Math.min(1, this.#open * 2.2).toFixed(2));
  }
}
