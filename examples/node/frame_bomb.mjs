// Lets seven peers send to three readers of frames: what came out, and how much was held.
//
//     node examples/node/frame_bomb.mjs
//     node examples/node/frame_bomb.mjs 256   # a POST with a body of 256 MiB

import { on } from "node:events";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

// ANCHOR: frames
/** Collects what comes, and gives each frame once all of it is there. */
async function* frames(stream, max) {
  let buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 4) {
      const length = buffer.readUInt32BE();
      if (length > max) throw new Error(`a frame of ${length} bytes`);
      if (buffer.length - 4 < length) break;
      yield buffer.subarray(4, 4 + length);
      buffer = buffer.subarray(4 + length);
    }
  }
  if (buffer.length > 0) throw new Error("cut off");
}
// ANCHOR_END: frames

// ANCHOR: read
/** Lets the stream collect, and asks it for exactly as many bytes as come next. */
async function* readN(stream) {
  let length = null; // of the next frame, once that is known
  for await (const _ of on(stream, "readable", { close: ["end"] })) {
    for (let bytes; (bytes = stream.read(length ?? 4)) !== null; ) {
      if (length !== null) yield bytes;
      length = length === null ? bytes.readUInt32BE() : null;
    }
  }
}
// ANCHOR_END: read

// ANCHOR: serve
/** Counts frames. When none has come for 12 turns, it looks after something else. */
async function serve(frames, anew) {
  let next;
  for (let count = 0; ; ) {
    next ??= frames.next();
    const result = await Promise.race([next, turns(12)]).catch(() => "error");
    if (result || anew) next = undefined;
    if (!result) continue; // a heartbeat is due
    if (result === "error") return `${count} error`;
    if (result.done) return `${count} end  `;
    count += 1;
  }
}
// ANCHOR_END: serve

async function turns(n) {
  for (; n > 0; n -= 1) await turn();
}

const two = Buffer.from("\0\0\0\x05hello\0\0\0\x05world");

async function* slowly() {
  for (const byte of two) yield turns(5).then(() => Buffer.of(byte));
}

async function* post(mib) {
  yield Buffer.from("POST / HTTP/1.1\r\n\r\n");
  for (; mib > 0; mib -= 1) yield Buffer.alloc(2 ** 20, ".");
}

let peak = 0; // bytes in Buffers that something still refers to
function weigh(copy) {
  gc(); // finds the garbage
  gc(); // returns once the garbage of the first is given back
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  return copy;
}

const { concat } = Buffer;
Buffer.concat = (list) => weigh(concat(list)); // what is copied is still there

async function row(name, peer, anew = false) {
  let line = name.padEnd(20);
  for (const reader of [readN, (src) => frames(src, Infinity), (src) => frames(src, 64 * 1024)]) {
    peak = 0;
    const src = Readable.from(peer(), { objectMode: false });
    line += ` ${await serve(reader(src), anew)}`;
    weigh();
    line += String(Math.round(peak / 2 ** 23) * 8).padStart(6); // MiB, but for the last garbage
  }
  console.log(line);
}

async function main() {
  const mib = Number(process.argv[2] ?? 64);
  if (!Number.isInteger(mib) || mib < 1) throw new Error(`no size in MiB: ${process.argv[2]}`);
  console.log("frames, end, MiB      read(n)       no max        max 64 KiB");
  await row("two frames", () => [two]);
  await row("a byte every 5 turns", slowly);
  await row("..., raced anew", slowly, true);
  await row("cut off in a length", () => [two.subarray(0, 11)]);
  await row("cut off in a frame", () => [two.subarray(0, 16)]);
  await row("GET", () => [Buffer.from("GET / HTTP/1.1\r\n\r\n")]);
  await row("POST", () => post(mib));
  await row("a length of 8 MiB", () => [Buffer.of(0, 0x80, 0, 0)]);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
