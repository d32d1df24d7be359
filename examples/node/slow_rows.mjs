// The rows of a query go to slow clients: how long are the connections of the pool theirs?
//
//     node examples/node/slow_rows.mjs
//     node examples/node/slow_rows.mjs 9   # nine clients, and the pool has ten connections

import { now, sleep, virtually } from "./clock.mjs"; // in ms

class Pool {
  free = 10;
  waiting = [];

  async connection() {
    if (this.free > 0) this.free -= 1;
    else await new Promise((mine) => this.waiting.push(mine));
  }

  giveBack() {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}

// ANCHOR: rows
/** A query of 100 rows. `return()`, which `break` calls, runs its `finally`. */
async function* rows(pool) {
  await pool.connection();
  try {
    for (let row = 0; row < 100; row += 1) {
      await sleep(1);
      yield Buffer.alloc(4096, ".");
    }
  } finally {
    pool.giveBack();
  }
}
// ANCHOR_END: rows

// ANCHOR: bodies
const streamed = (pool) => rows(pool);

/** Takes all rows before it gives the first one. */
async function* gathered(pool) {
  const all = [];
  for await (const row of rows(pool)) all.push(row);
  yield* all;
}
// ANCHOR_END: bodies

async function client(rows, most) {
  let got = 0;
  for await (const _row of rows) {
    await sleep(1000);
    if ((got += 1) === most) break;
  }
}

async function row(name, clients, body, most) {
  const pool = new Pool();
  for (let i = 0; i < clients; i += 1) client(body(pool), most);
  await sleep(1500);
  const [start, held] = [now, 10 - pool.free];
  const another = rows(pool);
  const { value } = await another.next();
  if (value.length !== 4096) throw new Error("it is cut");
  const waited = Math.floor((now - start) / 1000);
  await another.return();
  console.log(`${name.padEnd(22)}${`${held}`.padStart(5)}${`${waited}`.padStart(20)} s`);
}

async function main() {
  const clients = Number(process.argv[2] ?? 10);
  if (!(clients >= 1 && clients <= 1000)) throw new Error(`no number of clients: ${process.argv[2]}`);
  console.log(`${clients} clients take a row a second, of 100 rows; the pool has 10 connections\n`);
  console.log("                       held   another query waits");
  await row("streamed", clients, streamed, 100);
  await row("streamed, 10 rows", clients, streamed, 10);
  await row("gathered", clients, gathered, 100);
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
