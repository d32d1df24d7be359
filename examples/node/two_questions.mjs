// Counts the lines of one file twice: with all of it in memory, then through a 64 KiB window.
//
//     node examples/node/two_questions.mjs
//     node examples/node/two_questions.mjs 1024   # of 1024 MiB

import { createReadStream, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
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
  const bytes = readFileSync(fd);
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

// ANCHOR: measure
/** Runs one version from the start of the file. Also returns the most bytes it was seen to hold. */
async function measure(version, fd) {
  gc(); // so that the garbage of one version is not counted for the next
  peak = 0;
  const count = new Count();
  await version(fd, count);
  return [count, peak];
}
// ANCHOR_END: measure

async function main() {
  const mib = Number(process.argv[2] ?? 512);
  if (!Number.isInteger(mib) || mib < 1) throw new Error(`no size in MiB: ${process.argv[2]}`);
  const path = join(tmpdir(), `two_questions-${process.pid}`);
  const fd = openSync(path, "wx+");
  unlinkSync(path); // it has no name any more: it is gone when the program is
  const block = Buffer.alloc(MIB, LINE);
  for (let i = 0; i < mib; i += 1) {
    if (writeSync(fd, block, 0, MIB, i * MIB) < MIB) throw new Error("the disk is full");
  }

  const [a, aPeak] = await measure(whole, fd);
  const [b, bPeak] = await measure(window, fd);
  if (a.lines !== b.lines) throw new Error(`${a.lines} lines, then ${b.lines}`);

  console.log(`${a.lines} lines in ${mib} MiB, counted twice\n`);
  row("", "whole", "64 KiB window");
  row("(1) peak of Buffers, to 64 MiB", about(aPeak), about(bPeak));
  const [aRead, bRead] = [a.bytesAtFirstLine, b.bytesAtFirstLine];
  row("(2) read before the first line counted", inMib(aRead), inMib(bRead));
  row("    chunks (the file waits in between)", a.chunks, b.chunks);
}

function row(name, a, b) {
  console.log(name.padEnd(39) + String(a).padStart(16) + String(b).padStart(16));
}

function inMib(bytes) {
  return `${(bytes / MIB).toFixed(2)} MiB`;
}

/** When garbage is collected differs from run to run, so this number is rounded to 64 MiB. */
function about(bytes) {
  return bytes < 64 * MIB ? "under 64 MiB" : `about ${Math.round(bytes / MIB / 64) * 64} MiB`;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
