// Unpacks gzip that somebody else made: does all of it come out, and how much may come out?
//
//     node examples/node/unpack.mjs
//     node examples/node/unpack.mjs 256   # 256 MiB of zeros

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, gunzip, gzipSync } from "node:zlib";

const MIB = 1024 * 1024;

// ANCHOR: limit
/** Passes on what comes, and throws when it is more than the maximum. */
const limit = (max) => async function* (chunks) {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > max) throw new Error("too long");
    yield chunk;
  }
};
// ANCHOR_END: limit

/** Collects all that the last stage gives. */
async function row(name, packed, ...stages) {
  const kept = [];
  const collect = async (chunks) => {
    for await (const chunk of chunks) kept.push(chunk);
  };
  const unpacked = pipeline(Readable.from([packed]), ...stages, collect);
  const end = await unpacked.then(() => "end", () => "error");
  console.log(`${name.padEnd(31)}${String(Buffer.concat(kept).length).padStart(12)}, ${end}`);
}

async function main() {
  const mib = Number(process.argv[2] ?? 64);
  if (!Number.isInteger(mib) || mib < 2) throw new Error(`no size in MiB: ${process.argv[2]}`);
  const [aGz, bGz] = ["a", "b"].map((byte) => gzipSync(Buffer.alloc(5000, byte)));
  console.log("two members of 5,000 bytes            decoded");
  // ANCHOR: members
  const both = Buffer.concat([aGz, bGz]); // cat a.gz b.gz
  await row("createGunzip", both, createGunzip());
  // ANCHOR_END: members

  const bomb = gzipSync(Buffer.alloc(mib * MIB), { level: 9 });
  const kib = Math.ceil(bomb.length / 1024);
  console.log(`\n${mib} MiB of zeros in ${kib} KiB of gzip; 1 MiB is allowed`);
  // ANCHOR: limits
  await row("limit, createGunzip", bomb, limit(MIB), createGunzip());
  await row("createGunzip, limit", bomb, createGunzip(), limit(MIB));

  const max = { maxOutputLength: MIB };
  await row("createGunzip(max)", bomb, createGunzip(max));
  await row("gunzip(max)", bomb, async function* (chunks) {
    for await (const packed of chunks) yield promisify(gunzip)(packed, max);
  });
  // ANCHOR_END: limits
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
