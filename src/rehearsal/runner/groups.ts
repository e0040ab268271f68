/** Concurrency groups as GitHub keeps them: one runs, one or up to a hundred wait. Never decides what a group is called. */

import { asRecord, asText, isTrue, type Json } from "./expression.ts";

export type GroupRequest = { group: string; cancelInProgress: boolean; queue: "single" | "max" };

export type Groups = {
  /** Resolves with the function that leaves the group, or with null when a newer one or the signal cancelled the wait. */
  enter(request: GroupRequest, holder: Holder): Promise<(() => void) | null>;
  /** The groups somebody waits for. */
  waiting(): string[];
};

/** Who enters: may be asked to end by a newer one with `cancel-in-progress`. */
export type Holder = { cancel(): void; signal: AbortSignal };

type Waiter = { holder: Holder; decide: (enters: boolean) => void };
type Group = { running: Holder; pending: Waiter[] };

/** GitHub's own cap for `queue: max`. */
const MOST_PENDING = 100;

export function createGroups(): Groups {
  const groups = new Map<string, Group>();
  function leave(name: string): void {
    const group = groups.get(name);
    const next = group?.pending.shift();
    if (group === undefined || next === undefined) {
      groups.delete(name);
      return;
    }
    group.running = next.holder;
    next.decide(true);
  }
  function wait(name: string, group: Group, holder: Holder): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      const giveUp = () => {
        group.pending = group.pending.filter((other) => other !== waiter);
        waiter.decide(false);
      };
      const waiter: Waiter = {
        holder,
        decide: (enters) => {
          holder.signal.removeEventListener("abort", giveUp);
          resolve(enters ? () => leave(name) : null);
        },
      };
      group.pending.push(waiter);
      holder.signal.addEventListener("abort", giveUp, { once: true });
    });
  }
  return {
    async enter({ group: called, cancelInProgress, queue }, holder) {
      if (holder.signal.aborted) return null;
      const name = called.toLowerCase();
      const group = groups.get(name);
      if (group === undefined) {
        groups.set(name, { running: holder, pending: [] });
        return () => leave(name);
      }
      if (queue === "single") for (const older of group.pending.splice(0)) older.decide(false);
      if (group.pending.length >= MOST_PENDING) return null;
      const entering = wait(name, group, holder);
      if (cancelInProgress) group.running.cancel();
      return entering;
    },
    waiting: () => [...groups].flatMap(([name, { pending }]) => (pending.length > 0 ? [name] : [])),
  };
}

/** A filled `concurrency:`; null for none (an empty group is none). */
export function readGroup(concurrency: Json | undefined): GroupRequest | null {
  if (concurrency === undefined || concurrency === null) return null;
  const given = typeof concurrency === "object" ? asRecord(concurrency) : { group: concurrency };
  const group = asText(given.group);
  if (group === "") return null;
  return {
    group,
    cancelInProgress: isTrue(given["cancel-in-progress"] ?? false),
    queue: given.queue === "max" ? "max" : "single",
  };
}
