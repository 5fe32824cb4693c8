// Another device in this conversation: a link and its QR code, to listen there or to speak there.
import { find } from "./dom.js";

export class Share {
  #dialog = find("#share"); #link = find("#share-link"); #note = find("#share-note"); #handOver = find("#hand-over");
  #place; #lan = [];

  /** `place()` is `{sessionId, token, role}` as it is now; `giveUp()` has this page listen only. */
  constructor(place, giveUp) {
    this.#place = place;
    find("#share-button").onclick = () => this.#open();
    find("#share-close").onclick = () => this.#dialog.close();
    find("#share-copy").onclick = () => this.#copy();
    this.#dialog.addEventListener("change", () => this.#show());
    this.#handOver.onclick = () => {
      giveUp();
      this.#show();
    };
  }

  /** The origins under which other devices reach this server. */
  set lan(origins) {
    this.#lan = origins;
  }

  #open() {
    this.#show();
    this.#dialog.showModal();
  }

  #show() {
    const { sessionId, token, role } = this.#place();
    const wanted = this.#dialog.querySelector("input[name=share]:checked").value;
    const query = new URLSearchParams({ session: sessionId, role: wanted, ...(token && { token }) });
    const link = `${this.#server}#${query}`;
    this.#link.value = link;
    find("#qr").src = `qr.svg?${new URLSearchParams({ url: link })}`;
    this.#handOver.hidden = wanted !== "sender" || role === "receiver";
    this.#note.textContent = this.#advice(wanted, role);
  }

  /** Where the others find us: not at an address that means themselves to them. */
  get #server() {
    return isLoopback(location.hostname) && this.#lan.length ? `${this.#lan[0]}/` : new URL(".", location.href).href;
  }

  #advice(wanted, role) {
    if (isLoopback(new URL(this.#server).hostname)) {
      return "This address works on this computer only, as in a second tab. For a phone, start the server with: vivavoce serve --lan";
    }
    if (wanted === "sender" && role !== "receiver") return "A conversation has one microphone; at the moment it is here.";
    if (this.#server.startsWith("https:")) return "The other device may warn of the certificate once, because the server made it itself.";
    return "";
  }

  async #copy() {
    this.#link.select();
    await navigator.clipboard?.writeText(this.#link.value);
    this.#note.textContent = "Copied.";
  }
}

function isLoopback(host) {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
