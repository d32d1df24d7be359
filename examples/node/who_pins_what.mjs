// Keeps 16 bytes of every chunk, and shows how much memory that keeps alive.
//
//     node examples/node/who_pins_what.mjs
//     node examples/node/who_pins_what.mjs 1000   # 1000 chunks

import { createReadStream, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const MIB = 1024 * 1024;

// ANCHOR: keep
function subarray(chunk) {
  return chunk.subarray(0, 16);
}

function slice(chunk) {
  return chunk.slice(0, 16); // deprecated: no copy, unlike an array's slice()
}

function copy(chunk) {
  return Buffer.from(chunk.subarray(0, 16));
}
// ANCHOR_END: keep

// ANCHOR: pass
/** Lets the chunks pass by, one at a time, and keeps what `keep` makes of each. */
function pass(chunks, keep) {
  const kept = [];
  for (let i = 0; i < chunks; i += 1) {
    const chunk = Buffer.alloc(MIB, ".");
    kept.push(keep(chunk));
  }
  return kept;
}

function measure(name, chunks, keep) {
  const before = live();
  const kept = pass(chunks, keep);
  const held = live() - before;
  const bytes = kept.reduce((sum, part) => sum + part.length, 0);
  row(name, `${bytes} B`, `${(Math.round((held / MIB) * 10) / 10).toFixed(1)} MiB`);
}

/** Bytes of Buffers that something still refers to; garbage is not among them. */
function live() {
  gc(); // finds the garbage
  gc(); // returns once the garbage of the first is given back
  return process.memoryUsage().arrayBuffers;
}
// ANCHOR_END: pass

async function main() {
  const chunks = Number(process.argv[2] ?? 100);
  if (!Number.isInteger(chunks) || chunks < 1) throw new Error(`no count: ${process.argv[2]}`);

  row(`${chunks} chunks of 1 MiB`, "kept", "live");
  measure("chunk.subarray(0, 16)", chunks, subarray);
  measure("chunk.slice(0, 16)", chunks, slice);
  measure("Buffer.from(chunk.subarray(0, 16))", chunks, copy);

  console.log();
  row("the memory behind", "kept", "allocation");
  behind("chunk.subarray(0, 16)", subarray(Buffer.alloc(MIB)));
  behind("Buffer.from(chunk.subarray(0, 16))", copy(Buffer.alloc(MIB)));
  behind("Buffer.alloc(16)", Buffer.alloc(16));
  for await (const chunk of lastBytes()) behind("the last 16 bytes of a file", chunk);
}

// ANCHOR: behind
/** Small Buffers are cut from a pool: 8 KiB on Node 20 and 22, 64 KiB and at times a little more later. */
function behind(name, part) {
  const [size, more] = [part.buffer.byteLength, part.buffer.byteLength - Buffer.poolSize];
  row(name, `${part.length} B`, more >= 0 && more <= 64 ? "the pool" : `${size} B`);
}

/** A stream that asks for 64 KiB where this file has 16 bytes left. */
function lastBytes() {
  const file = new URL(import.meta.url);
  return createReadStream(file, { start: statSync(file).size - 16 });
}
// ANCHOR_END: behind

function row(name, a, b) {
  console.log((name.padEnd(36) + a.padStart(12) + b.padStart(14)).trimEnd());
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
