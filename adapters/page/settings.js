// The form for all of `session.update`, with the catalogue's providers, models, voices and languages where it is there.
import { element, find } from "./dom.js";

const STORE = "vivavoce.settings";
const KINDS = { STT: "Speech to text", LLM: "Language model", TTS: "Text to speech" };
const NAMED = {
  responseType: { single: "Single", multiple: "Multiple" },
  ssmlGender: { unspecified: "Unspecified", female: "Female", male: "Male", neutral: "Neutral" },
};
// key, label, kind of field, what it starts with, what to know of it
const FIELDS = {
  STT: [
    ["provider", "Provider", "provider"],
    ["model", "Model", "models"],
    ["languageCode", "Language", "languages", "en-US"],
    ["prompt", "Words to expect", "text"],
    ["sentimentAnalysis", "Sentiment", "switch", true],
    ["mediaFormat", "Sound format", "fixed", "", "what this page's microphone gives"],
  ],
  LLM: [
    ["provider", "Provider", "provider"],
    ["model", "Model", "models"],
    ["prompt", "Instructions", "area", "", "empty: the server's own"],
    ["name", "Assistant's name", "text"],
    ["temperature", "Temperature", "number", 1, "", { min: 0, max: 2, step: 0.1 }],
    ["maxToken", "Most tokens", "number", 0, "0: no limit", { min: 0, max: 1_000_000, step: 1 }],
    ["stop", "Stop at", "list", "", "up to four, with commas between"],
    ["stream", "Speak while it writes", "switch", true],
  ],
  TTS: [
    ["provider", "Provider", "provider"],
    ["model", "Model", "models"],
    ["voice", "Voice", "voices", "", "empty: by gender"],
    ["languageCode", "Language", "languages", "en-US"],
    ["ssmlGender", "Gender", "named", "unspecified"],
    ["speed", "Speed", "number", 1, "", { min: 0.25, max: 4, step: 0.05 }],
    ["responseType", "Parts", "named", "multiple", "multiple: one a sentence"],
    ["stream", "Send sound as it is made", "switch", true],
    ["isOrdered", "Parts in order", "switch", true],
    ["isBase64", "Sound as base64", "switch", false],
    ["audioFormat", "Sound for others", "text", "", "mp3, wav, opus, pcm16; this page takes pcm16"],
  ],
};

export class Settings {
  #dialog = find("#settings"); #form = find("#settings-form"); #answer = find("#settings-answer");
  #apply; #mediaFormat; #catalogue = {};

