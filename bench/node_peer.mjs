// The same exchange as its documentation would write it with Node's socket.io: `node --expose-gc node_peer.mjs PORT`,
// with NODE_PATH saying where that is, and BENCH_EXCHANGE what is said (see `as_json` in exchange.py).
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
const { Server } = createRequire(process.env.NODE_PATH + "/")("socket.io");

const exchange = JSON.parse(process.env.BENCH_EXCHANGE);
const sound = Buffer.from(exchange.sound, "base64");
const longSound = Buffer.concat(Array(exchange.longer).fill(sound));

const move = (socket, session, state) => {
  session.state = state;
  socket.emit("session.state", { state });
};

// An answer ends at its next wait when its turn is no longer the session's: JavaScript cannot cancel a task.
const commit = async (socket, session) => {
  const turn = (session.turn = {});
  const speech = Buffer.concat(session.chunks);
  session.chunks = [];
  move(socket, session, "transcribing");
  const text = `${speech.length} bytes: ${exchange.said}`;
  socket.emit("request.transcribe.done", { text, sentiment: "", language: "en" });
  move(socket, session, "responding");
  socket.emit("response.started", { turn: 1 });
  const pieces = session.stream ? exchange.longAnswer : [exchange.answer];
  if (session.stream)
    for (const piece of pieces) {
      socket.emit("response.text.delta", { text: piece });
      await setImmediate(); // a model would be waited for here
      if (session.turn !== turn) return;
    }
  const answer = pieces.join("");
  socket.emit("response.text.done", { text: answer });
  const made = session.voice === exchange.longVoice ? longSound : sound;
  const audio = session.isBase64 ? made.toString("base64") : made;
  const { isBase64 } = session;
  socket.emit("response.audio.delta", { id: 0, text: answer, audio, isBase64, done: true, streamPartDone: true, totalNumber: 1 });
  move(socket, session, "speaking");
  socket.emit("response.metrics", { turn: 1 });
};

new Server(Number(process.argv[2])).on("connection", (socket) => {
  const session = { id: randomUUID(), state: "idle", chunks: [], turn: null };
  socket.emit("session.joined", { sessionId: session.id, role: "both", state: "idle" });
  socket.on("session.update", ({ TTS, LLM }) => {
    Object.assign(session, { isBase64: TTS.isBase64, voice: TTS.voice, stream: LLM.stream });
    socket.emit("session.updated", { sessionId: session.id, success: true });
    move(socket, session, "handshaken");
  });
  // A chunk is kept; the first begins an utterance, and interrupts the answer that is being made or spoken.
  socket.on("input.buffer.append", (data, ack) => {
    const chunk = typeof data === "string" ? Buffer.from(data, "base64") : data;
    if (chunk.length) {
      session.chunks.push(chunk);
      if (session.state === "responding" || session.state === "speaking") {
        session.turn = null;
        socket.emit("response.cancelled", { reason: "interrupted" });
      }
      if (session.state !== "receiving") {
        socket.emit("input.buffer.initialized", { sessionId: session.id });
        move(socket, session, "receiving");
      }
    }
    ack?.();
  });
  socket.on("input.buffer.commit", () => commit(socket, session));
});
process.on("SIGUSR2", () => globalThis.gc());
