// The session's states as a drawing: the current one lit, the way by which it came, and the last transitions with times.
import { bound, clock, element, find, shape, span } from "./dom.js";

const PLACES = {
  idle: [64, 30], handshaken: [200, 30], receiving: [330, 88],
  transcribing: [330, 172], responding: [200, 226], speaking: [70, 144],
};
const SIZE = [104, 34];
const USUAL = new Set([
  "idle handshaken", "handshaken receiving", "receiving transcribing", "transcribing responding", "responding speaking",
  "speaking handshaken",
]);
const KEPT = 6; // transitions

export class Diagram {
  #svg = find("#diagram"); #list = find("#transitions");
  #nodes = new Map(); #arrows = new Map();
  #state = ""; #since = 0;

  constructor() {
    for (const [name, [x, y]] of Object.entries(PLACES)) this.#nodes.set(name, drawNode(name, x, y));
    this.arrows = [...USUAL].map((way) => ({ source: way.split(" ")[0], dest: way.split(" ")[1], events: [] }));
  }

  /** Every way between two different states, as the server's own table has it. */
  set arrows(arrows) {
    this.#arrows.clear();
    for (const { source, dest, events } of arrows) {
      if (PLACES[source] && PLACES[dest] && source !== dest) this.#arrows.set(`${source} ${dest}`, drawArrow(source, dest, events));
    }
    const faint = [...this.#arrows.values()].sort((one, other) => one.classList.length - other.classList.length);
    this.#svg.replaceChildren(...faint.reverse(), ...this.#nodes.values());
    this.#light();
  }

  get state() {
    return this.#state;
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

/** A bent line between the edges of two boxes, bent to its left, so that there and back lie apart. */
function drawArrow(source, dest, events) {
  const [x1, y1] = PLACES[source], [x2, y2] = PLACES[dest];
  const way = `${source} ${dest}`, usual = USUAL.has(way);
  const bend = usual ? 0.1 : -0.2;
  const middle = [(x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend];
  const from = edge([x1, y1], middle), to = edge([x2, y2], middle);
  const path = shape("path", { d: `M${from} Q${middle} ${to}`, class: usual ? "arrow usual" : "arrow", "marker-end": "url(#head)" });
  path.append(shape("title", {}, `${source} → ${dest}: ${events.join(", ")}`));
  return path;
}

/** Where the line from the middle of a box towards `point` leaves it. */
function edge([x, y], point) {
  const dx = point[0] - x, dy = point[1] - y;
  const scale = Math.min((SIZE[0] / 2 + 4) / Math.abs(dx || 1e-9), (SIZE[1] / 2 + 4) / Math.abs(dy || 1e-9));
  return [+(x + dx * scale).toFixed(1), +(y + dy * scale).toFixed(1)];
}
