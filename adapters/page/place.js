// Where this page belongs: its session, its role and its credential, from the link that opened it, kept for a reload.

const KEYS = ["session", "role", "token"];
const STORE = `vivavoce.place ${new URL(".", location.href).pathname}`; // one origin may have several servers, each below a prefix

export class Place {
  constructor() {
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    if (KEYS.some((key) => key in given)) history.replaceState(null, "", location.pathname); // the credential leaves the address
    const kept = given.session ? {} : read();
    this.sessionId = given.session || kept.session || uuid();
    this.role = given.role || kept.role || "both";
    this.token = given.token ?? read().token ?? "";
    this.keep();
  }

  /** Another session, role or credential from the next connection on. */
  change({ sessionId = this.sessionId, role = this.role, token = this.token }) {
    Object.assign(this, { sessionId, role, token });
    this.keep();
  }

  keep() {
    try {
      sessionStorage.setItem(STORE, JSON.stringify({ session: this.sessionId, role: this.role, token: this.token }));
    } catch {
      // A browser that keeps nothing: a reload begins a new conversation.
    }
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? "{}");
  } catch {
    return {};
  }
}

/** A random UUID, also where `crypto.randomUUID` is missing because the page came over plain http. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
