// What is wrong, in words, at the top of the page, with what can be done about it.
import { element, find } from "./dom.js";

export class Notice {
  #place = find("#notice"); #about = "";

  /** Show one notice about `about` in place of what was there; `actions` are pairs of a word and a function. */
  show(about, text, ...actions) {
    this.#about = about;
    const buttons = actions.map(([word, act]) => element("button", { type: "button", class: "small", onclick: act }, word));
    const close = element("button", { type: "button", class: "small quiet", onclick: () => this.clear(about) }, "Dismiss");
    this.#place.replaceChildren(element("div", { class: "notice" }, element("p", {}, text), element("div", {}, ...buttons, close)));
  }

  /** Ask for the credential; `answered(token)` is called with it. */
  askToken(text, answered) {
    this.#about = "link";
    const input = element("input", { id: "token", type: "password", autocomplete: "off", required: true });
    const submit = (event) => {
      event.preventDefault();
      answered(input.value.trim());
    };
    const form = element("form", { onsubmit: submit }, element("label", { for: "token" }, "Token"), input, element("button", { class: "small" }, "Connect"));
    this.#place.replaceChildren(element("div", { class: "notice" }, element("p", {}, text), form));
  }

  /** What was wrong with `about` is mended. */
  clear(about) {
    if (about === this.#about) this.#place.replaceChildren();
  }
}
