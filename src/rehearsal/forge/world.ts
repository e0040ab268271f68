/** The world behind the forge: its records, its repository, its clock and who is told. Holds things together, decides nothing. */

import { type Git, utc } from "#rehearsal/forge/git.ts";
import type { ForgeOptions, InstalledApp } from "#rehearsal/forge/options.ts";
import type { Issue, Meta, Pull, PullRequest } from "#rehearsal/forge/records.ts";
import type { Store } from "#rehearsal/forge/store.ts";
import type { Actor } from "#rehearsal/seams.ts";

export type World = {
  readonly options: ForgeOptions;
  readonly store: Store;
  readonly git: Git;
  /** `http://127.0.0.1:PORT`; known once the server listens. */
  url: string;
  /** One writer at a time: nothing else changes refs or records until the work is done. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Tells the listener of events that are now in the store. */
  announce(): void;
};

/** The app every GITHUB_TOKEN belongs to. */
export const ACTIONS_APP = 15368;

export const ACTIONS_BOT: Actor = { login: "github-actions[bot]", id: 41898282, type: "Bot" };

/** Ids of app bots have nothing to do with the app's id on GitHub either; these are far from every other id here. */
export function appBot(app: InstalledApp): Actor {
  return { login: `${app.slug}[bot]`, id: 200_000_000 + app.id, type: "Bot" };
}

export function now(): string {
  return utc(Date.now());
}

export function metaOf(world: World): Meta {
  const meta = world.store.get("meta", "meta");
  if (meta === undefined) throw new Error("the world was not founded");
  return meta;
}

export function isPull(issue: Issue | undefined): issue is PullRequest {
  return issue !== undefined && issue.pull !== null;
}

export function pulls(world: World): PullRequest[] {
  return world.store.list("issues").filter(isPull);
}

export function withPull(pull: PullRequest, change: Partial<Pull>): PullRequest {
  return { ...pull, pull: { ...pull.pull, ...change } };
}

/** Work in line: each piece begins when the one before has ended, well or badly. */
export function inLine(): World["exclusive"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
