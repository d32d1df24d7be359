// Stores rows over a network, one or many in a request, and shows how long a row waits.
//
//     node examples/node/round_trips.mjs
//     node examples/node/round_trips.mjs 50   # each request takes 50 ms

import { once } from "node:events";
import { Writable } from "node:stream";

import { now, sleep, virtually } from "./clock.mjs"; // in ms

/** The far end. A request takes as long with 100 rows as with one. A row is the time when it was made. */
class Store {
  requests = 0;
  oldest = 0;

  constructor(trip) {
    this.trip = trip;
  }

  async request(rows) {
    await sleep(this.trip);
    this.requests += 1;
    this.oldest = Math.max(this.oldest, ...rows.map((row) => now - row));
  }
}

// ANCHOR: batches
/** Node.js calls `write` with the next row. */
const one = (store) => ({
  write: (row, _encoding, done) => store.request([row]).then(() => done()),
});

/** It calls `writev`, where there is one, with all rows that are there. */
const there = (store) => ({
  writev: (rows, done) => store.request(rows.map((row) => row.chunk)).then(() => done()),
});

/** Holds rows while a request is on its way. At 100, `write()` returns false. */
const queue = (methods) => new Writable({ ...methods, objectMode: true, highWaterMark: 100 });
// ANCHOR_END: batches

/** `count` rows, one in each `every` ms; waits while the queue is full. */
async function store(rows, count, every) {
  const start = now;
  for (let row = 0; row < count; row++) {
    const due = start + row * every;
    if (due > now) await sleep(due - now);
    if (!rows.write(now)) await once(rows, "drain");
  }
  rows.end();
  await once(rows, "finish");
}

async function main() {
  const trip = Number(process.argv[2] ?? 10);
  if (!(Number.isInteger(trip) && trip >= 1 && trip <= 1000)) throw new Error("1 to 1000 ms");
  console.log("                       1,000 rows, one in a ms        10 rows, one in a second");
  console.log("                    requests   stored    oldest   requests   stored    oldest");
  for (const [name, batches] of [["one a request", one], ["those there", there]]) {
    let line = name.padEnd(19);
    for (const [count, every] of [[1000, 1], [10, 1000]]) {
      const [start, far] = [now, new Store(trip)];
      await store(queue(batches(far)), count, every);
      const stored = String(now - start).padStart(6);
      line += `${String(far.requests).padStart(9)}${stored} ms ${String(far.oldest).padStart(6)} ms`;
    }
    console.log(line);
  }
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
