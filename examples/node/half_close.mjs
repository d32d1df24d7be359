// Puts a proxy between a client that has said all it will say and a server that then answers.
//
//     node examples/node/half_close.mjs
//     node examples/node/half_close.mjs 10   # an answer of 10 KiB

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream/promises";

// ANCHOR: ends
/** Asks, says that this was all, and reads the answer to its end. */
async function client(port) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end("question");
  return received(socket);
}

/** Reads the question to its end, and then answers. */
async function server(socket, answer, read) {
  socket.on("error", () => {}); // nobody wants the answer
  const asked = await read(socket);
  socket.end(answer);
  return asked;
}

async function received(socket) {
  let bytes = 0;
  socket.on("data", (chunk) => (bytes += chunk.length));
  await once(socket, "end");
  return bytes;
}

async function forAwait(socket) {
  let bytes = 0;
  for await (const chunk of socket) bytes += chunk.length;
  return bytes;
}
// ANCHOR_END: ends

// ANCHOR: proxies
/** Each direction ends by itself. */
async function bothWays(client, server) {
  await Promise.all([pipeline(client, server), pipeline(server, client)]);
}

/** As `bothWays`, over sockets that do not know half. */
async function noHalfOpen(client, server) {
  client.allowHalfOpen = false; // the default of `createServer`
  await bothWays(client, server);
}

/** The first direction that ends takes the other one with it. */
async function firstEnd(client, server) {
  await Promise.race([pipeline(client, server), pipeline(server, client)]);
  client.destroy();
  server.destroy();
}
// ANCHOR_END: proxies

/** A server on a free port of this machine. */
async function listen(serve) {
  const server = createServer({ allowHalfOpen: true }, serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  return [server, server.address().port];
}

async function row(name, proxy, answer, read = received) {
  let asked;
  const [far, farPort] = await listen((socket) => {
    asked = server(socket, answer, read);
  });
  const [near, nearPort] = await listen((socket) => {
    const onward = connect({ port: farPort, host: "127.0.0.1", allowHalfOpen: true });
    proxy(socket, onward).catch(() => {});
  });
  const got = await client(nearPort);
  console.log(name.padEnd(20) + String(await asked).padStart(16) + String(got).padStart(20));
  far.close();
  near.close();
}

async function main() {
  const kib = Number(process.argv[2] ?? 1024);
  if (!Number.isInteger(kib) || kib < 1) throw new Error(`no size in KiB: ${process.argv[2]}`);
  const answer = Buffer.alloc(kib * 1024, ".");
  console.log("bytes received by".padEnd(20) + "the server".padStart(16) + "the client".padStart(20));
  await row("bothWays", bothWays, answer);
  await row("noHalfOpen", noHalfOpen, answer);
  await row("firstEnd", firstEnd, answer);
  await row("bothWays, forAwait", bothWays, answer, forAwait);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
