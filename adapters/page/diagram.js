// The session's states as a drawing: the current one lit, the way by which it came, and the last transitions with times.
import { bound, clock, element, find, shape, span } from "./dom.js";

const MIDDLE = [200, 128], RADII = [132, 98]; // of the ring on which the states of a turn stand
const CORNER = [60, 30]; // where the first state stands, which a session leaves once
const SIZE = [104, 34];
const KEPT = 6; // transitions

export class Diagram {
  #svg = find("#diagram"); #list = find("#transitions");
  #nodes = new Map(); #arrows = new Map();
  #state = ""; #since = 0;

  constructor() {
    this.machine = { states: this.#svg.dataset.states.split(" "), arrows: [] };
  }

  /** The states and every way between two different ones, as the server's own table has them. */
  set machine({ states, arrows }) {
    const places = new Map(states.map((name, at) => [name, at ? onRing(at - 1, states.length - 1) : CORNER]));
    this.#nodes = new Map([...places].map(([name, [x, y]]) => [name, drawNode(name, x, y)]));
    this.#arrows = new Map(arrows.map((arrow) => [`${arrow.source} ${arrow.dest}`, drawArrow(arrow, places)]));
    const faint = [...this.#arrows.values()].sort((one, other) => one.classList.length - other.classList.length);
    this.#svg.replaceChildren(...faint.reverse(), ...this.#nodes.values());
    this.#light();
  }

  /** The session has moved to `state`. */
  enter(state) {
    const before = this.#state, now = performance.now();
    this.#state = state;
    if (before && before !== state) this.#note(before, state, now - this.#since);
    this.#since = now;
    this.#light(before);
  }

  /** The session is found in `state`, however it came there; "": where it is is not known. */
  find(state) {
    this.#state = state;
    this.#since = performance.now();
    this.#light("");
  }

  #light(before) {
    for (const [name, node] of this.#nodes) node.classList.toggle("lit", name === this.#state);
    for (const [way, arrow] of this.#arrows) arrow.classList.toggle("taken", way === `${before} ${this.#state}`);
  }

  #note(before, state, stayed) {
    this.#list.prepend(
      element("li", {}, element("time", {}, clock()), element("span", {}, `${before} → ${state}`), element("data", { title: `after ${span(stayed)} in ${before}` }, `+${span(stayed)}`)),
    );
    bound(this.#list, KEPT, "last");
  }
}

function drawNode(name, x, y) {
  const [width, height] = SIZE;
  const box = shape("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: height / 2 });
  return shape("g", { class: "node", "data-name": name }, box, shape("text", { x, y: y + 4.5, "text-anchor": "middle" }, name));
}

/** The place of the one numbered `at` of so many, clockwise from the top. */
function onRing(at, many) {
  const angle = (2 * Math.PI * at) / many;
  return [Math.round(MIDDLE[0] + RADII[0] * Math.sin(angle)), Math.round(MIDDLE[1] - RADII[1] * Math.cos(angle))];
}

/** A bent line between the edges of two boxes, bent to its left, so that there and back lie apart. */
function drawArrow({ source, dest, events, isUsual }, places) {
  const [x1, y1] = places.get(source), [x2, y2] = places.get(dest);
  const bend = isUsual ? 0.1 : -0.2;
  const middle = [(x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend];
  const from = edge([x1, y1], middle), to = edge([x2, y2], middle);
  const path = shape("path", { d: `M${from} Q${middle} ${to}`, class: isUsual ? "arrow usual" : "arrow", "marker-end": "url(#head)" });
  path.append(shape("title", {}, `${source} → ${dest}: ${events.join(", ")}`));
  return path;
}

/** Where the line from the middle of a box towards `point` leaves it. */
function edge([x, y], point) {
  const dx = point[0] - x, dy = point[1] - y;
  const scale = Math.min((SIZE[0] / 2 + 4) / Math.abs(dx || 1e-9), (SIZE[1] / 2 + 4) / Math.abs(dy || 1e-9));
  return [+(x + dx * scale).toFixed(1), +(y + dy * scale).toFixed(1)];
}
