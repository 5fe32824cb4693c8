// socket.io-client at the orders of a test: a JSON order a line comes in, a JSON line goes out for all that happens.
"use strict";

const { createInterface } = require("node:readline");
const { io } = require("socket.io-client");

const [url, transports] = process.argv.slice(2);
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const pack = (value) => {
  if (Buffer.isBuffer(value)) return { $bytes: value.toString("base64") };
  if (Array.isArray(value)) return value.map(pack);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pack(inner)]));
};

const unpack = (value) => {
  if (Array.isArray(value)) return value.map(unpack);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$bytes === "string") return Buffer.from(value.$bytes, "base64");
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner)]));
};

const socket = io(url, { transports: transports.split(","), reconnection: false, auth: { role: "both" } });

socket.io.on("open", () => {
  tell({ what: "transport", name: socket.io.engine.transport.name, args: [] });
  socket.io.engine.on("upgrade", (transport) => tell({ what: "transport", name: transport.name, args: [] }));
});
socket.on("connect_error", (error) => tell({ what: "refused", name: error.message, args: [error.data ?? null] }));
socket.on("disconnect", (reason) => tell({ what: "disconnected", name: reason, args: [] }));
socket.onAny((name, ...args) => tell({ what: "event", name, args: pack(args) }));

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const { name, args, ack } = JSON.parse(line);
  const answer = (...answered) => tell({ what: "ack", name, args: pack(answered) });
  socket.emit(name, ...unpack(args), ...(ack ? [answer] : []));
});
input.on("close", () => {
  socket.disconnect();
  process.exitCode = 0;
});
