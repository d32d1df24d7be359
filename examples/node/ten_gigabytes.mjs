// Receives an upload three ways and shows how much of it is in memory at the worst moment.
//
//     node examples/node/ten_gigabytes.mjs
//     node examples/node/ten_gigabytes.mjs 100   # an upload of 100 GiB

import { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const CHUNK = 64 * 1024;
const MIB = 1024 * 1024;

// ANCHOR: ends
/** The network: one turn brings one chunk. The bytes are made here, so that no file is needed. */
async function* upload(size) {
  for (let left = size; left > 0; left -= CHUNK) {
    await turn();
    yield Buffer.alloc(CHUNK, ".");
    if (left % (size / 64) === CHUNK) weigh();
  }
}

/** The disk: half as fast, two turns for one chunk. It only counts what it is given. */
class Disk extends Writable {
  written = 0;

  async _write(bytes, _encoding, done) {
    for (let left = 2 * bytes.length; left > 0; left -= CHUNK) await turn();
    this.written += bytes.length;
    done();
  }
}
// ANCHOR_END: ends

// ANCHOR: whole
async function whole(size, disk) {
  const body = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of upload(size)) filled += chunk.copy(body, filled);
  disk.end(body);
  await finished(disk);
}
// ANCHOR_END: whole

// ANCHOR: streams
async function unbounded(size, disk) {
  for await (const chunk of upload(size)) {
    disk.write(chunk); // returns false when the disk has enough: nobody looks
  }
  disk.end();
  await finished(disk);
}

async function bounded(size, disk) {
  await pipeline(upload(size), disk); // waits at the disk's high-water mark: four chunks
}
// ANCHOR_END: streams

// ANCHOR: weigh
let peak = 0;

/** Notes the bytes in Buffers that something still refers to; garbage is not among them. */
function weigh() {
  gc(); // finds the garbage
  gc(); // returns once the garbage of the first is given back
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
}
// ANCHOR_END: weigh

/** Runs one version and returns the peak, in MiB. */
async function measure(version, mib) {
  peak = 0;
  const disk = new Disk({ highWaterMark: 4 * CHUNK });
  await version(mib * MIB, disk);
  if (disk.written !== mib * MIB) throw new Error(`only ${disk.written} bytes arrived`);
  return peak / MIB;
}

async function main() {
  const gib = Number(process.argv[2] ?? 10);
  if (!Number.isInteger(gib) || gib < 1) throw new Error(`no size in GiB: ${process.argv[2]}`);

  console.log("peak live in Buffers, when the disk is half as fast as the network\n");
  row("an upload of", "64 MiB", "256 MiB", `${gib} GiB`);
  let [a, b] = [await measure(whole, 64), await measure(whole, 256)];
  row("whole, in one Buffer", inMib(a), inMib(b), `${((b * gib) / 256).toFixed(1)} GiB *`);
  [a, b] = [await measure(unbounded, 64), await measure(unbounded, 256)];
  row("stream, write() unheeded", inMib(a), inMib(b), `${((b * gib) / 256).toFixed(1)} GiB *`);
  [a, b] = [await measure(bounded, 64), await measure(bounded, 256)];
  row("stream, pipeline()", inMib(a), inMib(b), inMib(await measure(bounded, gib * 1024)));
  console.log(`\n* not run: the 256 MiB run, times ${gib * 4}`);
}

function row(name, a, b, c) {
  const last = c.padStart(c.endsWith("*") ? 14 : 12);
  console.log(name.padEnd(24) + a.padStart(12) + b.padStart(12) + last);
}

function inMib(mib) {
  return mib < 1 ? "<1 MiB" : `${Math.round(mib)} MiB`;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
