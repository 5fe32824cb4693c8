// The inspection page: asks the server once a second what it looks like from inside, and shows it.
import { element, find } from "./dom.js";
import { Notice } from "./notice.js";
import { Place } from "./place.js";
import { Recordings } from "./recordings.js";

const EVERY = 1_000, FETCH_TIME = 5_000, SHOWN = 60; // milliseconds; rows of a table

const place = new Place();
const notice = new Notice();
const recordings = new Recordings(place);
let chosen = "", paused = false;

async function look() {
  const headers = { Authorization: `Bearer ${place.token}` };
  const response = await fetch(`inspect.json?${new URLSearchParams({ session: chosen })}`, { headers, signal: AbortSignal.timeout(FETCH_TIME) });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.message ?? `The server answers ${response.status}.`), { status: response.status });
}

async function refresh() {
  if (paused || document.hidden) return;
  if (!place.token) return ask("The server's token is asked for; the link that it prints brings it.");
  try {
    const seen = await look();
    show(seen);
    await recordings.refresh(seen.records);
    notice.clear("link");
  } catch (error) {
    explain(error);
  }
}

function explain(error) {
  find("#live").textContent = "no data";
  if (error.status === 401 || error.status === 403) return ask("The server refuses this token. The link that it printed last brings the right one.");
  notice.show("link", error.status ? error.message : "The server does not answer; trying again each second.");
}

function ask(text) {
  paused = true; // until there is another token: the form must not be drawn anew under the operator's hands
  notice.askToken(text, (token) => {
    place.change({ token });
    paused = false;
    refresh();
  });
}

function show({ now, picture, errors }) {
  find("#live").textContent = `live, ${new Date(now * 1000).toLocaleTimeString()}`;
  find("#sessions-title").textContent = `Sessions (${picture.sessionCount})`;
  find("#connections-title").textContent = `Connections (${picture.connectionCount})`;
  find("#pools").replaceChildren(...picture.pools.map(pool));
  find("#activity").textContent = activity(picture.voiceActivity);
  find("#turn-end").textContent = turnEnd(picture.turnEnd);
  showSessions(picture.sessions);
  find("#trace-title").textContent = picture.trace ? `Trace of ${picture.trace.id}` : "Trace";
  fill("#trace", (picture.trace?.steps ?? []).toReversed(), step, chosen ? "Nothing has happened in it yet." : "Choose a session to see its last transitions.");
  fill("#connections", picture.connections, connection, "Nobody is connected.");
  const closed = Object.entries(picture.closed).map(([reason, count]) => `${reason} ${count}`);
  find("#closed").textContent = closed.length ? `Closed so far: ${closed.join(", ")}.` : "";
  fill("#errors", errors, problemRow, "None since the start.");
}

/** The sessions; the button that has the focus keeps it. */
function showSessions(sessions) {
  /** @type {HTMLElement | null | undefined} */
  const button = document.activeElement?.closest("#sessions button");
  const focused = button?.dataset.id;
  fill("#sessions", sessions, session, "There is no session.");
  if (focused) find(`#sessions [data-id="${CSS.escape(focused)}"]`)?.focus();
}

function fill(table, items, row, empty) {
  const body = find(table);
  const rows = items.slice(0, SHOWN).map(row);
  if (items.length > SHOWN) rows.push(line(`and ${items.length - SHOWN} more`));
  body.replaceChildren(...(rows.length ? rows : [line(empty)]));
}

const line = (text) => element("tr", {}, element("td", { colspan: 9, class: "empty" }, text));
const cells = (...values) => values.map((value) => element("td", {}, value));

function pool({ name, workers, busy, waiting, taken, seats, crashes }) {
  const work = element("i"), queue = element("i");
  work.style.width = `${(100 * Math.min(taken, workers)) / seats}%`;
  queue.style.width = `${(100 * Math.max(0, taken - workers)) / seats}%`;
  const words = `${taken} of ${seats} seats taken, ${waiting} jobs waiting${crashes ? `, ${crashes} crashes` : ""}`;
  return element(
    "div", { class: "pool" },
    element("header", {}, element("b", {}, name), element("span", {}, `${busy} of ${workers} workers busy`)),
    element("div", { class: "gauge", "aria-hidden": "true" }, work, queue),
    element("p", {}, words),
  );
}

function activity({ engine, streams, frames, changes, lagMs }) {
  const heard = `${streams} microphones listened to by ${engine}, ${frames} frames so far, ${changes} changes of the engine`;
  return `${heard}${lagMs ? `, the last answer after ${lagMs} ms` : ""}.`;
}

function turnEnd({ engine, asked, answered, unknown, lagMs }) {
  if (!engine) return `Silence alone ends a turn; ${asked} pauses so far.`;
  const share = asked ? Math.round((100 * unknown) / asked) : 0;
  return `${engine} was asked ${asked} times whether a turn has ended, answered ${answered}, ${share} % unknown, the last after ${lagMs} ms.`;
}

function session({ id, state, age, inState, deadlineIn, turn, senders, receivers, absent, providers, detection, drafts }) {
  const choose = () => {
    chosen = chosen === id ? "" : id;
    refresh();
  };
  const button = element("button", { type: "button", "data-id": id, "aria-pressed": String(id === chosen), title: id, onclick: choose }, id.slice(0, 8));
  const sockets = `${senders} sender, ${receivers} receiver${absent ? `, ${absent} lost` : ""}`;
  return element("tr", {}, ...cells(button, element("span", { class: `state ${state}` }, state), seconds(inState), seconds(deadlineIn), seconds(age), String(turn), sockets, listens(detection, drafts), providers.join(", ")));
}

function listens(detection, { begun, kept, dropped, wasted }) {
  if (detection === "none") return "–";
  const tried = `${begun} drafts, ${kept} kept, ${dropped} dropped, ${wasted} calls wasted`;
  return begun ? `${detection}: ${tried}` : detection;
}

function step({ source, event, dest, ago, due }) {
  return element("tr", {}, ...cells(seconds(ago), source, event, element("span", { class: `state ${dest}` }, dest), seconds(due)));
}

function connection({ address, transport, way, queuedMessages, queuedBytes, awaitsPong }) {
  const queued = queuedMessages ? `${queuedMessages} messages, ${queuedBytes} bytes` : "nothing";
  return element("tr", {}, ...cells(address, way ? `${transport}, ${way} way` : transport, queued, awaitsPong ? "awaited" : "in time"));
}

function problemRow({ at, level, message }) {
  return element("tr", {}, ...cells(new Date(at * 1000).toLocaleTimeString(), element("span", { class: level === "WARNING" ? "" : "error" }, level.toLowerCase()), message));
}

function seconds(value) {
  if (value === null) return "–";
  return value < 120 ? `${value.toFixed(1)} s` : value < 7200 ? `${Math.round(value / 60)} min` : `${Math.round(value / 3600)} h`;
}

find("#pause").onclick = ({ target }) => {
  paused = !paused;
  target.setAttribute("aria-pressed", String(paused));
  target.textContent = paused ? "Go on" : "Pause";
  refresh();
};
setInterval(refresh, EVERY);
refresh();
