/** Knows whether anything is going on in the runner: open events and runs, and work in progress. Starts nothing. */

export type Watch = {
  /** Something is open until the returned function is called. */
  open(): () => void;
  busy<T>(work: Promise<T>): Promise<T>;
  /** Called when things are open but nothing has been busy for a while. */
  onRest(check: () => void): void;
  fail(error: unknown): void;
  /** Resolves when nothing is open; rejects with the first failure. */
  idle(): Promise<void>;
  /** Resolves when nothing is open, whatever failed. */
  quiet(): Promise<void>;
};

/** The forge delivers in a turn of its own. */
const TURNS = 2;

export function createWatch(restMilliseconds: number): Watch {
  const waiters = new Set<() => void>();
  let open = 0;
  let busy = 0;
  let broken: { error: unknown } | null = null;
  let check = () => {};
  let rest: NodeJS.Timeout | undefined;
  function settle(): void {
    clearTimeout(rest);
    if (open > 0 && busy === 0) rest = setTimeout(check, restMilliseconds);
    if (open > 0 && broken === null) return;
    for (const waiter of [...waiters]) waiter();
  }
  function change(opened: number, started: number): void {
    open += opened;
    busy += started;
    settle();
  }
  function woken(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        waiters.delete(wake);
        resolve();
      };
      waiters.add(wake);
    });
  }
  /** The end of a run is an event that may start another: look again when what was just announced has arrived. */
  async function calm(whateverFailed: boolean): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (broken !== null && !whateverFailed) throw broken.error;
      if (open === 0) return;
      await woken();
    }
  }
  return {
    open() {
      change(1, 0);
      return () => change(-1, 0);
    },
    async busy(work) {
      change(0, 1);
      try {
        return await work;
      } finally {
        change(0, -1);
      }
    },
    onRest(given) {
      check = given;
    },
    fail(error) {
      broken ??= { error };
      settle();
    },
    idle: () => calm(false),
    quiet: () => calm(true),
  };
}
