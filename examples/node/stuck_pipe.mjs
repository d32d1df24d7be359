// Sends bytes to a filter and takes them back: who waits for whom, in memory and with `cat`.
//
//     node examples/node/stuck_pipe.mjs
//     node examples/node/stuck_pipe.mjs 100   # 100 KiB, which fit into the pipes

import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";

const PIECE = Buffer.alloc(1024, ".");
let kib = 1024; // what goes through the filter

// ANCHOR: filters
/** A stream that passes on what it is given. Each of its two queues holds 64 KiB. */
function inMemory() {
  const filter = new PassThrough({ highWaterMark: 64 * 1024 });
  return { stdin: filter, stdout: filter };
}

/** The program `cat`, which does the same. */
function cat() {
  return spawn("cat", { stdio: ["pipe", "pipe", "ignore"] });
}
// ANCHOR_END: filters

// ANCHOR: ways
async function write(stdin) {
  for (let i = 0; i < kib; i += 1) if (!stdin.write(PIECE)) await once(stdin, "drain");
}

/** Writes all of it, and says that this was all. */
async function send(stdin) {
  await write(stdin);
  stdin.end();
}

async function receive(stdout) {
  let bytes = 0;
  for await (const chunk of stdout) bytes += chunk.length;
  return bytes / 1024;
}

async function writeThenRead({ stdin, stdout }) {
  await send(stdin);
  return receive(stdout);
}

async function atOnce({ stdin, stdout }) {
  const [, back] = await Promise.all([send(stdin), receive(stdout)]);
  return back;
}
// ANCHOR_END: ways

// ANCHOR: traps
async function noEnd({ stdin, stdout }) {
  const [, back] = await Promise.all([write(stdin), receive(stdout)]);
  return back;
}

async function noFlush({ stdin, stdout }) {
  stdin.cork(); // holds what is written until `uncork`
  stdin.write("a question");
  await once(stdout, "data"); // the answer
}

async function noDrain({ stdin, stdout }) {
  for (let i = 0; i < kib; i += 1) stdin.write(PIECE); // never waits
  stdin.end();
  return receive(stdout);
}
// ANCHOR_END: traps

/** Whether a way ends. In memory, nothing waits for anything but the event loop. */
async function end(way, filter, patience) {
  const stuck = patience().then(() => "stuck");
  const back = way(filter).then((kib) => `${kib} KiB back`);
  const result = await Promise.race([back, stuck]);
  back.catch(() => {}); // what destroying it breaks off
  filter.stdin.destroy();
  filter.stdout.destroy();
  return result.padStart(16);
}

async function turns() {
  for (let i = 0; i < 1000; i += 1) await turn();
}

async function row(name, way, second) {
  const patience = second ? () => sleep(1000) : () => new Promise(() => {});
  const memory = await end(way, inMemory(), turns);
  console.log(name.padEnd(20) + memory + (await end(way, cat(), patience)));
}

async function main() {
  kib = Number(process.argv[2] ?? kib);
  if (!Number.isInteger(kib) || kib < 1) throw new Error(`no size in KiB: ${process.argv[2]}`);
  console.log("in memory".padStart(36) + "cat".padStart(16));
  await row("writeThenRead", writeThenRead, true);
  await row("atOnce", atOnce, false);
  await row("noEnd", noEnd, true);
  await row("noFlush", noFlush, true);
  await row("noDrain", noDrain, false);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
