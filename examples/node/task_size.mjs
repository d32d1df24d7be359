// 1,000 async calls read into a Buffer of 64 KiB, and then sleep. Until when is the Buffer there?
//
//     node examples/node/task_size.mjs
//     node examples/node/task_size.mjs 4000   # 4,000 calls

import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

// ANCHOR: calls
async function ofTheConnection(connection, sleep) {
  connection.buffer = Buffer.alloc(64 * 1024);
  const n = await connection.read(connection.buffer);
  await sleep;
  return n;
}

async function ofACall(connection, sleep) {
  const read = () => connection.read(Buffer.alloc(64 * 1024));
  const n = await read();
  await sleep;
  return n;
}
// ANCHOR_END: calls

/** A peer that says nothing, until it sends a byte. */
class Connection {
  read(buffer) {
    return new Promise((done) => {
      this.receive = () => done(buffer.write("."));
    });
  }

  send() {
    this.receive();
    this.receive = undefined;
  }
}

async function row(name, calls, work) {
  gc(), gc();
  const before = process.memoryUsage().arrayBuffers;
  const each = () => {
    gc(), gc();
    const live = process.memoryUsage().arrayBuffers - before;
    return `${Math.floor(live / calls / 1024)} KiB`.padStart(10);
  };
  const connections = Array.from({ length: calls }, () => new Connection());
  let wake;
  const sleep = new Promise((resolve) => (wake = resolve));
  const done = connections.map((connection) => work(connection, sleep));
  await turn();
  const reading = each();
  for (const connection of connections) connection.send();
  await turn();
  console.log(`${name.padEnd(37)}${reading}${each()}`);
  wake();
  await Promise.all(done);
}

async function main() {
  const calls = Number(process.argv[2] ?? 1000);
  if (!(Number.isInteger(calls) && calls >= 1 && calls <= 10_000)) throw new Error("1 to 10000 calls");
  console.log(`Live Buffers for each of ${calls} calls that read and then sleep\n`);
  console.log("                                       reading  sleeping");
  await row("connection.buffer", calls, ofTheConnection);
  await row("a local of another call", calls, ofACall);
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
