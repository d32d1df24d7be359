// Reads lines with readline, in a loop that begins at once or a moment later.
//
//     node examples/node/pause_or_end.mjs
//     node examples/node/pause_or_end.mjs 100   # a moment of 100 ms

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
  const patience = setTimeout(20 * ms, "(nothing, and no end)");
  row("read later, client has ended", await Promise.race([late(client(ms, false), ms), patience]));
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
