// Unpacking in one synchronous call and as a stream: who gets a turn meanwhile, and who waits?
//
//     node examples/node/bridge.mjs
//     node examples/node/bridge.mjs 1000   # chunks of 64 KiB

import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";

const CHUNK = 64 * 1024;
const numbers = Array.from({ length: CHUNK }, (_, n) => n).join("");
const member = gzipSync(numbers.slice(0, CHUNK));

let [read, done, ahead] = [0, 0, 0]; // chunks that the source has handed out, that were let go, the most between

/** Gzip with a member for each chunk. */
function* source(chunks) {
  [read, done, ahead] = [0, 0, 0];
  while (read < chunks) {
    read += 1;
    ahead = Math.max(ahead, read - done);
    yield member;
  }
}

// ANCHOR: sync
const inOneCall = async (chunks) => gunzipSync(Buffer.concat([...source(chunks)]));
// ANCHOR_END: sync

// ANCHOR: stream
const marks = { readableHighWaterMark: 16 * CHUNK, writableHighWaterMark: 1 };
const unpack = (packed, client) =>
  pipeline(packed, createGunzip({ chunkSize: CHUNK, ...marks }), client);
// ANCHOR_END: stream

/** Lets go of up to `most` chunks, each when the source stands still: it is 18 ahead. */
async function slow(chunks, most) {
  const client = new Writable({
    highWaterMark: 1,
    async write(_chunk, _encoding, next) {
      while (read < Math.min(chunks, done + 18)) await turn();
      done += 1;
      if (done === most) client.destroy();
      next();
    },
  });
  await unpack(Readable.from(source(chunks)), client).catch(() => {}); // it has left
}

async function row(name, run) {
  let [turns, running] = [0, true];
  const others = async () => {
    for (await turn(); running; await turn()) turns += 1;
  };
  const end = others();
  await run();
  running = false;
  await end;
  const cells = [`${read}`.padStart(11), `${ahead}`.padStart(13), turns === 0 ? "0" : "more than 0"];
  console.log(name.padEnd(19) + cells[0] + cells[1] + cells[2].padStart(19));
}

async function main() {
  const chunks = Number(process.argv[2] ?? 250);
  if (!(Number.isInteger(chunks) && chunks >= 32)) throw new Error("32 chunks or more");
  console.log(`${chunks} chunks of 64 KiB, packed; a queue with a mark of 16\n`);
  console.log("                   source read   most ahead   turns of another");
  await row("gunzipSync", () => inOneCall(chunks));
  await row("createGunzip", () => slow(chunks, chunks));
  await row("and left at 10", () => slow(chunks, 10));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
