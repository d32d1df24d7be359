// Writes 1,000 frames in four ways: how many writes reach the sink, and how long a frame waited.
//
//     node examples/node/frames_out.mjs
//     node examples/node/frames_out.mjs 1020   # 1024 bytes a frame, with its length

import { once } from "node:events";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";

async function twice(frames, dst) {
  for await (const frame of frames) {
    dst.write(prefix(frame));
    if (!dst.write(frame)) await once(dst, "drain");
  }
}

async function joined(frames, dst) {
  for await (const frame of frames) {
    if (!dst.write(Buffer.concat([prefix(frame), frame]))) await once(dst, "drain");
  }
}

// ANCHOR: ways
async function corked(frames, dst) {
  for await (const frame of frames) {
    dst.cork();
    process.nextTick(() => dst.uncork());
    dst.write(prefix(frame));
    if (!dst.write(frame)) await once(dst, "drain");
  }
}

async function toTheEnd(frames, dst) {
  dst.cork();
  for await (const frame of frames) {
    dst.write(prefix(frame));
    dst.write(frame); // to await "drain" would be to wait forever
  }
  dst.uncork();
}
// ANCHOR_END: ways

function prefix(frame) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(frame.length);
  return length;
}

/** How many writes there were, and how many turns the frame waited that waited longest. */
async function run(write, size, turns) {
  let [made, bytes, writes, waited] = [0, 0, 0, 0];
  const count = (length) => {
    const oldest = Math.floor(bytes / (4 + size)); // frames that came before it
    waited = Math.max(waited, made - 1 - oldest);
    bytes += length;
    writes += 1;
  };
  const dst = new Writable({
    highWaterMark: 8192,
    write(chunk, _encoding, done) {
      count(chunk.length);
      done(); // at once, as for a socket that has room
    },
    writev(chunks, done) {
      count(chunks.reduce((sum, { chunk }) => sum + chunk.length, 0));
      done();
    },
  });
  async function* frames() {
    while (made < 1000) {
      if (turns) await turn();
      made += 1;
      yield Buffer.alloc(size, ".");
    }
  }
  await write(frames(), dst);
  dst.end();
  await finished(dst);
  return [writes, waited];
}

async function main() {
  const size = Number(process.argv[2] ?? 60);
  if (!Number.isInteger(size) || size < 1) throw new Error(`no size: ${process.argv[2]}`);
  console.log("1,000 frames             at once          one a turn");
  console.log("                          writes      writes      waited");
  for (const [name, write] of Object.entries({ twice, joined, corked, toTheEnd })) {
    const [atOnce] = await run(write, size, false);
    const [paced, waited] = await run(write, size, true);
    const cells = [name.padEnd(20), String(atOnce).padStart(12), String(paced).padStart(12)];
    console.log(`${cells.join("")}${String(waited).padStart(6)} turns`);
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
