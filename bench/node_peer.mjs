// Node's socket.io with nothing behind it: `node --expose-gc node_peer.mjs PORT`, with NODE_PATH saying where it is.
import { createRequire } from "node:module";
const { Server } = createRequire(process.env.NODE_PATH + "/")("socket.io");
new Server(Number(process.argv[2]));
process.on("SIGUSR2", () => globalThis.gc());
