// Writes to a peer that reads nothing, and shows how much the kernel takes before the writer has to wait.
//
//     node examples/node/silent_peer.mjs
//     node examples/node/silent_peer.mjs 16      # in chunks of 16 KiB
//     node examples/node/silent_peer.mjs exact   # this machine's own numbers

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

// ANCHOR: fill
/** Writes until nothing was taken for half a second. Returns the bytes of whole chunks. */
async function fill(sender, chunk) {
  const silent = once(sender.setTimeout(500), "timeout").then(() => "silent");
  const write = () => new Promise((resolve) => sender.write(chunk, resolve));
  let taken = 0;
  while ((await Promise.race([write(), silent])) !== "silent") {
    taken += chunk.length;
  }
  return taken;
}
// ANCHOR_END: fill

// ANCHOR: reopen
/** Reads until the rest of the last write is taken. Returns how many bytes that took. */
async function reopen(sender, peer) {
  const chunks = peer[Symbol.asyncIterator]();
  while (sender.writableLength > 0) {
    await chunks.next();
    await sleep(40);
  }
  return peer.bytesRead;
}
// ANCHOR_END: reopen

/** Both ends of a connection within this process; the peer reads nothing by itself. */
async function pair() {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const sender = connect(server.address().port, "127.0.0.1");
  const [peer] = await once(server, "connection");
  if (sender.connecting) await once(sender, "connect");
  server.close();
  return [sender, peer];
}

// ANCHOR: unread
/** Sends a reply to a peer that goes away unread, and then waits for an answer. */
async function unread() {
  const [sender, peer] = await pair();
  sender.end(Buffer.alloc(2 ** 20, "."));
  await once(sender, "finish");
  peer.destroy();
  return once(sender.resume(), "end").catch((error) => error.code);
}
// ANCHOR_END: unread

async function main() {
  const exact = process.argv[2] === "exact";
  const kib = exact ? 64 : Number(process.argv[2] ?? 64);
  if (!(Number.isInteger(kib) && kib >= 1 && kib <= 1024)) throw new Error("a chunk is 1 to 1024 KiB");
  // Kernels differ. So these are bounds with a wide margin, in KiB.
  const over = (n) => {
    const bound = [32768, 2048, 512, 32, 2].find((kib) => n >= kib * 1024);
    return (exact ? `${n}` : `over ${bound} KiB`).padStart(15);
  };

  console.log("A peer that reads nothing\n");
  console.log("               taken before  in the socket's     read before");
  console.log("the writer     a first wait        own queue   more is taken");
  const chunk = Buffer.alloc(kib * 1024, ".");
  const [sender, peer] = await pair();
  const taken = await fill(sender, chunk);
  const queue = `${sender.writableLength / 1024} KiB`.padStart(15);
  console.log(`waits     ${over(taken)}  ${queue} ${over(await reopen(sender, peer))}`);

  const [hasty, silent] = await pair();
  for (let written = 0; written < 2 ** 26; written += chunk.length) hasty.write(chunk);
  await sleep(500);
  console.log(`never waits             -  ${over(hasty.writableLength)}               -`);
  for (const socket of [sender, peer, hasty, silent]) socket.destroy();

  console.log(`\nA peer that goes away with 1 MiB unread: ${await unread()}`);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
