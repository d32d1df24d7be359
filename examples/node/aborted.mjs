// One of 1,000 jobs is refused: when does the caller hear it, and what becomes of the others?
//
//     node examples/node/aborted.mjs
//     node examples/node/aborted.mjs 60   # a job needs a minute

import { setMaxListeners } from "node:events";

import { now, sleep, virtually } from "./clock.mjs"; // in ms

let [ended, gaveBack] = [0, 0];

// ANCHOR: work
async function work(number, seconds, signal) {
  try {
    if (number === 0) {
      await sleep(10);
      throw new Error("refused");
    }
    await sleep(seconds * 1000, signal);
    ended += 1;
  } finally {
    gaveBack += 1;
  }
}
// ANCHOR_END: work

const numbers = Array.from({ length: 1000 }, (_, number) => number);

const promises = (seconds) => Promise.all(numbers.map((number) => work(number, seconds)));

// ANCHOR: abort
async function aborted(seconds) {
  const jobs = new AbortController();
  setMaxListeners(0, jobs.signal); // or Node.js warns of the eleventh
  try {
    await Promise.all(numbers.map((number) => work(number, seconds, jobs.signal)));
  } finally {
    jobs.abort();
  }
}
// ANCHOR_END: abort

async function row(name, seconds, version) {
  const start = now;
  await version(seconds).then(
    () => Promise.reject(new Error("it is lost")),
    () => {}, // refused
  );
  const heard = now - start;
  await sleep(24 * 3600 * 1000); // what was left running ends
  const cells = [`${ended}`.padStart(17), `${gaveBack}`.padStart(12)];
  console.log(`${name.padEnd(22)}${`${heard}`.padStart(8)} ms${cells.join("")}`);
  [ended, gaveBack] = [0, 0];
}

async function main() {
  const seconds = Number(process.argv[2] ?? 1);
  if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600)) throw new Error("1 to 3600 s");
  console.log(`1000 jobs of ${seconds} s; the first is refused after 10 ms\n`);
  console.log("                      heard after   ran to the end   gave back");
  await row("promises", seconds, promises);
  await row("an AbortSignal", seconds, aborted);
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
