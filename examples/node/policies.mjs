// One overload and seven queues: who waits, what is lost, and how old is what comes out?
//
//     node examples/node/policies.mjs
//     node examples/node/policies.mjs 1   # an item is handled in 1 ms: no overload

import { once } from "node:events";
import { openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";

import { now, sleep, virtually } from "./clock.mjs"; // in ms

async function main() {
  if (!Number.isInteger(ms) || ms < 1) throw new Error(`no time in ms: ${process.argv[2]}`);
  console.log(`10000 items of 4 KiB, one each ms; ${ms} ms to handle one\n`);
  console.log("                took   waited     lost  refused  p99 age   queued");
  // ANCHOR: rows
  await row("no limit", writable(), async (queue, item) => queue.write(item));
  await row("wait", writable(), async (queue, item) => queue.write(item) || once(queue, "drain"));
  await row("fail", writable(), async (queue, item) => {
    if (queue.writableLength >= 16) throw new Error("full");
    queue.write(item);
  });
  await row("drop newest", writable(), async (queue, item) => {
    if (queue.writableLength < 16) queue.write(item);
  });
  await row("drop oldest", own([]), async ({ items }, item) => {
    if (items.push(item) > 16) items.shift();
  });
  await row("conflate", own([]), async ({ items }, item) => (items[0] = item));
  await row("spill", own(new Spool()), async ({ items }, item) => items.push(item));
  // ANCHOR_END: rows
}

// ANCHOR: queues
function writable() {
  const write = (item, _encoding, done) => handle(item).then(done);
  return new Writable({ objectMode: true, highWaterMark: 16, write });
}

/** A `Writable` gives nothing back: this is an array, or a spool, and a bell for the consumer. */
function own(items) {
  const queue = { items, ring() {}, end: () => ((queue.ended = true), queue.ring()) };
  queue.done = (async () => {
    while (items.length > 0 || !queue.ended) {
      if (items.length > 0) await handle(items.shift());
      else await new Promise((wake) => (queue.ring = wake));
    }
  })();
  return queue;
}
// ANCHOR_END: queues

/** What `own` needs of an array, in a file. */
class Spool {
  read = 0; // in bytes
  length = 0; // in items

  constructor(path = join(tmpdir(), `policies-${process.pid}`)) {
    this.fd = openSync(path, "wx+");
    unlinkSync(path); // it has no name any more: it is gone when the program is
  }

  push(item) {
    writeSync(this.fd, item, 0, 4096, this.read + 4096 * this.length);
    this.length += 1;
  }

  shift() {
    const item = Buffer.alloc(4096);
    this.read += readSync(this.fd, item, 0, 4096, this.read);
    this.length -= 1;
    return item;
  }
}

const ms = Number(process.argv[2] ?? 4);
let ages = [];
const handle = (item) => (ages.push(now - item.readUInt32BE()), sleep(ms));

async function row(name, queue, offer) {
  let [start, refused, most] = [now, 0, 0];
  ages = [];
  for (let number = 0; number < 10_000; number += 1) {
    await sleep(1);
    const item = Buffer.alloc(4096);
    item.writeUInt32BE(now);
    await offer(queue, item).catch(() => (refused += 1));
    queue.ring?.();
    most = Math.max(most, queue.items?.length ?? queue.writableLength);
  }
  const waited = now - start - 10_000;
  queue.end();
  await (queue.done ?? once(queue, "finish"));
  const p99 = ages.sort((a, b) => a - b)[Math.floor(ages.length * 0.99)];
  const [took, lost] = [now - start, 10_000 - ages.length - refused];
  const seconds = [took, waited].map((ms) => `${(ms / 1000).toFixed(1)} s`);
  const cells = [...seconds, lost, refused, `${p99} ms`, most].map((cell) => `${cell}`.padStart(9));
  console.log(name.padEnd(11) + cells.join(""));
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