  /** `apply()` is called when the user wants `update` in force. */
  constructor(mediaFormat, apply) {
    this.#mediaFormat = mediaFormat;
    this.#apply = apply;
    find("#fields").replaceChildren(...Object.keys(KINDS).map((kind) => this.#fieldset(kind)));
    find("#settings-button").onclick = () => this.#dialog.showModal();
    find("#settings-close").onclick = () => this.#dialog.close();
    this.#form.onsubmit = (event) => this.#submit(event);
    this.#form.onreset = () => setTimeout(() => this.#fill({}));
    this.#fill(stored());
  }

  /** The whole of `session.update`; what is empty is null, and so the server's default. */
  get update() {
    return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, this.#section(kind)]));
  }

  /** The part of it that this page's own microphone needs. */
  get microphone() {
    return { STT: { mediaFormat: this.#mediaFormat } };
  }

  /** What the server made of it: `session.updated`, or a `custom.error` with the reason. */
  tell({ success, warnings = [], message }) {
    if (!success && !message && this.#answer.querySelector(".wrong")) return; // the reason has come before
    const lines = success ? [...new Set(warnings)] : [message ?? "The server refuses these settings; nothing was changed."];
    if (success) lines.unshift(warnings.length ? "In force, with notes:" : "In force.");
    this.#answer.replaceChildren(...lines.map((line) => element("p", { class: success ? "" : "wrong" }, line)));
    find("#settings-button").classList.toggle("noted", !success);
  }

  /** `catalogue` as GET /v1/catalogue has it: for each kind a list of providers; null: it is not to be had. */
  set catalogue(catalogue) {
    if (!catalogue) {
      this.#answer.replaceChildren(element("p", {}, "The link that the server prints brings lists of providers, models and voices. Without them, names can be typed."));
      return;
    }
    this.#catalogue = catalogue;
    const values = stored();
    for (const kind of Object.keys(KINDS)) this.#offer(kind, values[kind]?.provider);
  }

  // ---- building

  #fieldset(kind) {
    const rows = FIELDS[kind].map((field) => this.#row(kind, ...field));
    return element("fieldset", {}, element("legend", {}, KINDS[kind]), ...rows);
  }

  #row(kind, key, label, type, start = "", hint = "", bounds = {}) {
    const id = `${kind}.${key}`, note = hint && element("small", { id: `${id}.hint` }, hint);
    const input = this.#input(kind, key, type, { id, name: id, "aria-describedby": hint ? `${id}.hint` : null }, start, bounds);
    const list = ["models", "voices", "languages"].includes(type) ? element("datalist", { id: `${id}.list` }) : null;
    if (list) input.setAttribute("list", list.id);
    return element("div", { class: type === "switch" ? "field switch" : "field" }, element("label", { for: id }, label), input, list, note || null);
  }

  #input(kind, key, type, attributes, start, bounds) {
    switch (type) {
      case "provider":
        return element("select", { ...attributes, onchange: () => this.#choose(kind) }, element("option", { value: "" }, "the server's choice"));
      case "named":
        return element("select", attributes, ...Object.entries(NAMED[key]).map(([value, title]) => element("option", { value, selected: value === start }, title)));
      case "switch":
        return element("input", { ...attributes, type: "checkbox", role: "switch", checked: start });
      case "number":
        return element("input", { ...attributes, type: "number", value: start, required: true, ...bounds });
      case "area":
        return element("textarea", { ...attributes, rows: 3, maxlength: 20_000 });
      case "fixed":
        return element("input", { ...attributes, value: this.#mediaFormat, readonly: true });
      default:
        return element("input", { ...attributes, type: "text", value: start, maxlength: 2_000 });
    }
  }

  // ---- the catalogue

  #offer(kind, wanted) {
    const entries = this.#catalogue[kind] ?? [], select = this.#field(kind, "provider");
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
    const section = Object.fromEntries(FIELDS[kind].map(([key, , type]) => [key, this.#value(kind, key, type)]));
    section.model ??= this.#entry(kind)?.defaultModel || null;
    return section;
  }

  #value(kind, key, type) {
    const field = this.#field(kind, key);
    if (type === "switch") return field.checked;
    if (type === "number") return field.valueAsNumber;
    if (type === "list") return field.value.split(",").map((item) => item.trim()).filter(Boolean).slice(0, 4);
    if (type === "named") return { name: field.value, title: NAMED[key][field.value] };
    if (type === "provider") return field.value ? { name: field.value, title: this.#entry(kind)?.title ?? "" } : null;
    return field.value.trim() || null;
  }

  #fill(values) {
    for (const kind of Object.keys(KINDS)) {
      for (const [key, , type] of FIELDS[kind]) {
        const field = this.#field(kind, key), value = values[kind]?.[key];
        if (value === undefined || type === "fixed" || type === "provider") continue;
        if (type === "switch") field.checked = value;
        else field.value = value;
      }
      this.#offer(kind, values[kind]?.provider);
    }
  }

  #submit(event) {
    event.preventDefault();
    store(Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, this.#plain(kind)])));
    this.#answer.replaceChildren();
    if (!this.#apply()) this.tell({ success: false, message: "There is no connection; the settings are used when it is back." });
  }

  #plain(kind) {
    const plain = (key, type) => (type === "switch" ? this.#field(kind, key).checked : this.#field(kind, key).value);
    return Object.fromEntries(FIELDS[kind].map(([key, , type]) => [key, plain(key, type)]));
  }
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
