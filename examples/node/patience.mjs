// Sends 1 MiB to peers that read slowly or not at all, with a minute of patience in four places.
//
//     node examples/node/patience.mjs
//     node examples/node/patience.mjs 1024   # to peers that read at most 1 KiB a second

import { Writable } from "node:stream";

import { now, sleep, virtually } from "./clock.mjs"; // in seconds

/** A connection with room for 64 KiB. A write's callback comes when all of its chunk has been taken. */
class Connection extends Writable {
  room = 64 * 1024;
  taken = 0;
  left = 0;

  _write(chunk, _encoding, callback) {
    this.left = chunk.length;
    this.callback = callback;
    this.#take();
  }

  /** The peer reads. */
  peerReads(bytes) {
    this.room = Math.min(this.room + bytes, 64 * 1024);
    this.#take();
  }

  #take() {
    const n = Math.min(this.room, this.left);
    if (n === 0) return;
    this.room -= n;
    this.taken += n;
    this.left -= n;
    if (this.left === 0) this.callback();
  }
}

// ANCHOR: policies
const write = (peer, bytes) => new Promise((taken) => peer.write(bytes, taken));
const minute = () => sleep(60).then(() => Promise.reject(new Error("timed out")));

const none = (peer, reply) => write(peer, reply);

/** A minute for all of it. */
const total = (peer, reply) => Promise.race([write(peer, reply), minute()]);

/** A minute without progress, as `socket.setTimeout(60_000)` counts it. */
async function progress(peer, reply) {
  const end = write(peer, reply).then(() => true);
  for (let before = -1; before !== peer.taken; ) {
    before = peer.taken;
    if (await Promise.race([end, sleep(60)])) return;
  }
  throw new Error("timed out");
}

/** A minute for each 64 KiB, which is a rate. */
async function rate(peer, reply) {
  for (let at = 0; at < reply.length; at += 64 * 1024) {
    await Promise.race([write(peer, reply.subarray(at, at + 64 * 1024)), minute()]);
  }
}
// ANCHOR_END: policies

// ANCHOR: send
/** Sends 1 MiB to a peer that reads `bytes` each second, for an hour at most, and tells how it ended. */
async function send(policy, bytes) {
  const [peer, start] = [new Connection(), now];
  let end = "open";
  policy(peer, Buffer.alloc(2 ** 20, ".")).then(
    () => (end = `sent ${now - start} s`),
    () => (end = `cut ${now - start} s`),
  );
  while (end === "open" && now < start + 3600) {
    await sleep(1);
    peer.peerReads(bytes);
  }
  return end;
}
// ANCHOR_END: send

async function main() {
  const slow = Number(process.argv[2] ?? 4096);
  if (!(Number.isInteger(slow) && slow >= 2 && slow <= 65536)) throw new Error("2 to 65536 bytes");
  const rates = `64 KiB/s ${String(slow).padStart(6)} B/s       1 B/s     nothing`;
  console.log(`1 MiB to a peer that reads  ${rates}\n`);
  const names = { "no timeout": none, "a minute for all of it": total };
  Object.assign(names, { "a minute for any of it": progress, "a minute for 64 KiB": rate });
  for (const [name, policy] of Object.entries(names)) {
    let row = name.padEnd(24);
    for (const bytes of [64 * 1024, slow, 1, 0]) row += (await send(policy, bytes)).padStart(12);
    console.log(row);
  }
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
