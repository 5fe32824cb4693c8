// The form for all of `session.update`, with the catalogue's providers, models, voices and languages where it is there.
import { element, find } from "./dom.js";

const STORE = "vivavoce.settings";
const KINDS = { STT: "Speech to text", LLM: "Language model", TTS: "Text to speech", turnDetection: "Hands-free" };
const LISTENS = "semantic_vad"; // how the server listens to this page where nobody says anything else
const LONGEST = 2_000, LONGEST_PROMPT = 20_000; // characters that are typed here
// How this page shows a field, and where it starts unlike the server, which says the rest.
/** @type {Record<string, any>} */
const LOOKS = {
  provider: { label: "Provider", look: "provider" },
  model: { label: "Model", look: "models" },
  voice: { label: "Voice", look: "voices", hint: "empty: by gender" },
  languageCode: { label: "Language", look: "languages" },
  "STT.prompt": { label: "Words to expect" },
  sentimentAnalysis: { label: "Sentiment", start: true },
  mediaFormat: { label: "Sound format", look: "fixed", hint: "what this page's microphone gives" },
  "LLM.prompt": { label: "Instructions", look: "area", hint: "empty: the server's own" },
  name: { label: "Assistant's name" },
  temperature: { label: "Temperature", step: 0.1 },
  maxToken: { label: "Most tokens", hint: "0: no limit" },
  stop: { label: "Stop at" },
  "LLM.stream": { label: "Speak while it writes", start: true },
  cues: { label: "Faces and gestures", start: "tags", hint: "tags: the model writes them into its answer" },
  faces: { label: "Faces" },
  gestures: { label: "Gestures" },
  ssmlGender: { label: "Gender" },
  speed: { label: "Speed", step: 0.05 },
  responseType: { label: "Parts", start: "multiple", hint: "multiple: one a sentence" },
  "TTS.stream": { label: "Send sound as it is made", start: true },
  isOrdered: { label: "Parts in order", start: true },
  isBase64: { label: "Sound as base64", start: false },
  audioFormat: { label: "Sound for others", look: "text" },
  type: { label: "End of a turn", start: LISTENS, hint: "semantic: by the sound; server: by silence; none: the button is held" },
  eagerness: { label: "Eagerness", hint: "how soon silence ends a turn" },
  silenceDurationMs: { label: "Silence, ms", hint: "of server_vad", step: 50 },
  threshold: { label: "Speech threshold", step: 0.05 },
  prefixPaddingMs: { label: "Sound before speech, ms", step: 50 },
  idleTimeoutMs: { label: "Idle after, ms", hint: "0: never; else 5000 to 30000", step: 500 },
  backchannels: { label: "“mhm” and “yes”" },
  echo: { label: "Echo of the avatar" },
  createResponse: { label: "Answer by itself" },
  interruptResponse: { label: "Speech interrupts" },
  speculate: { label: "Begin answers early" },
};

export class Settings {
  #dialog = find("#settings"); #form = find("#settings-form"); #answer = find("#settings-answer");
  #fields = {}; #apply; #mediaFormat; #listens = LISTENS;
  /** @type {Record<string, any[]>} */ #catalogue = {};

  /** `apply()` is called when the user wants `update` in force. */
  constructor(mediaFormat, apply) {
    this.#mediaFormat = mediaFormat;
    this.#apply = apply;
    find("#settings-button").onclick = () => this.#dialog.showModal();
    find("#settings-close").onclick = () => this.#dialog.close();
    this.#form.onsubmit = (event) => this.#submit(event);
    this.#form.onreset = () => setTimeout(() => this.#fill({}));
  }

