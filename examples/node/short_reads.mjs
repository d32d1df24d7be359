// Reads 25 letters in nine ways, and shows the chunks that came.
//
//     node examples/node/short_reads.mjs
//     node examples/node/short_reads.mjs 3   # in pieces of 3 bytes

import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";

const LETTERS = "abcdefghijklmnopqrstuvwxy";

// ANCHOR: source
/** Five writes of five bytes, then the end. In `turns`, the reader runs after each write. */
function fiveWrites(turns) {
  const stream = new PassThrough();
  (async () => {
    for (let at = 0; at < 25; at += 5) {
      stream.write(LETTERS.slice(at, at + 5));
      if (turns) await setImmediate();
    }
    stream.end();
  })();
  return stream;
}
// ANCHOR_END: source

/** A source of ten bytes and an error. */
async function* broken() {
  yield LETTERS.slice(0, 10);
  throw Object.assign(new Error("connection reset"), { code: "ECONNRESET" });
}

// ANCHOR: iterate
async function iterate(stream) {
  const chunks = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch (error) {
    chunks.push(error.code);
  }
  return chunks;
}
// ANCHOR_END: iterate

// ANCHOR: loop
/** Reads on each "readable" until `null`, which means: not now. */
async function readAll(stream, size) {
  const chunks = [];
  stream.on("readable", () => {
    let chunk;
    do {
      chunk = stream.read(size);
      chunks.push(chunk ?? "null");
    } while (chunk !== null);
  });
  await once(stream, "end");
  return chunks;
}
// ANCHOR_END: loop

async function listen(stream) {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  await once(stream, "end");
  return chunks;
}

async function main() {
  const size = Number(process.argv[2] ?? 8);
  if (!(Number.isInteger(size) && size >= 1 && size <= 25)) throw new Error("a size is 1 to 25");
  for (const turns of [true, false]) {
    console.log(`25 letters, 5 a write, read after ${turns ? "each write" : "all writes"}`);
    await row("for await", iterate(fiveWrites(turns)));
    await row('"data"', listen(fiveWrites(turns)));
    await row("read()", readAll(fiveWrites(turns)));
    await row(`read(${size})`, readAll(fiveWrites(turns), size));
  }
  console.log("10 letters, then an error");
  await row("for await", iterate(Readable.from(broken())));
}

async function row(name, chunks) {
  console.log(`  ${name.padEnd(10)} ${(await chunks).join(" ")}`);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
