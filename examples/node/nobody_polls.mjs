// Runs requests of 50 ms, four at once, beside a loop whose body is slow: how long did each take?
//
//     node examples/node/nobody_polls.mjs
//     node examples/node/nobody_polls.mjs 20   # the body takes 20 ms

import { Readable } from "node:stream";

import { now, settle, sleep } from "./clock.mjs"; // in ms

/** Runs `work`. `false` if it waits for something that no timer will bring. */
async function ends(work) {
  let ended = false;
  work.finally(() => (ended = true));
  await settle(() => ended);
  return ended;
}

// ANCHOR: consume
/** Five steps of 10 ms. Says how long it took since the call. */
async function request() {
  const called = now;
  for (let step = 0; step < 5; step += 1) await sleep(10);
  return now - called;
}

/** Keeps four requests under way. The body of the loop works on each answer for a while. */
async function consume(ids, body) {
  const done = [];
  for await (const answer of ids.map(request, { concurrency: 4 })) {
    await sleep(body); // meanwhile the requests go on
    done.push(answer);
  }
  row("promises", ...done);
}
// ANCHOR_END: consume

// ANCHOR: pool
let free = 2; // connections to a database
const waiting = [];

async function withConnection(work) {
  if (free > 0) free -= 1;
  else await new Promise((mine) => waiting.push(mine));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}

/** The body of the loop needs a connection too, to save the answer. */
async function save(answers) {
  for await (const answer of answers) await withConnection(() => answer);
}

/** A generator that holds both connections while it gives the answers. */
async function* cursor() {
  free -= 2;
  for (let i = 0; i < 6; i += 1) yield await request();
  free += 2;
}
// ANCHOR_END: pool

async function main() {
  const body = Number(process.argv[2] ?? 500);
  if (!Number.isInteger(body) || body < 0) throw new Error(`no time in ms: ${process.argv[2]}`);
  console.log(`six requests of 50 ms, the body takes ${body} ms: what each took, in ms`);
  const six = () => Readable.from([0, 1, 2, 3, 4, 5]);
  await ends(consume(six(), body));

  console.log("\ntwo connections, and the body needs one");
  // ANCHOR: main
  const answers = six().map(() => withConnection(request), { concurrency: 4 });
  console.log("promises".padEnd(26) + ((await ends(save(answers))) ? "six saved" : "stuck"));
  console.log("generator".padEnd(26) + ((await ends(save(cursor()))) ? "six saved" : "stuck"));
  // ANCHOR_END: main
}

function row(name, ...took) {
  console.log(name.padEnd(24) + took.map((ms) => String(ms).padStart(8)).join(""));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
