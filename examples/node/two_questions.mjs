// Counts the lines of one file three ways and shows how much of it is in memory.
//
//     node examples/node/two_questions.mjs
//     node examples/node/two_questions.mjs 1024   # of 1024 MiB

import { closeSync, createReadStream, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const MIB = 1024 * 1024;
const LINE = "2026-01-01T00:00:00Z GET /videos/ten-gigabytes.mp4 206 64 KiB  \n";

let peak = 0; // most bytes seen in Buffers: those not yet collected as garbage are among them

// ANCHOR: whole
function whole(fd, count) {
  const bytes = readFileSync(fd); // from where the file stands, which is its start
  count.add(bytes);
}
// ANCHOR_END: whole

// ANCHOR: window
async function window(fd, count) {
  const options = { fd, start: 0, autoClose: false, highWaterMark: 64 * 1024 };
  for await (const chunk of createReadStream(null, options)) {
    count.add(chunk);
  }
}
// ANCHOR_END: window

// ANCHOR: kept
async function kept(fd, count) {
  const options = { fd, start: 0, autoClose: false, highWaterMark: 64 * 1024 };
  const chunks = [];
  for await (const chunk of createReadStream(null, options)) {
    count.add(chunk);
    chunks.push(chunk); // for later
  }
}
// ANCHOR_END: kept

// ANCHOR: count
class Count {
  lines = 0;
  chunks = 0;
  bytes = 0;
  bytesAtFirstLine = 0; // bytes already read when the first line was counted

  add(chunk) {
    let newlines = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) newlines += 1;
    this.chunks += 1;
    this.bytes += chunk.length;
    if (this.lines === 0 && newlines > 0) this.bytesAtFirstLine = this.bytes;
    this.lines += newlines;
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }
}
// ANCHOR_END: count

async function main() {
  const mib = Number(process.argv[2] ?? 512);
  if (!Number.isInteger(mib) || mib < 4) throw new Error(`no size in MiB: ${process.argv[2]}`);
  console.log("                (1) peak in Buffers    (2) chunks    read before the first line");
  for (const size of [Math.floor(mib / 4), mib]) {
    const fd = file(size);
    // ANCHOR: measure
    for (const version of [whole, window, kept]) {
      gc(); // finds the garbage of the version before
      gc(); // returns once it is given back
      peak = 0;
      const count = new Count();
      await version(fd, count);
      if (count.lines !== size * 16384) throw new Error(`${count.lines} lines`);
      row(size, version.name, about(peak), count.chunks, count.bytesAtFirstLine / MIB);
    }
    // ANCHOR_END: measure
    closeSync(fd);
  }
}

function file(mib) {
  const path = join(tmpdir(), `two_questions-${process.pid}`);
  const fd = openSync(path, "wx+");
  unlinkSync(path); // it has no name any more: it is gone when the program is
  const block = Buffer.alloc(MIB, LINE);
  for (let i = 0; i < mib; i += 1) {
    if (writeSync(fd, block, 0, MIB, i * MIB) < MIB) throw new Error("the disk is full");
  }
  return fd;
}

function row(mib, name, peak, chunks, first) {
  const start = `${String(mib).padStart(4)} MiB ${name.padEnd(6)}${peak.padStart(18)}`;
  console.log(`${start}${String(chunks).padStart(14)}${first.toFixed(2).padStart(18)} MiB`);
}

/** When garbage is collected differs from run to run, so this number is rounded to 64 MiB. */
function about(bytes) {
  return bytes < 64 * MIB ? "<64 MiB" : `~${Math.round(bytes / MIB / 64) * 64} MiB`;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
