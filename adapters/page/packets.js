// Socket.IO packets (protocol 5) to and from WebSocket messages: pure, no socket in here.

const PLACEHOLDER = "_placeholder";
const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

/** The frames of an event, its text first and then its attachments; `ack` is a number where an answer is wanted. */
export function encodeEvent(args, ack) {
  const attachments = [];
  const plain = args.map((value) => takeOut(value, attachments));
  const kind = attachments.length ? `5${attachments.length}-` : "2";
  return [`4${kind}${ack ?? ""}${JSON.stringify(plain)}`, ...attachments];
}

function takeOut(value, attachments) {
  if (!isBinary(value)) return value;
  attachments.push(value);
  return { [PLACEHOLDER]: true, num: attachments.length - 1 };
}

function putBack(value, attachments) {
  if (value === null || typeof value !== "object") return value;
  if (value[PLACEHOLDER]) return attachments[value.num];
  for (const key of Object.keys(value)) value[key] = putBack(value[key], attachments);
  return value;
}

/** Joins texts and attachments to packets: `{type, ack, data}`, type as Socket.IO numbers them (0 connect … 6 ack). */
export class Decoder {
  /** @type {{ packet: any, wanted: number, attachments: ArrayBuffer[] } | null} */
  #waiting = null;

  /** The packet that `message`, a text without its Engine.IO digit or an ArrayBuffer, completes; else null. */
  take(message) {
    if (typeof message !== "string") return this.#attach(message);
    const [, type, count, , ack, json] = /^(\d)(?:(\d+)-)?(\/[^,]*,)?(\d+)?([^]*)$/.exec(message) ?? [];
    const packet = { type: +type, ack: ack && +ack, data: json ? JSON.parse(json) : undefined };
    if (!count || count === "0") return this.#plain(packet);
    this.#waiting = { packet, wanted: +count, attachments: [] };
    return null;
  }

  #attach(bytes) {
    const waiting = this.#waiting;
    if (!waiting) return null;
    waiting.attachments.push(bytes);
    if (waiting.attachments.length < waiting.wanted) return null;
    this.#waiting = null;
    waiting.packet.data = putBack(waiting.packet.data, waiting.attachments);
    return this.#plain(waiting.packet);
  }

  /** Binary events and acks count as plain ones, once they are complete. */
  #plain(packet) {
    if (packet.type >= 5) packet.type -= 3;
    return packet;
  }
}
