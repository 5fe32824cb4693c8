// The talk page: makes its parts and connects them.
import { Conversation } from "./conversation.js";
import { Diagram } from "./diagram.js";
import { find } from "./dom.js";
import { Drawer } from "./drawer.js";
import { Expression } from "./expression.js";
import { Face } from "./face.js";
import { Ledger } from "./ledger.js";
import { Microphone, RATE as MICROPHONE_RATE } from "./microphone.js";
import { Notice } from "./notice.js";
import { Parts } from "./parts.js";
import { Place, uuid } from "./place.js";
import { Player, RATE } from "./player.js";
import { watchRoom } from "./room.js";
import { Settings } from "./settings.js";
import { Share } from "./share.js";
import { Socket } from "./socket.js";
import { TalkButton } from "./talk.js";
import { Transcript } from "./transcript.js";

const HINTS = {
  idle: "Getting ready …",
  handshaken: "Press Talk once, and then just talk: tell me a story, for instance.",
  receiving: "I hear you.",
  transcribing: "Recognising what you said …",
  responding: "Thinking about an answer …",
  speaking: "Speaking. Talk whenever you want to interrupt.",
};
const HELD_HINTS = { ...HINTS, handshaken: "Hold the button and say: tell me a story. Or click to start and click to send; the space bar works too.", receiving: "Listening. Let go, or click, when you have finished." };
const LISTENER_HINTS = { ...HINTS, idle: "Waiting for the conversation to begin.", handshaken: "Waiting for someone to speak.", receiving: "Somebody is speaking.", speaking: "Speaking." };
const HOLDING = { duck: "Do you want to say something?", pause: "Waiting for you. If it was nothing, I go on." };
const CANCELLING = {
  all: "The browser cancels the echo of what this page plays.",
  "remote-only": "The browser does not cancel the echo of what this page plays: wear headphones, or turn it down.",
  true: "The browser cancels echo; if the avatar interrupts itself, wear headphones.",
  false: "The browser cancels no echo: wear headphones, or turn the sound down.",
};
const MOUTH = "ovr,words"; // the shapes of the face, and its cues
const LOOK_EVERY = 50; // milliseconds
const FETCH_TIME = 8_000;

let catalogue = null;
/** @type {any} page.json */ let facts = null;
const place = new Place();
const drawer = new Drawer();
const diagram = new Diagram();
const player = new Player();
const microphone = new Microphone((chunk) => conversation.chunk(chunk), showLevel, (why) => conversation.silenced(why));
const face = new Face(() => player.loudness(), () => page.expression.now(player.heard));
const settings = new Settings(`pcm16/${MICROPHONE_RATE}`, () => conversation.configure());
const share = new Share(() => place, () => join({ role: "receiver" }));
/** @type {any} */ const page = { transcript: new Transcript(), ledger: new Ledger(), notice: new Notice(), settings, state: showState, listening: showListening, mode: showMode, hears: showHearing, holds: showHold, asks: showQuestion, idle: showIdle };
const parts = new Parts((samples, part) => {
  page.ledger.hear(player.play(samples, part));
  find("#ledger").dataset.sound = player.scheduled.toFixed(3);
  showLock();
});
const socket = new Socket(plan, showLink, (way, name, payload) => drawer.note(way, name, payload));
page.expression = new Expression(socket, showMood);
const conversation = new Conversation(page, socket, player, microphone, parts);
const talk = find("#talk");
new TalkButton(talk, () => conversation.speaking, () => conversation.speak(), () => conversation.send(), () => !conversation.handsFree);

// ---- the connection

/** Where and how to connect; asked anew each time, because a server that was started again may have other settings. */
async function plan() {
  know(await load("page.json"));
  const { sessionId, role, token } = place;
  if (!catalogue) settings.catalogue = catalogue = token ? await load("v1/catalogue").catch(() => null) : null;
  const url = new URL(`.${facts.path}?EIO=4&transport=websocket`, location.href).href.replace(/^http/, "ws"); // below any prefix
  return { url, names: facts.names, final: facts.refusals.final, auth: { sessionId, role, token, audioFormat: `pcm16/${RATE}`, holds: role !== "sender", mouth: MOUTH } };
}

function know(told) {
  facts = told;
  diagram.machine = facts;
  settings.fields = facts.configuration;
  share.lan = facts.lan;
  conversation.facts = facts;
  find("#words").maxLength = facts.limits.textChars;
  if (!facts.roles.includes(place.role)) place.change({ role: "both" });
}

