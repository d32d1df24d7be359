// Reads from peers that send slowly or not at all, with a minute of patience for each piece.
//
//     node examples/node/silent_source.mjs
//     node examples/node/silent_source.mjs 1024   # from peers that send at most 1 KiB a second

import { Readable } from "node:stream";

import { clearTimer, now, setTimer, sleep, virtually } from "./clock.mjs"; // in seconds

// ANCHOR: reads
/** A minute for each chunk. */
async function eachChunk(peer) {
  const chunks = peer[Symbol.asyncIterator]();
  let timer;
  try {
    for (let done = false; !done; clearTimer(timer)) {
      const late = new Promise((_, reject) => (timer = setTimer(60, () => reject(new Error("late")))));
      ({ done } = await Promise.race([chunks.next(), late]));
    }
  } finally {
    peer.destroy();
  }
}
// ANCHOR_END: reads

// ANCHOR: silence
/** Ends when `clock.last` is a minute old. Every chunk, of either direction, sets it to the present. */
async function silence(clock) {
  while (now < clock.last + 60) await sleep(clock.last + 60 - now);
}
// ANCHOR_END: silence

/** Reads an answer, with one clock for both directions or with two. Nothing goes the other way. */
async function answer(bytes, clocks) {
  const [start, server] = [now, peer(600, bytes)];
  const last = [{ last: now }, { last: now }];
  const reads = async () => {
    for await (const _ of server) last[clocks - 1].last = now;
    return "read";
  };
  const ours = silence(last[0]).then(() => "cut");
  const end = `${await Promise.race([reads(), ours])} ${now - start} s`;
  server.destroy();
  return end;
}

/** A peer that sends `total` bytes, some each second. With 0 it stays, and sends none. */
function peer(total, bytes) {
  const readable = new Readable({ read() {} });
  readable.on("error", () => {}); // cut
  (async () => {
    for (let left = total; left > 0 && !readable.destroyed; left -= bytes) {
      if (bytes > 0) readable.push(Buffer.alloc(bytes, "."));
      await sleep(1);
    }
    readable.push(null);
  })();
  return readable;
}

/** A chunk comes 30 s late, and then another. Which of them does the reader get? */
async function afterLate() {
  const source = new Readable({ objectMode: true, read() {} });
  sleep(90).then(() => source.push("the first"));
  sleep(100).then(() => source.push("the second"));
  const chunks = source[Symbol.asyncIterator]();
  await Promise.race([chunks.next(), sleep(60)]);
  return (await chunks.next()).value;
}

async function main() {
  const slow = Number(process.argv[2] ?? 4096);
  if (!(Number.isInteger(slow) && slow >= 2 && slow <= 65536)) throw new Error("2 to 65536 bytes");
  const rates = `64 KiB/s ${String(slow).padStart(6)} B/s       1 B/s     nothing`;
  console.log(`A peer that sends 1 MiB     ${rates}\n`);
  let row = "a minute for each chunk".padEnd(24);
  for (const bytes of [64 * 1024, slow, 1, 0]) {
    const [start, source] = [now, peer(2 ** 20, bytes)];
    const read = eachChunk(source).then(() => "read", () => "cut");
    const end = await Promise.race([read, sleep(3600).then(() => "open")]);
    source.destroy();
    row += (end === "open" ? end : `${end} ${now - start} s`).padStart(12);
  }
  console.log(row);
  console.log(`A chunk was 30 s late. The next next() gets ${await afterLate()} chunk.`);
  console.log("\nAn answer of 600 bytes; the client is silent       1 B/s     nothing\n");
  for (const [name, clocks] of [["a clock for each way", 2], ["one clock for both", 1]]) {
    const cells = [await answer(1, clocks), await answer(0, clocks)];
    console.log(name.padEnd(48) + cells.map((cell) => cell.padStart(12)).join(""));
  }
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
