// Runs 20,000 jobs, 50 at once: what a slow one, and a refused one, does to the others.
//
//     node examples/node/head_of_line.mjs
//     node examples/node/head_of_line.mjs 500   # 500 at once

import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";

const now = {};
let most; // items held at once

// ANCHOR: work
/** Asks a service. One answer in 1000 takes 1 s, the others take 10 ms. */
async function work(item) {
  if (item.refused) {
    now.late = 0;
    throw new Error("refused");
  }
  await sleep(item.number % 1000 === 0 ? 1000 : 10);
  now.late += 1; // jobs that were done after one was refused
  return item;
}
// ANCHOR_END: work

// ANCHOR: any
async function anyOrder(items, n) {
  const worker = async () => {
    for (const item of items) letGo(await work(item));
  };
  await Promise.all(Array.from({ length: n }, worker));
}
// ANCHOR_END: any

// ANCHOR: batches
async function batches(items, n) {
  let batch = [];
  for (const item of items) {
    if (batch.push(item) < n) continue;
    (await Promise.all(batch.map(work))).forEach(letGo);
    batch = [];
  }
  (await Promise.all(batch.map(work))).forEach(letGo);
}
// ANCHOR_END: batches

// ANCHOR: order
async function inOrder(items, n, window) {
  const answers = Readable.from(items).map(work, { concurrency: n, highWaterMark: window - n });
  for await (const answer of answers) letGo(answer);
}
// ANCHOR_END: order

/** Items, each made when it is asked for, and held until `letGo`. */
function* make(refused) {
  for (let number = 0; number < 20_000; number += 1) {
    now.held += 1;
    most = Math.max(most, now.held);
    yield { number, refused: number === refused };
  }
}

const letGo = () => (now.held -= 1);

const timers = []; // who waits for each ms of virtual time
const sleep = (ms) => new Promise((wake) => (timers[now.ms + ms] ??= []).push(wake));

/** Runs a version to its end, and 60 s longer: by then, what was left running has ended too. */
async function run(version, refused) {
  Object.assign(now, { held: 0, ms: 0, late: 0 });
  most = 0;
  let [ms, error] = [Infinity];
  const ended = () => (ms = now.ms);
  version(make(refused)).catch((e) => (error = e)).finally(ended);
  for (await turn(); now.ms < ms + 60_000; await turn()) {
    now.ms += 1; // nobody can go on without the clock
    timers[now.ms]?.splice(0).forEach((wake) => wake());
  }
  return { ms, error };
}

async function row(name, version) {
  const { ms, error } = await run(version);
  if (error) throw error;
  const held = most;
  if (!(await run(version, 1525)).error) throw new Error("the error was lost");
  line(name, held, `${ms} ms`, now.late);
}

function line(name, ...cells) {
  console.log(name.padEnd(26) + cells.map((cell) => String(cell).padStart(10)).join(""));
}

async function main() {
  const n = Number(process.argv[2] ?? 50);
  if (!Number.isInteger(n) || n < 1) throw new Error(`no number of jobs: ${process.argv[2]}`);
  line(`20000 items, ${String(n).padStart(3)} at once`, "held", "time", "late");
  await row("any order", (items) => anyOrder(items, n));
  await row("batches", (items) => batches(items, n));
  for (const window of [1, 10, 100].map((times) => times * n)) {
    await row(`in order, window of ${window}`, (items) => inOrder(items, n, window));
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
