// What the page /docs does beyond reading: buttons that copy an example, and the server's providers and models.
import { find } from "../page/dom.js";
import { Place } from "../page/place.js";

const SHOWN_FOR = 3_000;
const said = find("#said");
// Said aloud, because browsers forget what a table is when it is laid out otherwise, as on a phone.
const ROLES = Object.entries({
  table: "table", "thead, tbody": "rowgroup", tr: "row", "thead th": "columnheader", "tbody th": "rowheader", td: "cell",
});
let fading = 0;

function say(words) {
  said.textContent = words;
  clearTimeout(fading);
  fading = setTimeout(() => { said.textContent = ""; }, SHOWN_FOR);
}

function make(tag, text = "", ...children) {
  const element = document.createElement(tag);
  element.textContent = text;
  element.append(...children);
  return element;
}

async function copy(example) {
  try {
    await navigator.clipboard.writeText(example.textContent);
    say("Copied");
  } catch {
    // Browsers give pages no clipboard over plain http, other than from localhost.
    getSelection()?.selectAllChildren(example);
    say("Selected: copy it with the keyboard");
  }
}

function addButtons() {
  for (const example of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("figure pre"))) {
    const button = make("button", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy ${example.dataset.name}`);
    button.addEventListener("click", () => copy(example));
    example.closest("figure")?.querySelector("figcaption")?.append(button);
  }
}

const named = (thing) => (typeof thing === "string" ? thing : thing.title || thing.name || thing.id || "");

function showModels(provider) {
  const models = (provider.models ?? []).map(named);
  const chosen = provider.defaultModel && models.join() !== provider.defaultModel ? `default: ${provider.defaultModel}` : "";
  const unknown = provider.configured && !provider.models ? "not known at the moment" : "";
  return make("td", [models.join(", ") || provider.note || unknown, chosen].filter(Boolean).join("; "));
}

function showVoices(provider) {
  const voices = (provider.voices ?? []).map(named);
  if (!voices.length) return make("td", "");
  return make("td", "", make("details", "", make("summary", `${voices.length} voices`), make("p", voices.join(", "))));
}

function showProvider(provider) {
  const state = provider.state || (provider.configured ? "configured" : "not configured here");
  const name = make("th", "", make("code", provider.name), ` ${provider.title ?? ""}`);
  const chosen = provider.default ? "the default" : "";
  return make("tr", "", name, make("td", state), showModels(provider), showVoices(provider), make("td", chosen));
}

function showKind(kind, providers) {
  const head = make("tr", "", ...["Provider", "State", "Models", "Voices", "Note"].map((title) => make("th", title)));
  const body = make("tbody", "", ...providers.map(showProvider));
  const table = make("table", "", make("thead", "", head), body);
  for (const [part, role] of ROLES) {
    for (const element of [table, ...table.querySelectorAll("*")].filter((each) => each.matches(part))) element.setAttribute("role", role);
  }
  return [make("h3", kind), table];
}

function askForToken() {
  const token = make("input");
  token.type = "password";
  token.autocomplete = "off";
  const form = make("form", "", make("label", "This server asks for its token: ", token), " ", make("button", "Show the models"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    showCatalogue(token.value);
  });
  return form;
}

async function showCatalogue(token) {
  const place = find("#catalogue");
  if (!token) return place.replaceChildren(askForToken());
  try {
    const answer = await fetch("v1/catalogue", { headers: { Authorization: `Bearer ${token}` } });
    if (answer.status === 401) return place.replaceChildren(askForToken());
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const catalogue = await answer.json();
    place.replaceChildren(...Object.entries(catalogue).flatMap(([kind, providers]) => showKind(kind, providers)));
  } catch (error) {
    const problem = /** @type {Error} */ (error);
    place.replaceChildren(make("p", `The catalogue of this server cannot be shown: ${problem.message}.`));
  }
}

addButtons();
await showCatalogue(new Place().token);
