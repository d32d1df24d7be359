// Sends one source to a fast and to a slow branch in four ways: who waits, and what is held?
//
//     node examples/node/tee_race.mjs
//     node examples/node/tee_race.mjs 4000   # a source of 4000 chunks

import { Readable, Writable } from "node:stream";
import { ReadableStream, WritableStream } from "node:stream/web";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { now, settle, sleep } from "./clock.mjs"; // in turns

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

// ANCHOR: ends
/** Each turn brings one chunk, if it is asked for. */
async function* source(chunks) {
  for (let due = now + 1, i = 1; i <= chunks; i += 1) {
    if (due > now) await sleep(due - now);
    due = now + 1;
    if (i % Math.ceil(chunks / 16) === 0 || i === chunks) weigh();
    yield Buffer.alloc(64 * 1024, ".");
  }
}

/** Where the chunks go: its pace in turns for one, how many it got, and when it got the last. */
class Branch {
  constructor(pace) {
    Object.assign(this, { pace, got: 0, last: 0 });
  }

  async write(_chunk) {
    await sleep(this.pace);
    Object.assign(this, { got: this.got + 1, last: now });
  }
}
// ANCHOR_END: ends

// ANCHOR: tees
const tees = {
  async "both at once"(src, a, b) {
    for await (const chunk of src) await Promise.all([a.write(chunk), b.write(chunk)]);
  },
  async "pipe twice"(src, a, b) {
    const readable = Readable.from(src, { objectMode: false });
    for (const branch of [a, b]) readable.pipe(writable(branch));
  },
  async "tee()"(src, a, b) {
    const [toA, toB] = ReadableStream.from(src).tee();
    toA.pipeTo(new WritableStream(a));
    toB.pipeTo(new WritableStream(b));
  },
  async "'data'"(src, a, b) {
    const [toA, toB] = [writable(a), writable(b)];
    const readable = Readable.from(src, { objectMode: false });
    readable.on("data", (chunk) => [toA, toB].forEach((to) => to.write(chunk)));
  },
};

function writable(branch) {
  const write = (chunk, _encoding, done) => void branch.write(chunk).then(() => done());
  return new Writable({ write });
}
// ANCHOR_END: tees

let peak = 0; // of the bytes in Buffers that something still refers to

function weigh() {
  for (const _twice of [1, 2]) gc(); // the first finds garbage, the second waits until it is gone
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
}

async function main() {
  const chunks = Number(process.argv[2] ?? 1000);
  if (!Number.isInteger(chunks) || chunks < 1) throw new Error(`no count: ${process.argv[2]}`);
  console.log(`${chunks} chunks        b needs 10 turns for a chunk           b has stopped`);
  row("", ["a ends", "b ends", "b lost", "peak", "a gets", "peak"]);
  for (const [name, tee] of Object.entries(tees)) {
    const cells = [];
    for (const pace of [10, Infinity]) {
      const [a, b, start] = [new Branch(1), new Branch(pace), now];
      peak = 0;
      tee(source(chunks), a, b);
      await settle();
      const ends = [a, b].map(({ last }) => `${((last - start) / 1000).toFixed(1)}k`);
      cells.push(...(pace === 10 ? [...ends, chunks - b.got] : [a.got]));
      cells.push(`${Math.floor(peak / 2 ** 20) || "<1"} MiB`);
    }
    row(name, cells);
  }
}

function row(name, cells) {
  const widths = [8, 8, 8, 12, 10, 12];
  console.log(name.padEnd(18) + cells.map((cell, i) => `${cell}`.padStart(widths[i])).join(""));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
