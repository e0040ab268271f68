/** What the contract of a forge is told in: seats for cycles, a human, a stranger, what stands, and the first steps of a night. */

import { expect } from "vitest";
import { attemptsOf } from "#core/attempt.ts";
import { shareOf } from "#core/budget.ts";
import type { Car, Claim, Decision, DecisionOf, Move, Subject } from "#core/decision.ts";
import { type JournalLine, linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import type { AttemptRef, Observation, Rules } from "#core/observation.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { Trees } from "#ports/trees.ts";
import type { Files } from "./memory-git.ts";
import { milestoneIn } from "./observations.ts";
import { COST, repositoryWith, roadmapOf } from "./worlds.ts";

/** What stands on `main` of every repository here. */
export const FILES = repositoryWith(roadmapOf("M1 after nothing", "M2 after nothing", "M3 after nothing"));

/** One workflow run's view of the repository. */
export type Seat = Forge &
  Pick<Trees, "notesOf"> & {
    /** The tree of a commit with these files written: what `publish` is given. */
    treeWith(commit: Sha, files: Files): Promise<Sha>;
  };

/** What stands on the forge, whoever made it: `#1 open`. */
type Standing = {
  main: string;
  pulls: string[];
  issues: string[];
  comments: number;
  /** What all cycles wrote so far, in the forge's own measure. */
  writes: number;
};

/** One repository on one forge, in token-only mode. */
export type Rig = {
  cycle(id: number): Promise<Seat>;
  stands(): Promise<Standing>;
  human: HumanOnNext & {
    pushesTo(branch: string, files: Files): Promise<void>;
    /** A pull request or an issue. */
    closes(number: number): Promise<void>;
    reopens(pull: number): Promise<void>;
    saysStop(): Promise<void>;
  };
  /** What the forge itself calls a merged pull request. */
  merged: string;
  /** Somebody else opens a pull request from this branch; where there is none, he pushes it first. */
  strangerOpens(branch: string): Promise<void>;
  /** The owner's `ci.yml` ran on a commit of `main` after a push, and ended so. */
  ran(commit: string, conclusion: "success" | "failure"): Promise<void>;
  /** The workflows that were started by hand or by us, each with its commit: `ci.yml on abc`. */
  started(): Promise<string[]>;
};

export type Founding = {
  land: "main" | "next";
  refusesPulls: boolean;
  rules: Partial<Omit<Rules, "required">>;
};

/** What a human does to the rolling branch and its pull request. */
type HumanOnNext = {
  /** By the forge's own button, or by hand up to an earlier commit. */
  promotes(way: "merge" | "squash" | "rebase", upTo?: string): Promise<void>;
  deletes(branch: string): Promise<void>;
  ticks(pull: number, slug: string): Promise<void>;
};

/** A repository, and the first cycle in it. */
export type ARig = (founding?: Partial<Founding>) => Promise<{ rig: Rig; seat: Seat }>;

export const DONE: Receipt = { outcome: "done" };
export const STALE = { outcome: "stale", because: expect.stringMatching(/./) };

export function assigning(observation: Observation, ...ids: string[]): Decision {
  const assignments = ids.map((id): Claim => {
    const { slug, spec, id: milestone } = milestoneIn(observation, id);
    const base = observation.landing.sha;
    return { milestone, slug, spec, attempt: 1, base, ...shareOf(observation.policy) };
  });
  return { do: "assign", assignments };
}

type Publish = DecisionOf<"publish">;

/** A milestone's first attempt, claimed by this cycle, and what it has to publish. */
export async function claimed(seat: Seat, id = "M1", files: Files = {}): Promise<Publish> {
  const seen = await seat.observe();
  expect(await seat.enact(assigning(seen, id))).toEqual(DONE);
  const { slug, spec, id: milestone } = milestoneIn(seen, id);
  const base = (await seat.observe()).landing.sha;
  const tree = await seat.treeWith(base, { [`src/${id}.js`]: `part ${id}\n`, ...files });
  const receipt = { because: [], ask: null, code: null, spend: COST, seconds: 60, findings: [], notes: {} };
  return { do: "publish", as: "pull", milestone, slug, spec, attempt: 1, base, tree, ...receipt };
}

type Published = Subject & { pull: number; head: Sha; base: Sha };

export async function published(seat: Seat, id = "M1", files: Files = {}): Promise<Published> {
  const publish = await claimed(seat, id, files);
  expect(await seat.enact(publish)).toEqual(DONE);
  const pull = (await seat.observe()).pulls.find(({ slug }) => slug === publish.slug);
  if (!pull) throw new Error("there is no pull request");
  const { milestone, slug, attempt, spec, base } = publish;
  return { milestone, slug, attempt, spec, base, pull: pull.number, head: pull.head };
}

/** M1, and M2 restacked behind it. */
export async function aRow(seat: Seat): Promise<Published[]> {
  const [one, other] = [await published(seat), await published(seat, "M2")];
  expect(await seat.enact({ do: "stage", onto: one.head, cars: [carOf(other)] })).toEqual(DONE);
  const moved = (await seat.observe()).pulls.find(({ number }) => number === other.pull);
  return [one, { ...other, head: moved?.head ?? other.head }];
}

export function carOf({ base: _, ...car }: Published, again = 0): Car {
  return { ...car, again };
}

export function landingOf(row: readonly Published[], by: Move = "push"): DecisionOf<"land"> {
  const cars = row.map(({ base: _, ...car }) => ({ ...car, findings: [] }));
  const [first] = row;
  if (!first) throw new Error("nothing would land");
  return { do: "land", base: first.base, by, cars };
}

/** The milestones of the open pull requests that stand on the landing branch one behind the other. */
export function rowIn({ landing, refs }: Observation): string[] {
  const row: string[] = [];
  let tip = landing.sha;
  for (let rounds = 0; rounds < refs.length; rounds++) {
    const next = refs.filter(({ parents, trailers }) => parents[0] === tip && trailers?.ceiling === null);
    const [one] = next.toSorted((a, b) => depthOf(b, refs) - depthOf(a, refs));
    if (!one) break;
    row.push(one.slug);
    tip = one.sha;
  }
  return row;
}

function depthOf({ sha }: AttemptRef, refs: readonly AttemptRef[]): number {
  return (
    1 + Math.max(0, ...refs.filter(({ parents }) => parents[0] === sha).map((one) => depthOf(one, refs)))
  );
}

export function statesIn(observation: Observation): string[] {
  return attemptsOf(observation).map(({ slug, number, state }) => `${slug}/${number} ${state}`);
}

export function count(name: JournalLine["line"], { journal }: Observation): number {
  return linesOf(journal, name).length;
}
