// The face: its mouth says what is heard, its eyes, brows and head show the session's state and the answer's cues.
import { change, find } from "./dom.js";
import { loud, outline, pose } from "./lips.js";
import { Mood } from "./mood.js";

const BLINK_EVERY = 3_800, BLINK_FOR = 130; // milliseconds
const AHEAD = [0, 0], GAZE = { receiving: [0, 1], transcribing: [3, -3], responding: [5, -5] };
const BROWS = { receiving: -3, transcribing: -2, responding: -5, speaking: -1 };

export class Face {
  #lips = find("#mouth"); #teeth = find("#teeth"); #tongue = find("#tongue"); #eyes = find("#eyes"); #brows = find("#brows");
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #loudness; #shapes; #state = "idle"; #wide = 0; #looks = AHEAD; #blinks = false;
  mood = new Mood(find("#gesture"));

  /** Asked at each `draw`: `loudness()` for a number from 0 to 1; `shapes()` for the weights of the fifteen shapes, null where they are not known. */
  constructor(loudness, shapes) {
    this.#loudness = loudness;
    this.#shapes = shapes;
    setInterval(() => this.#blink(), BLINK_EVERY);
  }

  set state(state) {
    this.#state = state;
  }

  #blink() {
    if (this.#still.matches) return;
    this.#blinks = true;
    setTimeout(() => { this.#blinks = false; }, BLINK_FOR);
  }

  /** To be called once a frame. */
  draw() {
    this.mood.step();
    this.#drawMouth();
    this.#drawEyes();
  }

  #drawMouth() {
    const open = this.#loudness(), weights = this.#shapes();
    this.#wide += (open - this.#wide) * 0.12;
    const mouth = weights ? pose(weights) : loud(open, this.#wide);
    change(this.#lips, "d", outline(mouth, this.mood.now.smile));
    change(this.#teeth, "y", (-mouth.up - 6).toFixed(1));
    change(this.#teeth, "opacity", mouth.teeth.toFixed(2));
    change(this.#tongue, "cy", (5 + mouth.down * (0.78 - 0.6 * mouth.tip)).toFixed(1));
    change(this.#tongue, "opacity", mouth.tongue.toFixed(2));
  }

  #drawEyes() {
    const { brows, slant, lids } = this.mood.now;
    change(this.#brows, "transform", `translate(0 ${((BROWS[this.#state] ?? 0) + brows).toFixed(1)})`);
    change(this.#brows.children[0], "transform", `rotate(${slant.toFixed(1)} -31 -46)`);
    change(this.#brows.children[1], "transform", `rotate(${(-slant).toFixed(1)} 31 -46)`);
    const [x, y] = GAZE[this.#state] ?? AHEAD;
    this.#looks = [this.#looks[0] + (x - this.#looks[0]) * 0.1, this.#looks[1] + (y - this.#looks[1]) * 0.1];
    const opened = this.#blinks ? 0.08 : lids;
    change(this.#eyes, "transform", `translate(${this.#looks[0].toFixed(2)} ${this.#looks[1].toFixed(2)}) scale(1 ${opened.toFixed(2)})`);
  }
}
