// Virtual time for the programs beside this file, as `start_paused` gives it to the Rust ones: a clock that stands
// still while there is work to do, and then jumps to the next timer. Its unit is what the program says it is.

import { setImmediate as turn } from "node:timers/promises";

/** The time since the start. */
export let now = 0;

const timers = new Map(); // from a time to those who wait for it

/** Calls `wake` after `time`; never, where that is `Infinity`. */
export function setTimer(time, wake) {
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
    const timer = setTimer(time, wake);
    signal?.addEventListener("abort", () => {
      clearTimer(timer);
      reject(signal.reason);
    });
  });
}

/** Runs the clock until `over()`, or until all that still wait do so for something that no timer will bring. */
export async function settle(over = () => false) {
  for (await turn(); !over() && timers.size > 0; await turn()) {
    now = Math.min(...timers.keys());
    // One after the other, as Node.js calls its own: what a timer wakes has run before the next is called.
    for (const timer of timers.get(now)) setImmediate(() => clearTimer(timer) && timer.wake());
  }
}

/** Runs the clock until `work` has ended, and ends as it did. */
export async function virtually(work) {
  let ended = false;
  const end = work.finally(() => (ended = true));
  end.catch(() => {}); // the caller hears of it below
  await settle(() => ended);
  if (!ended) throw new Error("everybody waits, and no timer is set");
  return end;
}
