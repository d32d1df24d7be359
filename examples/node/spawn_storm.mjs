// Runs 20,000 jobs, 50 at once, in four ways: how many items are in memory?
//
//     node examples/node/spawn_storm.mjs
//     node examples/node/spawn_storm.mjs 500   # 500 at once

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { now, sleep, virtually } from "./clock.mjs"; // in ms

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const [present, most] = [{}, {}];

// ANCHOR: work
/** Asks a service, which answers after 10 ms, with 4 KiB. */
async function work(item) {
  present.atWork += 1;
  most.atWork = Math.max(most.atWork, present.atWork);
  await sleep(10);
  present.atWork -= 1;
  return item;
}

async function allAtOnce(items) {
  (await Promise.all(Array.from(items, work))).forEach(letGo);
}
// ANCHOR_END: work

// ANCHOR: permit
/** What the package p-limit does: a job that finds no permit waits in a queue. */
function pLimit(permits) {
  const queue = [];
  return async (job) => {
    if (permits-- <= 0) await new Promise((wake) => queue.push(wake));
    try {
      return await job();
    } finally {
      permits += 1;
      queue.shift()?.();
    }
  };
}

async function permitInTheTask(items, n) {
  const limit = pLimit(n);
  const tasks = Array.from(items, (item) => limit(() => work(item)));
  (await Promise.all(tasks)).forEach(letGo);
}
// ANCHOR_END: permit

// ANCHOR: joined
async function joinedLast(items, n) {
  const [tasks, atWork] = [[], new Set()];
  for (const item of items) {
    const task = work(item).finally(() => atWork.delete(task));
    tasks.push(task);
    if (atWork.add(task).size === n) await Promise.race(atWork);
  }
  (await Promise.all(tasks)).forEach(letGo);
}
// ANCHOR_END: joined

// ANCHOR: place
async function placeFirst(items, n) {
  const worker = async () => {
    for (const item of items) letGo(await work(item));
  };
  await Promise.all(Array.from({ length: n }, worker));
}
// ANCHOR_END: place

/** Items of 4 KiB, each made when it is asked for, and held until `letGo`. */
function* make() {
  for (let n = 1; n <= 20_000; n += 1) {
    present.held += 1;
    most.held = Math.max(most.held, present.held);
    yield Buffer.alloc(4096, ".");
    if (n % 2000 !== 0) continue;
    gc(); // finds the garbage
    gc(); // returns once the garbage of the first is given back
    most.bytes = Math.max(most.bytes, process.memoryUsage().arrayBuffers);
  }
}

const letGo = () => (present.held -= 1);

async function row(name, version, n) {
  Object.assign(present, { held: 0, atWork: 0 });
  Object.assign(most, { held: 0, atWork: 0, bytes: 0 });
  const start = now;
  await virtually(version(make(), n));
  const mib = most.bytes < 2 ** 22 ? "<4" : Math.round(most.bytes / 2 ** 20);
  const cells = [most.held, most.atWork, `${mib} MiB`, `${now - start} ms`];
  console.log(name.padEnd(20) + cells.map((cell) => String(cell).padStart(12)).join(""));
}

async function main() {
  const n = Number(process.argv[2] ?? 50);
  if (!Number.isInteger(n) || n < 1) throw new Error(`no number of jobs: ${process.argv[2]}`);
  console.log("20000 items of 4 KiB        held     at work  in Buffers        time");
  await row("all at once", allAtOnce, n);
  await row("permit in the task", permitInTheTask, n);
  await row("joined last", joinedLast, n);
  await row("place first", placeFirst, n);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
