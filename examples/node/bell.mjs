// A queue of your own and a bell for the loop that takes from it: the newest price of each stock.
//
//     node examples/node/bell.mjs
//     node examples/node/bell.mjs 1   # what is there is drawn in 1 ms

import { now, sleep, virtually } from "./clock.mjs"; // in ms

// ANCHOR: bell
/** The newest price of each stock, until it is taken. */
class Newest {
  prices = new Map();
  ring = () => {};

  put(stock, price) {
    this.prices.set(stock, price);
    this.ring();
  }

  /** Waits until there are prices. For one loop at a time. */
  async take() {
    while (this.prices.size === 0) await new Promise((wake) => (this.ring = wake));
    const prices = this.prices;
    this.prices = new Map();
    return prices;
  }
}
// ANCHOR_END: bell

/** One price for all stocks. */
class Latest extends Newest {
  put(stock, price) {
    this.prices.clear();
    super.put(stock, price);
  }
}

async function row(name, queue, ms) {
  let [drawn, most, oldest] = [0, 0, 0];
  const [shown, last] = [new Map(), new Map()];
  (async () => {
    for (;;) {
      const prices = await queue.take();
      drawn += prices.size;
      most = Math.max(most, prices.size);
      for (const [stock, price] of prices) {
        shown.set(stock, price);
        oldest = Math.max(oldest, now - price);
      }
      await sleep(ms);
    }
  })();
  for (let number = 1; number <= 10_000; number += 1) {
    await sleep(1);
    last.set(number % 20, now);
    queue.put(number % 20, now);
  }
  await sleep(1000);
  const newest = [...last].filter(([stock, price]) => shown.get(stock) === price).length;
  const cells = [drawn, most].map((cell) => `${cell}`.padStart(10)).join("");
  console.log(`${name.padEnd(16)}${cells}${`${oldest}`.padStart(7)} ms${`${newest}`.padStart(20)}`);
}

/** How many waits are ended by a ring that comes before them. */
async function ends() {
  const bell = { ring() {} };
  bell.ring();
  let ended = 0;
  new Promise((wake) => (bell.ring = wake)).then(() => (ended += 1));
  await sleep(1000);
  return ended;
}

async function main() {
  const ms = Number(process.argv[2] ?? 50);
  if (!(Number.isInteger(ms) && ms >= 1)) throw new Error(`no time in ms: ${process.argv[2]}`);
  console.log(`10000 prices of 20 stocks, one each ms; ${ms} ms to draw what is there\n`);
  console.log("                     drawn   at once    oldest   newest at the end");
  await row("newest of all", new Latest(), ms);
  await row("newest of each", new Newest(), ms);

  console.log("\nA ring before the wait: how many waits it ends\n");
  console.log(`a promise${`${await ends()}`.padStart(17)}`);
}

virtually(main()).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
