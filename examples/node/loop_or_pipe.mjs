// Moves chunks from a network to a slower disk: by a loop, through a step, by a pipe, through queues.
//
//     node examples/node/loop_or_pipe.mjs
//     node examples/node/loop_or_pipe.mjs 1000   # 1000 chunks

import { Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";

import { now, sleep, virtually } from "./clock.mjs"; // in ms

const CHUNK = 64 * 1024;
let inFlight = 0; // chunks that have come and are not written
let most = 0;

// ANCHOR: ends
/** The network: a chunk takes 10 ms to come. */
async function* network(chunks) {
  for (let i = 0; i < chunks; i += 1) {
    await sleep(10);
    inFlight += 1;
    most = Math.max(most, inFlight);
    yield Buffer.alloc(CHUNK, "a");
  }
}

/** The disk: a chunk takes 20 ms to write. */
async function write(_chunk) {
  await sleep(20);
  inFlight -= 1;
}
// ANCHOR_END: ends

// ANCHOR: loop
async function byLoop(chunks) {
  for await (const chunk of chunks) await write(chunk);
}

async function* upper(chunks) {
  for await (const chunk of chunks) {
    yield Buffer.from(chunk.toString("latin1").toUpperCase(), "latin1");
  }
}
// ANCHOR_END: loop

// ANCHOR: pipe
/** The network with a queue: it asks for chunks by itself until `mark` of them are in it. */
function readable(chunks, mark) {
  return Readable.from(network(chunks), { highWaterMark: mark });
}

/** The disk with a queue: once `mark` bytes are in it, `write()` returns false. */
function disk(mark) {
  return new Writable({
    highWaterMark: mark,
    write: (chunk, _encoding, done) => write(chunk).then(() => done(), done),
  });
}
// ANCHOR_END: pipe

// ANCHOR: unbounded
async function unheeded(chunks, disk) {
  for await (const chunk of chunks) disk.write(chunk); // never waits
  disk.end();
  await finished(disk);
}
// ANCHOR_END: unbounded

async function main() {
  const n = Number(process.argv[2] ?? 100);
  if (!Number.isInteger(n) || n < 1) throw new Error(`no number of chunks: ${process.argv[2]}`);
  console.log(`${n} chunks: 10 ms each to come, 20 ms to write      took   in flight`);
  // ANCHOR: main
  await row("for await", byLoop(network(n)));
  await row("for await, a step between", byLoop(upper(network(n))));
  await row("pipeline, disk's mark 1 chunk", pipeline(network(n), disk(CHUNK)));
  await row("pipeline, disk's mark 4 chunks", pipeline(network(n), disk(4 * CHUNK)));
  await row("pipeline, Readable's mark 1 chunk", pipeline(readable(n, 1), disk(CHUNK)));
  await row("for await, Readable's mark 1 chunk", byLoop(readable(n, 1)));
  await row("for await, Readable's mark 16 chunks", byLoop(readable(n, 16)));
  await row("write() unheeded", unheeded(network(n), disk(CHUNK)));
  // ANCHOR_END: main
}

async function row(name, work) {
  const start = now;
  await virtually(work);
  console.log(name.padEnd(40) + String(now - start).padStart(12) + " ms" + String(most).padStart(9));
  most = 0;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
