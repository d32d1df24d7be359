// A producer twice as fast as its consumer, joined in five ways: what is in memory, and who waits.
//
//     node examples/node/fast_producer.mjs
//     node examples/node/fast_producer.mjs 120   # two minutes of it instead of one

import { once } from "node:events";
import { promises, Readable, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
let [now, made, handled, most, oldest, produced, peak] = [0, 0, 0, 0, 0, 0, 0];
let last = Promise.resolve(); // the item that is handled last

/** The producer's work: 1 ms for an item of 4 KiB, which begins with the time. */
async function* make(n) {
  for (let i = 1; i <= n; i++) {
    await sleep(1);
    most = Math.max(most, ++made - handled);
    const item = Buffer.alloc(4096, ".");
    item.writeDoubleLE(now);
    if (i % (n / 10) === 0) weigh();
    yield item;
  }
  produced = now;
}

/** The consumer's work: 2 ms for an item, one after the other. */
function handle(item) {
  last = last.then(() => sleep(2)).then(() => {
    oldest = Math.max(oldest, now - item.readDoubleLE());
    handled++;
  });
  return last;
}

// ANCHOR: versions
const consumer = () =>
  new Writable({
    highWaterMark: 16 * 4096,
    write: (item, _encoding, done) => handle(item).then(() => done(), done),
  });

async function unheeded(items, writable = consumer()) {
  for await (const item of items) writable.write(item);
  await promises.finished(writable.end());
}

async function drain(items, writable = consumer()) {
  for await (const item of items) {
    if (!writable.write(item)) await once(writable, "drain");
  }
  await promises.finished(writable.end());
}

async function ready(items) {
  const strategy = new CountQueuingStrategy({ highWaterMark: 16 });
  const writer = new WritableStream({ write: handle }, strategy).getWriter();
  for await (const item of items) {
    await writer.ready;
    writer.write(item).catch(() => {}); // `ready` and `close` throw the error again
  }
  await writer.close();
}
const pull = async (items) => { for await (const item of items) await handle(item) };
// ANCHOR_END: versions

// ANCHOR: detached
async function detached(items) {
  const readable = Readable.from(items).on("data", async (item) => await handle(item));
  await once(readable, "end");
  await last;
}
// ANCHOR_END: detached

/** Notes the bytes in Buffers that are still referred to: the second gc waits for the first one's. */
function weigh() {
  gc(), gc();
  peak = Math.max(peak, process.memoryUsage().arrayBuffers);
}

/** Virtual time: whenever nothing more can be done now, it jumps to the next timer. */
const timers = [];
const sleep = (ms) => new Promise((wake) => timers.push({ at: now + ms, wake }));
async function row(name, version, n) {
  const start = now;
  [made, handled, most, oldest, peak] = [0, 0, 0, 0, 0];
  let running = true;
  const result = version(make(n)).finally(() => (running = false));
  for (await turn(); running; await turn()) {
    timers.sort((a, b) => a.at - b.at);
    now = timers[0].at;
    timers.shift().wake();
  }
  await result;
  const s = (ms) => `${(ms / 1000).toFixed(1)} s`.padStart(10);
  const mib = peak < 2 ** 20 ? "<1 MiB" : `${Math.round(peak / 2 ** 20)} MiB`;
  const columns = mib.padStart(11) + `${most}`.padStart(11) + `${oldest} ms`.padStart(11);
  console.log(name.padEnd(19) + columns + s(produced - start - n) + s(now - start));
}

async function main() {
  const n = Number(process.argv[2] ?? 60) * 1000;
  if (!Number.isInteger(n) || n < 1) throw new Error(`no number of seconds: ${process.argv[2]}`);
  console.log("A producer of 1,000 items/s, a consumer of 500 items/s, 4 KiB an item\n");
  console.log("                     peak live  in flight     oldest    waited     total");
  await row("write()", unheeded, n);
  await row("write() and 'drain'", drain, n);
  await row("await writer.ready", ready, n);
  await row("for await", pull, n);
  await row("on('data', async)", detached, n);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
