// The moods of the face and its gestures, as `response.cue` names them: never the mouth's opening, which is the speech's.

const CALM = { smile: 0, brows: 0, slant: 0, lids: 1 };
// smile: of the corners, -1 to 1; brows: how high; slant: degrees, inner ends down; lids: how wide the eyes are.
const MOODS = {
  neutral: CALM,
  happy: { smile: 1, brows: -3, slant: 0, lids: 0.9 },
  angry: { smile: -0.6, brows: 4, slant: 16, lids: 0.8 },
  sad: { smile: -0.9, brows: -1, slant: -14, lids: 0.85 },
  relaxed: { smile: 0.5, brows: 1, slant: 0, lids: 0.7 },
  surprised: { smile: 0.1, brows: -9, slant: 0, lids: 1.15 },
};
const GESTURES = ["wave", "nod", "shake"];
const EASE = 0.12, LASTS = 1_200; // share of the way a frame; milliseconds of a gesture

export class Mood {
  #wanted = CALM;
  now = { ...CALM };
  name = "neutral";
  #head;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #back;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #rest;

  /** `head`: the element that makes the gestures, by its class. */
  constructor(head) {
    this.#head = head;
  }

  /** Do what a cue says; a name that this face has no picture of changes nothing. */
  show({ kind, name, seconds }) {
    if (kind === "gesture" && GESTURES.includes(name)) this.#gesture(name);
    if (kind === "face" && Object.hasOwn(MOODS, name)) this.#look(name, seconds);
  }

  #look(name, seconds) {
    clearTimeout(this.#back);
    this.name = name;
    this.#wanted = MOODS[name];
    if (seconds) this.#back = setTimeout(() => this.#look("neutral", 0), seconds * 1000);
  }

  #gesture(name) {
    clearTimeout(this.#rest);
    this.#head.setAttribute("class", name);
    this.#rest = setTimeout(() => this.#head.removeAttribute("class"), LASTS);
  }

  /** The answer is over or was cut off: calm again. */
  calm() {
    this.#look("neutral", 0);
  }

  /** To be called once a frame. */
  step() {
    for (const part of Object.keys(CALM)) this.now[part] += (this.#wanted[part] - this.now[part]) * EASE;
  }
}
