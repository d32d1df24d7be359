// Makes chunks of a connection's bytes: when it is read, how they are cut, and where an error goes.
//
//     node examples/node/bytes_vs_items.mjs
//     node examples/node/bytes_vs_items.mjs 1000   # at most 1000 bytes a read

import { PassThrough, Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";

let reads = 0; // since the last row

/** Gives at most `most` bytes a read. After `left` bytes it ends, which is `null`, or breaks. */
class Connection {
  constructor(left, most, breaks) {
    Object.assign(this, { left, most, breaks });
  }

  read(room) {
    reads += 1;
    const n = Math.min(room, this.most, this.left);
    if (n === 0 && this.breaks) throw new Error("connection reset");
    this.left -= n;
    return n === 0 ? null : Buffer.alloc(n, ".");
  }
}

// ANCHOR: models
/** Has a queue, and reads into it until it holds 4096 bytes or more. */
function readable(connection) {
  return new Readable({
    highWaterMark: 4096,
    read(size) {
      try {
        this.push(connection.read(size));
      } catch (error) {
        this.destroy(error);
      }
    },
  });
}

/** Has no queue: it runs when it is asked, to its next `yield`. */
async function* generator(connection) {
  let bytes;
  while ((bytes = connection.read(4096)) !== null) yield bytes;
}
// ANCHOR_END: models

// ANCHOR: chunks
/** Chunks of 4096 bytes, however the bytes come. The last one is what is left. */
async function* chunks(stream) {
  let rest = Buffer.alloc(0);
  for await (const bytes of stream) {
    rest = Buffer.concat([rest, bytes]);
    for (; rest.length >= 4096; rest = rest.subarray(4096)) yield rest.subarray(0, 4096);
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

async function askedOnce(stream) {
  const { value } = await stream[Symbol.asyncIterator]().next();
  await setTimeout(10);
  return [value.length];
}

// ANCHOR: lossy
/** `pipe` hands no error on: on the other side there is no error, and no end either. */
async function lossy(stream) {
  const sizes = [];
  const copy = stream.pipe(new PassThrough());
  copy.on("data", (chunk) => sizes.push(chunk.length));
  stream.on("error", () => {}); // logged, say
  await new Promise((done) => stream.on("close", () => setImmediate(done)));
  if (copy.readableEnded) throw new Error("the copy ended");
  return sizes;
}
// ANCHOR_END: lossy

async function main() {
  const most = Number(process.argv[2] ?? 4095);
  if (!Number.isInteger(most) || most < 1) throw new Error(`no size: ${process.argv[2]}`);
  const whole = () => new Connection(2 ** 20, most, false);
  const half = () => new Connection(2 ** 19, most, true);

  console.log(`At most ${String(most).padStart(5)} bytes a read  reads  chunks  first sizes`);
  const stream = readable(whole());
  await row("Readable, never asked", Promise.resolve([]));
  await row("asked once, then 10 ms", askedOnce(stream));
  await row("asked to the end", sizes(readable(whole())));
  await row("generator, asked once", askedOnce(generator(whole())));
  await row("chunks, asked to the end", sizes(chunks(generator(whole()))));
  console.log("\nThe connection breaks halfway");
  await row("for await", sizes(chunks(readable(half()))));
  await row("pipe", lossy(readable(half())));
}

async function row(name, promise) {
  const result = await promise.then(
    (sizes) => `${String(sizes.length).padStart(8)}  [${sizes.slice(0, 4).join(", ")}]`,
    (error) => `       -  error: ${error.message}`,
  );
  console.log(name.padEnd(26) + String(reads).padStart(7) + result);
  reads = 0;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
