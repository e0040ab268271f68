/** A fixed number of places, given out in the order they were asked for. Knows nothing of jobs. */

export type Slots = {
  /** Resolves with the function that gives the place back, or with null when the signal aborts first. */
  take(signal: AbortSignal): Promise<(() => void) | null>;
};

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let free = count;
  function release(): void {
    free += 1;
    const [next] = waiting;
    if (next === undefined) return;
    waiting.delete(next);
    next();
  }
  return {
    take(signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve(null);
        const start = () => {
          free -= 1;
          signal.removeEventListener("abort", giveUp);
          resolve(release);
        };
        const giveUp = () => {
          waiting.delete(start);
          resolve(null);
        };
        if (free > 0) return start();
        waiting.add(start);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
