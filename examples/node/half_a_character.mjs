// Decodes a text that comes in chunks in four ways, and counts the characters that break.
//
//     node examples/node/half_a_character.mjs
//     node examples/node/half_a_character.mjs 1000   # chunks of 1000 bytes

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInterface } from "node:readline";

// ANCHOR: each
/** As the guide does it: a pipeline with a step that makes text of each chunk. */
async function lossy(source) {
  let text = "";
  await pipeline(
    source,
    async function* (chunks) {
      for await (const chunk of chunks) yield chunk.toString();
    },
    async function (parts) {
      for await (const part of parts) text += part;
    },
  );
  return text;
}

async function strict(source) {
  let text = "";
  for await (const chunk of source) {
    text += new TextDecoder("utf-8", { fatal: true }).decode(chunk);
  }
  return text;
}
// ANCHOR_END: each

// ANCHOR: carry
async function carry(source) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const chunk of source) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode(); // throws if the text ends inside a character
}

async function encoding(source) {
  let text = "";
  for await (const part of source.setEncoding("utf8")) text += part;
  return text;
}
// ANCHOR_END: carry

function chunks(text, size) {
  const bytes = Buffer.from(text);
  const starts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size);
  return starts.map((at) => bytes.subarray(at, at + size));
}

const stream = (chunks) => Readable.from(chunks, { objectMode: false });
const data = (line) => (line.startsWith("data: ") ? line.slice(6) : "");

async function main() {
  const size = Number(process.argv[2] ?? 1024);
  if (!Number.isInteger(size) || size < 1) throw new Error(`no size: ${process.argv[2]}`);
  const texts = ["Streams! ".repeat(1000), "日本語🦀".repeat(1000)];
  let head = `of ${size}`.padEnd(10);
  for (const text of texts) {
    // A byte 0b10xx_xxxx is inside a character.
    const halved = chunks(text, size).slice(1).filter((chunk) => chunk[0] >> 6 === 0b10).length;
    head += `${[...text].length} chars, ${String(halved).padStart(2)} halved  `;
  }
  console.log(head.trimEnd());
  for (const decode of [lossy, strict, carry, encoding]) {
    let row = decode.name.padEnd(10);
    for (const text of texts) row += await result(decode(stream(chunks(text, size))));
    console.log(row.trimEnd());
  }

  const tokens = ["Hi ", [0xf0, 0x9f], [0xa6, 0x80], "!"].map((token) => Buffer.from(token));
  console.log(`\ntokens, lossy               ${await lossy(stream(tokens))}`);
  console.log(`tokens, carry               ${await carry(stream(tokens))}`);

  const answer = chunks("data: 日本\ndata: 語🦀\n", 10);
  const text = (await lossy(stream(answer))).split("\n").map(data).join("");
  console.log(`events, lossy, then lines   ${text}`);
  let events = "";
  for await (const line of createInterface({ input: stream(answer) })) events += data(line);
  console.log(`events, readline            ${events}`);
}

async function result(promise) {
  try {
    const text = await promise;
    const broken = text.split("\ufffd").length - 1;
    return `${[...text].length} chars, ${String(broken).padStart(2)} U+FFFD  `;
  } catch (error) {
    return ` ${error.code}`;
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
