// Reads one source in seven ways and shows how many bytes each read returned.
//
//     node examples/node/short_reads.mjs
//     node examples/node/short_reads.mjs 3   # in pieces of 3 bytes

import { once } from "node:events";
import { openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";

// ANCHOR: source
/** Five writes of five bytes, then the end. */
function fiveWrites() {
  const stream = new PassThrough();
  for (let i = 0; i < 5; i += 1) stream.write("chunk");
  stream.end();
  return stream;
}
// ANCHOR_END: source

// ANCHOR: loop
/** Reads until `null`: nothing is there now. That it is also the end is said by an event, "end". */
async function readAll(stream, size) {
  await once(stream, "readable");
  const sizes = [];
  for (;;) {
    const chunk = stream.read(size);
    sizes.push(chunk === null ? "null" : chunk.length);
    if (chunk === null) return sizes;
  }
}
// ANCHOR_END: loop

// ANCHOR: turns
/** The same five writes, with a read after each. */
function inTurns() {
  const stream = new PassThrough();
  const sizes = [];
  for (let i = 0; i < 5; i += 1) {
    stream.write("chunk");
    sizes.push(stream.read().length);
  }
  stream.end();
  return [...sizes, stream.read() ?? "null"];
}
// ANCHOR_END: turns

// ANCHOR: ready
async function iterate(stream) {
  const sizes = [];
  for await (const chunk of stream) sizes.push(chunk.length);
  return [...sizes, "end"];
}

async function listen(stream) {
  const sizes = [];
  stream.on("data", (chunk) => sizes.push(chunk.length));
  await once(stream, "end");
  return [...sizes, "end"];
}
// ANCHOR_END: ready

// ANCHOR: empty
/** What `read` returns for a file of the same 25 bytes and a buffer of no length. */
function readIntoEmpty() {
  const path = join(tmpdir(), `short_reads-${process.pid}`);
  const fd = openSync(path, "wx+");
  unlinkSync(path); // it has no name any more: it is gone when the program is
  writeSync(fd, "chunk".repeat(5));
  return [readSync(fd, Buffer.alloc(0), { position: 0 })];
}
// ANCHOR_END: empty

async function main() {
  const small = Number(process.argv[2] ?? 8);
  if (!Number.isInteger(small) || small < 1) throw new Error(`no size: ${process.argv[2]}`);

  row("five writes of five bytes", ["each read returned"]);
  row("read(), after each write", inTurns());
  row("read(), after all writes", await readAll(fiveWrites()));
  row(`read(${small})`, await readAll(fiveWrites(), small));
  row("fs.readSync, Buffer.alloc(0)", readIntoEmpty());
  row("read(10)", await readAll(fiveWrites(), 10));
  row("for await", await iterate(fiveWrites()));
  row('on("data")', await listen(fiveWrites()));
}

function row(name, sizes) {
  console.log(name.padEnd(34) + sizes.join(" "));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
