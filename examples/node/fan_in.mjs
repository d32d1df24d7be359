// Joins two sources in five ways: in which order do the items come, does it end, what is in flight?
//
//     node examples/node/fan_in.mjs
//     node examples/node/fan_in.mjs 12   # 12 letters

import { PassThrough, Readable } from "node:stream";
import { finished } from "node:stream/promises";

import { now, settle, sleep } from "./clock.mjs"; // in turns

let made = 0; // items that have left their source

// ANCHOR: ends
/** Gives one item, and the next no sooner than `turns` later. */
async function* source(items, turns) {
  for (const item of items) {
    const next = now + turns;
    made += 1;
    yield item;
    if (now < next) await sleep(next - now);
  }
}
// ANCHOR_END: ends

// ANCHOR: ways
const ways = {
  async *chain(a, b) {
    yield* a;
    yield* b;
  },
  async *"Promise.race"(a, b) {
    const ask = (source) => source.next().then((result) => ({ source, ...result }));
    const asked = new Map([a, b].map((source) => [source, ask(source)]));
    while (asked.size > 0) {
      const { source, value, done } = await Promise.race(asked.values());
      if (done) asked.delete(source);
      else asked.set(source, ask(source));
      if (!done) yield value;
    }
  },
  "pipe twice"(a, b) {
    const all = new PassThrough({ objectMode: true, highWaterMark: 4 });
    for (const source of [a, b]) Readable.from(source).pipe(all);
    return all;
  },
  "end: false"(a, b) {
    const all = new PassThrough({ objectMode: true, highWaterMark: 4 });
    for (const source of [a, b]) Readable.from(source).pipe(all, { end: false });
    return all;
  },
  "end after the last"(a, b) {
    const all = new PassThrough({ objectMode: true, highWaterMark: 4 });
    const sources = [a, b].map((source) => Readable.from(source));
    for (const source of sources) source.pipe(all, { end: false });
    const ended = Promise.all(sources.map((source) => finished(source)));
    ended.then(() => all.end(), (error) => all.destroy(error));
    return all;
  },
};
// ANCHOR_END: ways

async function row(name, letters, join) {
  let text = name.padEnd(20);
  for (const most of [Infinity, 1]) {
    let got = "";
    let end = "waits";
    made = 0;
    const consume = async () => {
      for await (const item of join(source(letters, 4), source("123", 9))) {
        got += item;
        if (got.length === most) await new Promise(() => {}); // takes no more
      }
      end = "end";
    };
    consume().catch((error) => (end = error.code));
    await settle();
    text += most === 1 ? `${made - 1}`.padStart(10) : got.padEnd(32) + end.padEnd(8);
  }
  console.log(text);
}

async function main() {
  const count = Number(process.argv[2] ?? 8);
  if (!(count >= 1 && count <= 26)) throw new Error(`no count: ${process.argv[2]}`);
  const letters = "abcdefghijklmnopqrstuvwxyz".slice(0, count);
  console.log("                    what comes                      and then  in flight");
  for (const [name, join] of Object.entries(ways)) await row(name, letters, join);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
