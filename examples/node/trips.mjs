// Reads one file to its end in four ways, and counts the reads, each of which is a trip to libuv's pool of threads.
//
//     node examples/node/trips.mjs
//     node examples/node/trips.mjs 512   # a file of 512 MiB

import { createReadStream, read } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const KIB = 1024;
const MIB = 1024 * KIB;

let trips = 0;
let buffers = 0; // that were read into
let seen = new WeakSet();

function trip(buffer) {
  trips += 1;
  if (!seen.has(buffer.buffer)) buffers += 1;
  seen.add(buffer.buffer);
}

// ANCHOR: stream
/** `fs.read`, counted. */
function counted(fd, buffer, ...rest) {
  trip(buffer);
  read(fd, buffer, ...rest);
}

async function stream({ fd }, options) {
  let total = 0;
  const source = { fd, start: 0, autoClose: false, fs: { read: counted } };
  for await (const chunk of createReadStream(null, { ...source, ...options })) {
    total += chunk.length;
  }
  return total;
}
// ANCHOR_END: stream

// ANCHOR: loop
/** One buffer of yours, filled again and again. */
async function loop(file, buffer) {
  let total = 0;
  for (;;) {
    trip(buffer);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, total);
    if (bytesRead === 0) return total;
    total += bytesRead;
  }
}
// ANCHOR_END: loop

async function main() {
  const mib = Number(process.argv[2] ?? 64);
  if (!Number.isInteger(mib) || mib < 1) throw new Error(`no size in MiB: ${process.argv[2]}`);
  const file = await temporary(mib);
  try {
    console.log(`a file of ${String(mib).padStart(4)} MiB                  trips     Buffers`);
    await row("createReadStream", mib, stream(file));
    await row("createReadStream, mark 1 MiB", mib, stream(file, { highWaterMark: MIB }));
    await row("filehandle.read, 64 KiB", mib, loop(file, Buffer.alloc(64 * KIB)));
    await row("filehandle.read, 1 MiB", mib, loop(file, Buffer.alloc(MIB)));
  } finally {
    await file.close();
  }
}

async function row(name, mib, way) {
  const total = await way;
  if (total !== mib * MIB) throw new Error(`only ${total} bytes came`);
  console.log(`${name.padEnd(32)}${String(trips).padStart(8)}${String(buffers).padStart(12)}`);
  [trips, buffers, seen] = [0, 0, new WeakSet()];
}

async function temporary(mib) {
  const path = join(tmpdir(), `trips-${process.pid}`);
  const file = await open(path, "wx+");
  await unlink(path); // it has no name any more: it is gone when the program is
  const block = Buffer.alloc(MIB);
  for (let i = 0; i < mib; i += 1) await file.write(block);
  return file;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
