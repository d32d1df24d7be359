// Bounds a queue by its items and then by its bytes. What does it hold, for items of four sizes?
//
//     node examples/node/byte_budget.mjs
//     node examples/node/byte_budget.mjs 4096   # a budget of 4096 KiB

import { once } from "node:events";
import { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

// ANCHOR: queues
const write = (_item, _encoding, done) => turn().then(done); // the consumer: slower than the source
const byItems = () => new Writable({ objectMode: true, highWaterMark: 16, write });
const byBytes = (kib) => new Writable({ highWaterMark: kib * 1024, write });

async function most(queue, size) {
  let most = 0;
  for (let item = 0; item < 64; item += 1) {
    const room = queue.write(Buffer.alloc(size));
    const bytes = queue.writableLength * (queue.writableObjectMode ? size : 1);
    most = Math.max(most, bytes);
    if (!room) await once(queue, "drain");
  }
  queue.end();
  await once(queue, "finish");
  return most;
}
// ANCHOR_END: queues

async function main() {
  const kib = Number(process.argv[2] ?? 1024);
  if (!Number.isInteger(kib) || kib < 64) throw new Error(`no budget in KiB: ${process.argv[2]}`);
  console.log("most in the queue, MiB    16 items    by bytes");
  for (const size of [4, 64, 1024, 2 * kib]) {
    const peaks = [await most(byItems(), size * 1024), await most(byBytes(kib), size * 1024)];
    const cells = peaks.map((bytes) => (bytes / 2 ** 20).toFixed(2).padStart(12));
    console.log(`64 items of ${String(size).padStart(5)} KiB${cells.join("")}`);
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