async function load(path) {
  /** @type {Record<string, string>} */
  const headers = place.token ? { Authorization: `Bearer ${place.token}` } : {};
  const response = await fetch(path, { headers, signal: AbortSignal.timeout(FETCH_TIME) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function join(change) {
  place.change(change);
  document.body.dataset.role = place.role;
  page.notice.clear("link");
  conversation.leave();
  rest();
  socket.start();
}

function showLink({ status, message, seconds, code }) {
  document.body.dataset.link = status;
  find("#link-text").textContent = { connecting: "connecting", open: "connected", lost: "disconnected", refused: "refused" }[status];
  for (const control of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("#talk, #composer button"))) control.disabled = status !== "open";
  if (status === "open") page.notice.clear("link");
  if (status === "lost" || status === "refused") leave(status === "refused");
  if (status === "lost") {
    page.notice.show("link", `${message} Trying again in ${Math.ceil(seconds)} s; the conversation is kept for a while.`, ["Try now", () => socket.start()]);
  }
  if (status === "refused") showRefusal(message, code);
}

function leave(isForGood) {
  conversation.lost();
  if (isForGood) conversation.leave();
  rest();
  find("#hint").textContent = "There is no connection to the server.";
}

/** Nothing is heard, and nothing is known of the session's state. */
function rest() {
  player.stop();
  showHold("");
  showHearing(false);
  showState("idle", false);
  diagram.find("");
}

function showRefusal(message, code) {
  const anew = ["New conversation", () => join({ sessionId: uuid(), role: "both" })];
  const asked = place.token ? "The server refuses this token. Its operator knows the right one;" : "This server asks for a token. Its operator knows it;";
  if (code === facts.refusals.badToken) return page.notice.askToken(`${asked} the link that the server prints has it.`, (token) => join({ token }));
  if (code === facts.refusals.hasSender) return page.notice.show("link", "This conversation has its microphone elsewhere.", ["Listen only", () => join({ role: "receiver" })], ["Speak here", () => join({ role: place.role })], anew);
  return page.notice.show("link", message, anew);
}

// ---- what is seen

/** The session is in `state`; `moved`: it has come there just now, from the state before. */
function showState(state, moved) {
  document.body.dataset.state = state;
  if (moved) diagram.enter(state);
  else diagram.find(state);
  face.state = state;
  showHint();
  find("#stop").disabled = !facts?.arrows.some(({ source, events }) => source === state && events.includes("cancel"));
}

/** What is going on, in a sentence. */
function showHint() {
  const { state = "", held = "", hears = "", role } = document.body.dataset;
  const hints = role === "receiver" ? LISTENER_HINTS : conversation.handsFree ? HINTS : HELD_HINTS;
  const isOpen = hears === "waits" && state === "handshaken";
  find("#hint").textContent = HOLDING[held] ?? (isOpen ? "Listening. Just talk." : (hints[state] ?? state));
}

/** The microphone is on and waits, or hears somebody who `speaks`. */
function showHearing(speaks) {
  document.body.dataset.hears = !microphone.on || !conversation.handsFree ? "" : speaks ? "speech" : "waits";
  find("#cancels").textContent = CANCELLING[String(microphone.cancels)] ?? "";
  if (speaks) showQuestion(false);
  showHint();
}

/** The answer is held: softer, paused, or "" not at all. */
function showHold(how) {
  document.body.dataset.held = how;
  showHint();
}

function showMode() {
  find("#hold").checked = !conversation.handsFree;
  showHearing(false);
}

/** Something was said that is answered only when the user wants it. */
function showQuestion(on) {
  find("#reply").hidden = !on;
}

/** A face or a gesture of the answer; null: the answer is over. */
function showMood(cue) {
  if (cue) face.mood.show(cue);
  else face.mood.calm();
}

function showIdle(milliseconds) {
  find("#hint").textContent = `Nobody has said anything for ${Math.round(milliseconds / 1000)} s. Are you still there?`;
}

function showListening(on) {
  showHearing(false);
  talk.setAttribute("aria-pressed", String(on));
  find("#talk-text").textContent = on ? "Wait …" : "Talk"; // until the microphone gives its first sound
  document.body.classList.toggle("talking", on);
}

function showLevel(level) {
  find("#meter i").style.transform = `scaleX(${level.toFixed(3)})`;
  find("#meter").setAttribute("aria-valuenow", Math.round(level * 100));
  talk.style.setProperty("--level", level.toFixed(3));
  talk.dataset.seconds = microphone.captured.toFixed(2);
  if (microphone.on) find("#talk-text").textContent = conversation.handsFree ? "Mute" : `Send · ${microphone.captured.toFixed(1)} s`;
}

function showLock() {
  find("#unlock").hidden = !player.locked || place.role === "sender";
}

function frame() {
  face.draw();
  page.transcript.mark(player.part);
  requestAnimationFrame(frame);
}

// ---- what the user does besides talking

find("#composer").onsubmit = async (event) => {
  event.preventDefault();
  const words = find("#words"), text = words.value;
  if (text.trim() && (await conversation.write(text)) && words.value === text) words.value = "";
};
find("#hold").onchange = ({ target }) => { settings.hold = target.checked; };
find("#reply").onclick = () => { showQuestion(false); conversation.reply(); };
find("#stop").onclick = () => conversation.cancel();
find("#unlock").onclick = async () => {
  await player.unlock();
  showLock();
};
document.addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape" && !(target instanceof Element && target.closest("dialog, aside")) && !find("#stop").disabled) conversation.cancel();
});
document.addEventListener("pointerdown", () => player.unlock().then(showLock), { once: true });
addEventListener("pagehide", () => microphone.close());

document.body.dataset.role = place.role;
watchRoom();
rest();
frame();
setInterval(() => conversation.look(), LOOK_EVERY);
if (place.role === "receiver") showLock();
socket.start();
