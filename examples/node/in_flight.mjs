// How many chunks wait in a pipeline that is stuck, and how large a queue should be.
//
//     node examples/node/in_flight.mjs
//     node examples/node/in_flight.mjs 600   # 600 pages instead of 60

import { PassThrough, promises, Readable, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const CHUNK = 64 * 1024;
let [made, held] = [0, null]; // chunks that have left the source, and the one that the sink has

// ANCHOR: stuck
/** Makes a chunk whenever the first queue takes one. */
async function* source() {
  for (made = 1; ; made++) yield Buffer.alloc(CHUNK, ".");
}

/** A source, so many stages and a sink, with marks of four chunks. Returns what is live in the end. */
async function stuck(stages) {
  const highWaterMark = 4 * CHUNK;
  const middle = Array.from({ length: stages }, () => new PassThrough({ highWaterMark }));
  const sink = new Writable({ highWaterMark, write: (chunk) => (held = chunk) }); // never done
  const end = promises.pipeline(source(), ...middle, sink);
  for (let turns = 0; turns < 1000; turns++) await turn();
  const bytes = live();
  sink.destroy();
  await end.catch(() => {}); // it was cut short
  return bytes;
}
// ANCHOR_END: stuck

/** Fetches a page of 100 rows in 150 ms, and hands on row by row. */
async function* database(pages) {
  for (let page = 0; page < pages; page++) {
    await sleep(150);
    for (let row = 0; row < 100; row++) yield { fetched: now };
  }
}

/** Needs 2 ms for a row. */
async function handle(row) {
  await sleep(2);
  oldest = Math.max(oldest, now - row.fetched);
}

// ANCHOR: bursts
async function drain(rows, highWaterMark) {
  const write = (row, _encoding, done) => handle(row).then(() => done(), done);
  const client = new Writable({ objectMode: true, highWaterMark, write });
  await promises.pipeline(rows, client);
}

async function ready(rows, highWaterMark) {
  const strategy = new CountQueuingStrategy({ highWaterMark });
  const writer = new WritableStream({ write: handle }, strategy).getWriter();
  for await (const row of rows) {
    await writer.ready;
    writer.write(row).catch(() => {}); // `ready` and `close` throw the error again
  }
  await writer.close();
}
// ANCHOR_END: bursts

/** The bytes in Buffers that are still referred to: the second gc waits for the first one's. */
function live() {
  gc(), gc();
  return process.memoryUsage().arrayBuffers;
}

/** Virtual time, in ms: whenever nothing more can be done now, it jumps to the next timer. */
let [now, oldest] = [0, 0];
const timers = [];
const sleep = (ms) => new Promise((wake) => timers.push({ at: now + ms, wake }));
async function measure(work) {
  oldest = 0;
  let [start, running] = [now, true];
  const end = work.finally(() => (running = false));
  for (await turn(); running; await turn()) {
    timers.sort((a, b) => a.at - b.at);
    now = timers[0].at;
    timers.shift().wake();
  }
  await end;
  return `${((now - start) / 1000).toFixed(1)} s`.padStart(15) + `${oldest} ms`.padStart(10);
}

async function main() {
  const pages = Number(process.argv[2] ?? 60);
  if (!Number.isInteger(pages) || pages < 1) throw new Error(`no number of pages: ${process.argv[2]}`);
  console.log("The sink is stuck   chunks made  live in Buffers");
  const before = live();
  for (const stages of [0, 1, 4]) {
    const kib = Math.round(((await stuck(stages)) - before) / CHUNK) * 64;
    console.log(`${stages} stages${String(made).padStart(23)}${String(kib).padStart(13)} KiB`);
  }
  console.log("\nThe source has pauses    pipeline    oldest   writer.ready    oldest");
  for (const mark of [1, 25, 75, 100, 1000]) {
    const one = await measure(drain(database(pages), mark));
    const two = await measure(ready(database(pages), mark));
    console.log(`mark ${String(mark).padEnd(13)}${one}${two}`);
  }
  const ahead = Readable.from(database(pages)); // fetches while the client handles
  console.log(`Readable, mark 100${await measure(drain(ahead, 100))}`);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
