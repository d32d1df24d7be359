// A producer twice as fast as its consumer, joined in four ways: the live Buffers while they run.
//
//     node examples/node/memory_over_time.mjs
//     node examples/node/memory_over_time.mjs 40   # twice as many items, and twice the time

import { promises, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
const LOOKS = 10;

/** The producer's work: 1 ms for an item of 4 KiB. */
async function* make(n) {
  for (let i = 0; i < n; i++) {
    await sleep(1);
    yield Buffer.alloc(4096, ".");
  }
}

/** The consumer's work: 2 ms for an item. */
const handle = (_item) => sleep(2);
const consumer = () =>
  new Writable({
    highWaterMark: 16 * 4096,
    write: (item, _encoding, done) => handle(item).then(() => done(), done),
  });

async function list(items) {
  const all = [];
  for await (const item of items) all.push(item);
  for (const item of all) await handle(item); // `all` holds the items that are done, too
}

async function unheeded(items, writable = consumer()) {
  for await (const item of items) writable.write(item);
  await promises.finished(writable.end());
}

const bounded = (items) => promises.pipeline(items, consumer());
const pull = async (items) => { for await (const item of items) await handle(item) };

/** The bytes in Buffers that are still referred to: the second gc waits for the first one's. */
function live() {
  gc(), gc();
  return process.memoryUsage().arrayBuffers;
}

/** Virtual time: whenever nothing more can be done now, it jumps to the next timer. */
let now = 0;
const timers = [];
const sleep = (ms) => new Promise((wake) => timers.push({ at: now + ms, wake }));

/** Runs one version, and looks at its Buffers ten times; `-` says that the version is done. */
async function row(name, version, every) {
  const start = now;
  const before = live();
  let [running, looks] = [true, 0];
  let line = name.padEnd(20);
  const result = version(make(every * 3000)).finally(() => (running = false));
  for (await turn(); running; await turn()) {
    timers.sort((a, b) => a.at - b.at);
    const next = timers[0].at;
    while (looks < LOOKS && start + looks * every * 1000 <= next) {
      line += `${Math.round((live() - before) / 2 ** 20)}`.padStart(6);
      looks++;
    }
    now = next;
    timers.shift().wake();
  }
  await result;
  console.log(line + "     -".repeat(LOOKS - looks));
}

async function main() {
  const every = Number(process.argv[2] ?? 20);
  if (!Number.isInteger(every) || every < 1 || every > 100) {
    throw new Error(`no number of seconds: ${process.argv[2]}`);
  }
  console.log("A producer of 1,000 items/s, a consumer of 500 items/s, 4 KiB an item\n");
  const times = Array.from({ length: LOOKS }, (_, look) => `${look * every} s`.padStart(6));
  console.log("live Buffers, MiB   " + times.join(""));
  await row("list first", list, every);
  await row("write()", unheeded, every);
  await row("pipeline()", bounded, every);
  await row("for await", pull, every);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
