// Reads one long line, and a short one after it, with three line readers: what each holds and finds.
//
//     node examples/node/endless_line.mjs
//     node examples/node/endless_line.mjs 1024   # a line of 1024 MiB

import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const MIB = 1024 * 1024;
let peak = 0; // most bytes in use, weighed after every 16 MiB and at the first lines

// ANCHOR: client
/** Sends one line of `mib` MiB, and `ok`. */
function client(mib) {
  let sent = 0;
  const send = (stream) => {
    if (sent % (16 * MIB) === 0) weigh();
    sent += 64 * 1024;
    if (sent <= mib * MIB) return stream.push(Buffer.alloc(64 * 1024, "x"));
    stream.push("\nok\n");
    stream.push(null);
  };
  return new Readable({
    read() {
      setImmediate(send, this); // as a socket does: later, and not from here
    },
  });
}
// ANCHOR_END: client

// ANCHOR: lines
function lines(src) {
  return createInterface({ input: src });
}
// ANCHOR_END: lines

// ANCHOR: pieces
async function* pieces(src) {
  for await (const chunk of src) {
    const lines = chunk.toString().split("\n");
    if (lines.at(-1) === "") lines.pop();
    yield* lines;
  }
}
// ANCHOR_END: pieces

// ANCHOR: capped
async function* capped(src) {
  let rest = Buffer.alloc(0);
  for await (const chunk of src) {
    rest = Buffer.concat([rest, chunk]);
    for (let end; (end = rest.indexOf("\n")) !== -1; rest = rest.subarray(end + 1)) {
      if (end > 1024) throw new Error("line too long");
      yield rest.toString("utf8", 0, end);
    }
    if (rest.length > 1024) throw new Error("line too long");
  }
  if (rest.length > 0) yield rest.toString();
}
// ANCHOR_END: capped

async function main() {
  const mib = Number(process.argv[2] ?? 256);
  if (!Number.isInteger(mib) || mib < 4) throw new Error(`no size in MiB: ${process.argv[2]}`);
  const sizes = `${mib / 4} MiB`.padStart(10) + `${mib} MiB`.padStart(10);
  console.log(`peak, for a line of${sizes}    lines  returned`);
  await row("readline", mib, lines);
  await row("pieces", mib, pieces);
  await row("capped at 1024", mib, capped);
}

async function row(name, mib, read) {
  let [text, count, end] = [name.padEnd(19), 0, "done"];
  for (const size of [mib / 4, mib]) {
    /x/.exec("x"); // a regular expression keeps the last text that it searched
    const before = weigh();
    [peak, count, end] = [before, 0, "done"];
    try {
      for await (const _line of read(client(size))) if (++count < 4) weigh();
    } catch (error) {
      end = error.message;
    }
    text += about(peak - before).padStart(10);
  }
  console.log(`${text}${String(count).padStart(9)}  ${end}`);
}

/** What is in use when all garbage is collected: V8's own heap, and the bytes of Buffers. */
function weigh() {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  peak = Math.max(peak, heapUsed + external);
  return heapUsed + external;
}

/** Rounded to 64 MiB, since V8's own share differs from run to run. */
function about(bytes) {
  return bytes < 32 * MIB ? "<32 MiB" : `~${Math.round(bytes / MIB / 64) * 64} MiB`;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
