// Reads lines with readline, in a loop that begins at once or a moment later.
//
//     node examples/node/pause_or_end.mjs
//     node examples/node/pause_or_end.mjs 100   # a moment of 100 ms

import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { setTimeout } from "node:timers/promises";

// ANCHOR: late
async function collect(lines) {
  const got = [];
  for await (const line of lines) got.push(line);
  return `${got.join(" ")}, end`;
}

/** Makes the line reader, waits for something else, and then begins to read. */
async function late(src, ms) {
  const lines = createInterface({ input: src });
  await setTimeout(ms); // a login, say
  return collect(lines);
}
// ANCHOR_END: late

/** Leaves the loop after one line, and counts those that are read nevertheless. */
async function first(src) {
  const lines = createInterface({ input: src });
  let read = 0;
  lines.on("line", () => (read += 1));
  for await (const line of lines) break;
  await once(src, "end");
  return `1 line taken, ${read} read`;
}

/** Destroys the source in the middle of the loop, without an error. */
async function destroyed(src, ms) {
  setTimeout(ms).then(() => src.destroy());
  return collect(createInterface({ input: src }));
}

/** Sends two lines at once, and two more after `ms`, or ends before that. */
function client(ms, more) {
  const stream = new PassThrough();
  stream.write("one\ntwo\n");
  if (more) setTimeout(ms).then(() => stream.end("three\nfour\n"));
  else stream.end();
  return stream;
}

async function main() {
  const ms = Number(process.argv[2] ?? 10);
  if (!Number.isInteger(ms) || ms < 1) throw new Error(`no time in ms: ${process.argv[2]}`);
  const row = (name, result) => console.log(`${name.padEnd(32)}${result}`);
  row("read at once", await collect(createInterface({ input: client(20 * ms, true) })));
  row("read later, client goes on", await late(client(20 * ms, true), ms));
  const patience = (result) => setTimeout(20 * ms, result);
  const ended = late(client(ms, false), ms);
  row("read later, client has ended", await Promise.race([ended, patience("(nothing, and no end)")]));
  row("left with break", await first(client(20 * ms, true)));
  const broken = destroyed(client(40 * ms, true), ms);
  row("source destroyed", await Promise.race([broken, patience("(no end)")]));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
