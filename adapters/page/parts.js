// The order in which an answer is heard: pieces of parts come as they are ready, and leave by the id of their part.

const NOTHING = new ArrayBuffer(0);

/** Hands `play(bytes, part)` the pieces in the order in which they are to be heard, each as soon as that is known. */
export class Parts {
  #play; #parts = new Map();
  /** @type {any} */ #next = null;

  constructor(play) {
    this.#play = play;
  }

  /** A new answer; `next` is the id of its first part, null where that is not known because the answer had begun. */
  begin(next) {
    this.#next = next;
    this.#parts.clear();
  }

  /** Take in one `response.audio.delta`. */
  take({ id, text, audio, isBase64, streamPartDone, done }) {
    this.#next ??= id;
    const part = this.#part(id);
    part.text ||= text;
    const bytes = isBase64 ? fromBase64(audio) : audio || NOTHING;
    if (bytes.byteLength) part.pieces.push(bytes);
    part.ready ||= streamPartDone;
    this.#give();
    if (done) this.#end();
  }

  #part(id) {
    if (!this.#parts.has(id)) this.#parts.set(id, { id, text: "", pieces: [], ready: false, odd: null });
    return this.#parts.get(id);
  }

  /** What can be heard by now: the pieces of the part whose turn it is, and of those behind it that are complete. */
  #give() {
    for (let part; (part = this.#parts.get(this.#next)); this.#next += 1) {
      this.#empty(part);
      if (!part.ready) return;
      this.#parts.delete(part.id);
    }
  }

  #empty(part) {
    for (const piece of part.pieces.splice(0)) this.#play(whole(part, piece), part);
  }

  /** The last message of the answer: whatever part is missing will not come any more. */
  #end() {
    for (const id of [...this.#parts.keys()].sort((one, other) => one - other)) this.#empty(this.#parts.get(id));
    this.begin(null);
  }
}

/** Whole samples: the odd byte at the end of a piece is kept for the next one. */
function whole(part, piece) {
  const bytes = new Uint8Array(piece.byteLength + (part.odd ? 1 : 0));
  if (part.odd) bytes.set(part.odd);
  bytes.set(new Uint8Array(piece), bytes.length - piece.byteLength);
  const even = bytes.length - (bytes.length % 2);
  part.odd = bytes.length > even ? bytes.slice(even) : null;
  return new Int16Array(bytes.buffer, 0, even / 2);
}

function fromBase64(text) {
  const standard = (text || "").replaceAll("-", "+").replaceAll("_", "/"); // atob knows one alphabet
  const bytes = Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
  return bytes.buffer;
}
