// Virtual time for the programs beside this file, as `start_paused` gives it to the Rust ones: a clock that stands
// still while promises and streams in memory have work to do, and then jumps to the next timer. It does not see files
// and sockets: where a program waits for one, it jumps too. A time is a number; the program says in what.
//
//     virtually(main()).catch(…)   and in `main`: await sleep(10)

import { setImmediate as turn } from "node:timers/promises";

/** The time since the start. */
export let now = 0;

const timers = new Map(); // from a time to those who wait for it

/** Calls `wake` after `time`; never, where that is `Infinity`. */
export function setTimer(time, wake) {
  if (!(time >= 0)) throw new RangeError(`no time to wait: ${time}`);
  const timer = { at: now + time, wake };
  if (time === Infinity) return timer;
  if (!timers.has(timer.at)) timers.set(timer.at, new Set());
  timers.get(timer.at).add(timer);
  return timer;
}

/** False if it has been called, or cleared. */
export function clearTimer(timer) {
  const due = timers.get(timer.at);
  if (!due?.delete(timer)) return false;
  if (due.size === 0) timers.delete(timer.at);
  return true;
}

/** Ends after `time`, or fails when `signal` is aborted. */
export function sleep(time, signal) {
  return new Promise((wake, reject) => {
    signal?.throwIfAborted();
    const aborted = () => {
      clearTimer(timer);
      reject(signal.reason);
    };
    const timer = setTimer(time, () => {
      signal?.removeEventListener("abort", aborted);
      wake();
    });
    signal?.addEventListener("abort", aborted);
  });
}

/** Runs the clock until `over()`, or until no timer is left. */
export async function settle(over = () => false) {
  for (await turn(); !over() && timers.size > 0; await turn()) {
    now = Infinity;
    for (const at of timers.keys()) now = Math.min(now, at);
    // One after the other, as Node.js calls its own: what a timer wakes has run before the next is called.
    for (const timer of timers.get(now)) setImmediate(() => clearTimer(timer) && timer.wake());
  }
}

/** Runs the clock until `work` has ended, and ends as it did. */
export async function virtually(work) {
  let ended = false;
  const end = work.finally(() => (ended = true));
  end.catch(() => {}); // or Node.js reports it as unhandled before the caller hears of it below
  await settle(() => ended);
  if (!ended) throw new Error("everybody waits, forever or for something real");
  return end;
}