  /** The fields of each section, as page.json has them. */
  set fields(configuration) {
    if (this.#kinds.length) return; // the form may be half filled in
    this.#fields = shown(configuration);
    find("#fields").replaceChildren(...this.#kinds.map((kind) => this.#fieldset(kind)));
    this.#fill(stored());
  }

  get #kinds() {
    return Object.keys(this.#fields);
  }

  /** The whole of `session.update`; what is empty is null, and so the server's default. */
  get update() {
    return Object.fromEntries(this.#kinds.map((kind) => [kind, this.#section(kind)]));
  }

  /** The part of it that this page's own microphone needs. */
  get microphone() {
    const { turnDetection } = this.update;
    return { STT: { mediaFormat: this.#mediaFormat }, ...(turnDetection && { turnDetection }) };
  }

  /** Whether the server is to find where what is said begins and ends. */
  get handsFree() {
    return (this.update.turnDetection?.type ?? "none") !== "none";
  }

  /** Whether what is said is answered without being asked. */
  get answers() {
    return this.update.turnDetection?.createResponse !== false;
  }

  /** Talk while the button is held, or whenever one wants; it is remembered. */
  set hold(on) {
    const type = this.#field("turnDetection", "type");
    if (!type) return;
    if (type.value !== "none") this.#listens = type.value;
    type.value = on ? "none" : this.#listens;
    this.#save();
  }

  /** What the server made of it: `session.updated`, or a `custom.error` with the reason. */
  tell({ success, warnings = [], message }) {
    if (!success && !message && this.#answer.querySelector(".wrong")) return; // the reason has come before
    const lines = success ? [...new Set(warnings)] : [message ?? "The server refuses these settings; nothing was changed."];
    if (success) lines.unshift(warnings.length ? "In force, with notes:" : "In force.");
    this.#answer.replaceChildren(...lines.map((line) => element("p", { class: success ? "" : "wrong" }, line)));
    find("#settings-button").classList.toggle("noted", !success);
    if (success) this.#tellMind();
  }

  /** Which language model answers, with a link to how it is chosen; nothing where the catalogue is not to be had. */
  #tellMind() {
    const place = find("#mind"), { provider, model } = this.update.LLM, isGuide = provider?.name === "local" && model === "guide";
    place.hidden = !provider;
    find("#mind span").textContent = isGuide ? "The guide answers: it follows rules." : `${provider?.title} answers${model ? `: ${model}` : ""}.`;
    find("#mind a").textContent = isGuide ? "Get a real model" : "Other models";
  }

  /** `catalogue` as GET /v1/catalogue has it: for each kind a list of providers; null: it is not to be had. */
  set catalogue(catalogue) {
    if (!catalogue) {
      this.#answer.replaceChildren(element("p", {}, "The link that the server prints brings lists of providers, models and voices. Without them, names can be typed."));
      return;
    }
    this.#catalogue = catalogue;
    const values = stored();
    for (const kind of this.#kinds) this.#offer(kind, values[kind]?.provider);
  }

  // ---- building

  #fieldset(kind) {
    const rows = this.#fields[kind].map((field) => this.#row(kind, field));
    return element("fieldset", {}, element("legend", {}, KINDS[kind] ?? kind), ...rows);
  }

  #row(kind, field) {
    const { key, label, look, hint, said } = field;
    const id = `${kind}.${key}`, note = hint && element("small", { id: `${id}.hint` }, hint);
    const input = this.#input(kind, field, { id, name: id, title: said, "aria-describedby": hint ? `${id}.hint` : null });
    const list = ["models", "voices", "languages"].includes(look) ? element("datalist", { id: `${id}.list` }) : null;
    if (list) input.setAttribute("list", list.id);
    return element("div", { class: look === "switch" ? "field switch" : "field" }, element("label", { for: id }, label), input, list, note || null);
  }

  #input(kind, { look, start, values, minimum, maximum, step }, attributes) {
    switch (look) {
      case "provider":
        return element("select", { ...attributes, onchange: () => this.#choose(kind) }, element("option", { value: "" }, "the server's choice"));
      case "named":
        return element("select", attributes, ...values.map((value) => element("option", { value, selected: value === start }, titled(value))));
      case "switch":
        return element("input", { ...attributes, type: "checkbox", role: "switch", checked: start });
      case "number":
        return element("input", { ...attributes, type: "number", value: start, required: true, min: minimum, max: maximum, step });
      case "area":
        return element("textarea", { ...attributes, rows: 3, maxlength: LONGEST_PROMPT });
      case "fixed":
        return element("input", { ...attributes, value: this.#mediaFormat, readonly: true });
      default:
        return element("input", { ...attributes, type: "text", value: start, maxlength: LONGEST });
    }
  }

  // ---- the catalogue

  #offer(kind, wanted) {
    const entries = this.#catalogue[kind] ?? [], select = this.#field(kind, "provider");
    if (!select) return; // a section that nobody provides
    const chosen = wanted ?? (entries.find((entry) => entry.default) ?? entries.find((entry) => entry.configured))?.name ?? "";
    const options = entries.map(({ name, title, configured }) => element("option", { value: name }, configured ? title : `${title} (not configured)`));
    select.replaceChildren(element("option", { value: "" }, "the server's choice"), ...options);
    select.value = chosen;
    this.#suggest(kind);
  }

  /** Another provider: what was chosen of the old one is not there. */
  #choose(kind) {
    this.#field(kind, "model").value = "";
    if (kind === "TTS") this.#field(kind, "voice").value = "";
    this.#suggest(kind);
  }

  #suggest(kind) {
    const entry = this.#entry(kind);
    for (const [key, list] of [["model", "models"], ["voice", "voices"], ["languageCode", "languages"]]) {
      const datalist = document.getElementById(`${kind}.${key}.list`);
      datalist?.replaceChildren(...(entry?.[list] ?? []).slice(0, 500).map((value) => element("option", { value })));
    }
    this.#field(kind, "model").placeholder = entry?.defaultModel ?? "";
  }

  #entry(kind) {
    return (this.#catalogue[kind] ?? []).find(({ name }) => name === this.#field(kind, "provider").value);
  }

  // ---- values

  #field(kind, key) {
    return this.#form.elements[`${kind}.${key}`];
  }

  #section(kind) {
    const section = Object.fromEntries(this.#fields[kind].map((field) => [field.key, this.#value(kind, field)]));
    if ("model" in section) section.model ??= this.#entry(kind)?.defaultModel || null;
    return section;
  }

  #value(kind, { key, look, most }) {
    const field = this.#field(kind, key);
    if (look === "switch") return field.checked;
    if (look === "number") return field.valueAsNumber;
    if (look === "list") return field.value.split(",").map((item) => item.trim()).filter(Boolean).slice(0, most);
    if (look === "named") return field.value;
    if (look === "provider") return field.value ? { name: field.value, title: this.#entry(kind)?.title ?? "" } : null;
    return field.value.trim() || null;
  }

  #fill(values) {
    for (const kind of this.#kinds) {
      for (const { key, look } of this.#fields[kind]) {
        const field = this.#field(kind, key), value = values[kind]?.[key];
        if (value === undefined || look === "fixed" || look === "provider") continue;
        if (look === "switch") field.checked = value;
        else field.value = value;
      }
      this.#offer(kind, values[kind]?.provider);
    }
  }

  #submit(event) {
    event.preventDefault();
    this.#save();
  }

  #save() {
    store(Object.fromEntries(this.#kinds.map((kind) => [kind, this.#plain(kind)])));
    this.#answer.replaceChildren();
    if (!this.#apply()) this.tell({ success: false, message: "There is no connection; the settings are used when it is back." });
  }

  #plain(kind) {
    const plain = ({ key, look }) => (look === "switch" ? this.#field(kind, key).checked : this.#field(kind, key).value);
    return Object.fromEntries(this.#fields[kind].map((field) => [field.key, plain(field)]));
  }
}

/** The fields of each section with how they are shown, in the order of LOOKS; those that it does not name stand behind. */
function shown(configuration) {
  const order = Object.keys(LOOKS);
  const rows = (kind, fields) => Object.entries(fields).map(([key, field]) => {
    const at = order.findIndex((name) => name === key || name === `${kind}.${key}`);
    return { at: at < 0 ? order.length : at, ...dressed(key, field, LOOKS[order[at]]) };
  });
  return Object.fromEntries(Object.entries(configuration).map(([kind, fields]) => [kind, rows(kind, fields).sort((one, other) => one.at - other.at)]));
}

/** What the server says of a field, and how it is shown. @param {any} looks */
function dressed(key, field, looks = { label: key }) {
  const { kind, values = [], most } = field;
  const look = looks.look ?? (values.length ? "named" : { boolean: "switch", integer: "number", number: "number", array: "list" }[kind] ?? "text");
  const hint = { list: `up to ${most}, with commas between`, text: values.length && `${values.join(", ")}; this page takes pcm16` }[look];
  const start = ["switch", "number", "named", "languages"].includes(look) ? field.default : "";
  return { step: kind === "integer" ? 1 : "any", hint, start, ...field, key, ...looks, look };
}

function titled(name) {
  return name[0].toUpperCase() + name.slice(1).replaceAll("_", " ").replace(/\bvad\b/, "VAD");
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}");
  } catch {
    return {};
  }
}

function store(values) {
  try {
    localStorage.setItem(STORE, JSON.stringify(values));
  } catch {
    // A browser that keeps nothing: the settings last as long as the page.
  }
}
