// Measures the same memory with three rulers: in Buffers, in the JavaScript heap, resident.
//
//     node examples/node/three_rulers.mjs
//     node examples/node/three_rulers.mjs 1024   # a large Buffer of 1024 MiB

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const MIB = 1024 * 1024;
const rssAtStart = process.memoryUsage().rss;
let held;

// ANCHOR: rulers
function show(what) {
  gc(); // finds the garbage
  gc(); // returns once the garbage of the first is given back
  const { arrayBuffers, heapUsed, rss } = process.memoryUsage();
  row(what, Math.round(arrayBuffers / MIB), about(heapUsed), atLeast(rss - rssAtStart));
}

/** The JavaScript heap: to the nearest 100 MiB, because it differs from version to version. */
function about(bytes) {
  return Math.round(bytes / MIB / 100) * 100;
}

/** Resident memory: in steps of 250 MiB, because it also depends on the system's allocator. */
function atLeast(bytes) {
  if (bytes < 50 * MIB) return "<50";
  return `${Math.floor(bytes / MIB / 250) * 250 || 50}+`;
}
// ANCHOR_END: rulers

// ANCHOR: large
function large(mib) {
  held = Buffer.alloc(mib * MIB);
  show("a large Buffer of zeros");
  for (let at = 0; at < held.length; at += 4096) held[at] = 1;
  show("a byte written in each page");
  held = undefined;
  show("dropped");
}
// ANCHOR_END: large

// ANCHOR: small
function small() {
  held = Array.from({ length: 500_000 }, () => Buffer.alloc(512, 1));
  show("500000 small Buffers");
  held = held.pop();
  show("dropped, all but the last");
}
// ANCHOR_END: small

function main() {
  const mib = Number(process.argv[2] ?? 512);
  if (!Number.isInteger(mib) || mib < 1) throw new Error(`no size in MiB: ${process.argv[2]}`);

  row("MiB", "arrayBuffers", "heapUsed", "rss, above start");
  show("at the start");
  large(mib);
  small();
}

function row(what, a, b, c) {
  console.log(what.padEnd(30) + String(a).padStart(14) + String(b).padStart(12) + c.padStart(18));
}

try {
  main();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
