// Turns a Readable's bytes into chunks: of what size, and what becomes of an error.
//
//     node examples/node/bytes_vs_items.mjs
//     node examples/node/bytes_vs_items.mjs 64   # 64 KiB of input

import { PassThrough, Readable } from "node:stream";

// ANCHOR: source
/** A connection that gives at most 4095 bytes a read. After `left` bytes it ends, or breaks. */
class Connection extends Readable {
  constructor(left, breaks) {
    super({ highWaterMark: 4096 });
    this.left = left;
    this.breaks = breaks;
  }

  _read(size) {
    if (this.left === 0 && this.breaks) return this.destroy(new Error("connection reset"));
    const n = Math.min(size, 4095, this.left);
    this.left -= n;
    this.push(n === 0 ? null : Buffer.alloc(n, "."));
  }
}
// ANCHOR_END: source

// ANCHOR: chunks
/** Chunks of 4096 bytes, however the bytes come. The last chunk is what is left. */
async function* chunks(readable) {
  let rest = Buffer.alloc(0);
  for await (const bytes of readable) {
    rest = Buffer.concat([rest, bytes]);
    let at = 0;
    for (; rest.length - at >= 4096; at += 4096) yield rest.subarray(at, at + 4096);
    rest = rest.subarray(at);
  }
  if (rest.length > 0) yield rest;
}
// ANCHOR_END: chunks

// ANCHOR: next
async function sizes(stream) {
  const sizes = [];
  for await (const chunk of stream) sizes.push(chunk.length);
  return sizes;
}
// ANCHOR_END: next

// ANCHOR: deaf
/** `pipe` hands no error on: on the other side there is no error, and no end either. */
async function deaf(connection) {
  const sizes = [];
  const copy = connection.pipe(new PassThrough());
  copy.on("data", (chunk) => sizes.push(chunk.length));
  connection.on("error", () => {}); // logged, say
  await new Promise((done) => connection.on("close", () => setImmediate(done)));
  if (copy.readableEnded) throw new Error("the copy ended");
  return sizes;
}
// ANCHOR_END: deaf

async function main() {
  const kib = Number(process.argv[2] ?? 1024);
  if (!Number.isInteger(kib) || kib < 1) throw new Error(`no size in KiB: ${process.argv[2]}`);
  const open = (breaks) => new Connection(kib * 1024, breaks);

  console.log(`${kib * 1024} bytes, at most 4095 a read\n`);
  await row("Readable", sizes(open(false)));
  await row("chunks", sizes(chunks(open(false))));
  console.log("\nthe same, and the connection breaks\n");
  await row("for await", sizes(chunks(open(true))));
  await row("pipe", deaf(open(true)));
}

async function row(name, promise) {
  try {
    const sizes = await promise;
    const first = sizes.slice(0, 4).join(", ");
    console.log(`${name.padEnd(34)}${String(sizes.length).padStart(5)} chunks: [${first}] ...`);
  } catch (error) {
    console.log(`${name.padEnd(34)}${error.message}`);
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
