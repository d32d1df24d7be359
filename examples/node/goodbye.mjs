// The other end of a stream goes away: when does the sender hear it, and what becomes of what is queued?
//
//     node examples/node/goodbye.mjs
//     node examples/node/goodbye.mjs 60   # the feed has a row a minute

import { once } from "node:events";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { now, sleep, virtually } from "./clock.mjs"; // in ms

// ANCHOR: heard
/** Hands on each row. It hears that the client has left when it writes. */
const unheard = (feed, client) => pipeline(feed(), client);

/** `'close'` aborts a signal, and that ends the wait for a row. */
function heard(feed, client) {
  const goodbye = new AbortController();
  client.once("close", () => goodbye.abort());
  return pipeline(feed(goodbye.signal), client);
}
// ANCHOR_END: heard

async function leave(name, seconds, sender) {
  const feed = async function* (signal) {
    for (;;) {
      await sleep(seconds * 1000, signal);
      yield now;
    }
  };
  const client = writable(async () => {});
  const start = now;
  sleep(1000).then(() => client.destroy());
  await sender(feed, client).catch(() => {}); // it tells of an early end
  console.log(`${name.padEnd(16)} its sender ends after ${`${(now - start) / 1000}`.padStart(4)} s`);
}

async function stop(name, how) {
  let [sent, handled] = [0, 0];
  const client = writable(async () => {
    await sleep(10);
    handled += 1;
    if (handled === 100) how(client);
  });
  while (client.writable) {
    sent += 1;
    if (!client.write(sent)) await first(client, "drain", "close");
  }
  if (!client.closed) await once(client, "close");
  const cells = [sent, handled, sent - handled].map((cell) => `${cell}`.padStart(10));
  console.log(name.padEnd(15) + cells.join(""));
}

/** Waits for one of two events. Neither leaves its listener behind. */
async function first(emitter, ...names) {
  const others = new AbortController();
  await Promise.race(names.map((name) => once(emitter, name, { signal: others.signal })));
  others.abort();
}

function writable(handle) {
  const write = (row, _encoding, done) => handle(row).then(done);
  return new Writable({ objectMode: true, highWaterMark: 16, write });
}

async function main() {
  const seconds = Number(process.argv[2] ?? 3600);
  if (!(Number.isInteger(seconds) && seconds >= 2)) throw new Error("a row in 2 s or more");
  console.log(`A feed with a row in ${seconds} s; its client leaves after 1 s\n`);
  await leave("unheard", seconds, unheard);
  await leave("heard", seconds, heard);
  console.log("\nA queue with a mark of 16; its receiver stops after 100 rows\n");
  console.log("                    sent   handled      lost");
  await stop("destroy()", (client) => client.destroy());
  await stop("end()", (client) => client.end());
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
