// Small helpers for building pages out of elements; text goes in as text, never as mark-up.

const SVG = "http://www.w3.org/2000/svg";

/** The first element of the page that `selector` names; its kind is known to whoever asks.
 * @returns {any} */
export const find = (selector) => document.querySelector(selector);

/** An element with attributes and children; a child may be a string, null is left out. */
export function element(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function shape(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

function furnish(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** Keep the first or last `most` children of `list`. */
export function bound(list, most, end = "first") {
  while (list.children.length > most) (end === "first" ? list.firstElementChild : list.lastElementChild).remove();
}

/** The time of day with milliseconds. */
export function clock(date = new Date()) {
  return `${date.toLocaleTimeString([], { hour12: false })}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Milliseconds in words short enough for a table. */
export function span(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Set an attribute where that changes it: what is drawn anew for nothing costs a processor its time. */
export function change(drawn, name, value) {
  if (drawn.getAttribute(name) !== value) drawn.setAttribute(name, value);
}
