// Runs 20,000 jobs, 50 at once: what a slow one, and a refused one, does to the others.
//
//     node examples/node/head_of_line.mjs
//     node examples/node/head_of_line.mjs 500   # 500 at once

import { Readable } from "node:stream";

import { now, settle, sleep } from "./clock.mjs"; // in ms

let held, most; // items, now and at most
let late; // jobs that were done after one was refused

// ANCHOR: work
/** Asks a service. One answer in 1000 takes 1 s, the others take 10 ms. */
async function work(item) {
  if (item.refused) {
    late = 0;
    throw new Error("refused");
  }
  await sleep(item.number % 1000 === 0 ? 1000 : 10);
  late += 1;
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
    held += 1;
    most = Math.max(most, held);
    yield { number, refused: number === refused };
  }
}

const letGo = () => (held -= 1);

/** Runs a version to its end, and longer: what was left running ends too. */
async function run(version, refused) {
  held = most = late = 0;
  const start = now;
  let ms, error;
  const ended = () => (ms = now - start);
  version(make(refused)).catch((e) => (error = e)).finally(ended);
  await settle();
  return { ms, error };
}

async function row(name, version) {
  const { ms, error } = await run(version);
  if (error) throw error;
  const peak = most;
  if (!(await run(version, 1525)).error) throw new Error("the error was lost");
  line(name, peak, `${ms} ms`, late);
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
