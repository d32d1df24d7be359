// Ends a copy whose source ended, and one whose source broke: what does the receiver know?
//
//     node examples/node/end_mark.mjs
//     node examples/node/end_mark.mjs 100000   # 100,000 bytes

import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { constants, createGzip, gunzipSync } from "node:zlib";

// ANCHOR: endings
const endings = {
  async pipe(src, ...stages) {
    src.on("error", () => {}); // logged, say
    stages.reduce((from, to) => from.pipe(to), src);
  },
  async pipeline(src, ...stages) {
    await pipeline(src, ...stages);
  },
  async "catch, end"(src, ...stages) {
    const logged = async function* () {
      try {
        yield* src;
      } catch {} // logged, say
    };
    await pipeline(logged, ...stages);
  },
};
// ANCHOR_END: endings

// ANCHOR: receiver
/** What the receiver makes of the bytes on the wire, which ends when its stream is closed. */
async function receiver(sink, src, send) {
  const chunks = [];
  const wire = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const stages = sink === "gzip" ? [createGzip(), wire] : [wire];
  const closed = new Promise((done) => wire.on("close", () => done("end")));
  send(src, ...stages).catch(() => {}); // `pipeline` rejects if the source broke
  let end = await Promise.race([closed, idle()]);
  let bytes = Buffer.concat(chunks);
  if (sink === "gzip") {
    const compressed = bytes;
    bytes = gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH }); // a part will do
    try {
      gunzipSync(compressed);
    } catch {
      if (end === "end") end = "cut off";
    }
  }
  return `${bytes.length}, ${end}`;
}
// ANCHOR_END: receiver

/** Node.js says so when its event loop is empty: whoever waits now, waits forever. */
function idle() {
  return new Promise((done) => {
    process.once("beforeExit", () => setImmediate(done, "waits"));
  });
}

// ANCHOR: source
/** Gives its bytes and, a little later, ends or breaks. */
function source(bytes, breaks) {
  async function* pieces() {
    yield bytes;
    for (let i = 0; i < 10; i += 1) await turn();
    if (breaks) throw new Error("connection reset");
  }
  return Readable.from(pieces(), { objectMode: false });
}
// ANCHOR_END: source

async function main() {
  const size = Number(process.argv[2] ?? 5000);
  if (!Number.isInteger(size) || size < 1) throw new Error(`no size: ${process.argv[2]}`);
  const bytes = Buffer.alloc(size, ".");
  for (const [title, breaks] of [["the source ends", false], ["the source breaks", true]]) {
    row(title, Object.keys(endings));
    for (const sink of ["wire", "gzip"]) {
      const cells = [];
      for (const send of Object.values(endings)) {
        cells.push(await receiver(sink, source(bytes, breaks), send));
      }
      row(sink, cells);
    }
  }
}

function row(name, [a, b, c]) {
  console.log(name.padEnd(19) + a.padEnd(17) + b.padEnd(17) + c);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
