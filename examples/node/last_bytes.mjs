// Ends one copy in several ways, and shows what the receiver has and what the sender is told.
//
//     node examples/node/last_bytes.mjs
//     node examples/node/last_bytes.mjs 100000   # copies 100,000 bytes

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

// ANCHOR: endings
const endings = {
  async write(src, dst) {
    for await (const chunk of src) {
      if (!dst.write(chunk)) await once(dst, "drain");
    }
  },
  async "write, end"(src, dst) {
    await endings.write(src, dst);
    dst.end();
    await finished(dst);
  },
  async pipe(src, dst) {
    src.pipe(dst);
    await finished(dst);
  },
  async pipeline(src, dst) {
    await pipeline(src, dst);
  },
};
// ANCHOR_END: endings

// ANCHOR: sinks
/** A connection, of unbounded room: what is written to `near` is read from `far`, until `near` is gone. */
function connection() {
  const far = new Readable({ read() {} });
  const near = new Writable({
    write(chunk, _encoding, done) {
      far.push(chunk);
      done();
    },
    destroy(error, done) {
      far.push(null); // after `end()` too: a stream that has finished is destroyed
      done(error);
    },
  });
  return [near, far];
}

/** Node.js collects writes in a stream that is corked, until `uncork()` or `end()`. */
function corked() {
  const [near, far] = connection();
  near.cork();
  return [near, far];
}

/** It refuses every write, as a file on a full disk does: this program, opened for reading. */
function file() {
  return createWriteStream(fileURLToPath(import.meta.url), { flags: "r" });
}
// ANCHOR_END: sinks

// ANCHOR: receive
/** Takes what comes, until the end does, or until there is nothing left that could still happen. */
async function receive(src) {
  let bytes = 0;
  src.on("data", (chunk) => (bytes += chunk.length));
  const end = await Promise.race([once(src, "end").then(() => "end"), idle()]);
  return `${bytes}, ${end}`;
}

/** Node.js says so when its event loop is empty: whoever waits now, waits forever. */
function idle() {
  return new Promise((done) => {
    process.once("beforeExit", () => setImmediate(done, "waits"));
  });
}
// ANCHOR_END: receive

async function main() {
  const size = Number(process.argv[2] ?? 5000);
  if (!Number.isInteger(size) || size < 1) throw new Error(`no size: ${process.argv[2]}`);
  const bytes = () => Readable.from(chunks(size), { objectMode: false });
  row("the receiver has", Object.keys(endings));
  for (const [name, open] of Object.entries({ connection, corked })) {
    const cells = [];
    for (const send of Object.values(endings)) {
      const [near, far] = open();
      send(bytes(), near).catch(() => {});
      cells.push(await receive(far));
    }
    row(name, cells);
  }
  console.log();
  row("the sender is told", Object.keys(endings));
  const cells = [];
  for (const send of Object.values(endings)) {
    const dst = file();
    const event = once(dst, "error"); // without a listener, the event would end the process
    const sent = send(bytes(), dst).then(() => event.then(() => "Ok, 'error'"));
    cells.push(await sent.catch(() => "rejected"));
  }
  row("file", cells);
}

function* chunks(size) {
  for (let left = size; left > 0; left -= 8192) yield Buffer.alloc(Math.min(left, 8192), ".");
}

function row(name, [a, b, c, d]) {
  console.log(name.padEnd(22) + a.padEnd(15) + b.padEnd(15) + c.padEnd(15) + d);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
