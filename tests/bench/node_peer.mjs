// Node's socket.io with nothing behind it: `node node_peer.mjs PORT`, with NODE_PATH naming where socket.io is.
import { createRequire } from "node:module";
const { Server } = createRequire(process.env.NODE_PATH + "/")("socket.io");
new Server(Number(process.argv[2]));
