/** What the contract of a forge is told in: seats for cycles, a human, a stranger, what stands, and the first steps of a night. */

import { expect } from "vitest";
import { attemptsOf } from "#core/attempt.ts";
import type { Claim, Decision, DecisionOf, Subject } from "#core/decision.ts";
import { type JournalLine, linesOf } from "#core/journal.ts";
import type { Sha } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import type { Forge, Receipt } from "#ports/forge.ts";
import type { Files } from "./memory-git.ts";
import { milestoneIn } from "./observations.ts";
import { COST, repositoryWith, roadmapOf } from "./worlds.ts";

/** What stands on `main` of every repository here. */
export const FILES = repositoryWith(roadmapOf("M1 after nothing", "M2 after nothing"));

/** One workflow run's view of the repository. */
export type Seat = Forge & {
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
  human: {
    pushesTo(branch: string, files: Files): Promise<void>;
    /** A pull request or an issue. */
    closes(number: number): Promise<void>;
    reopens(pull: number): Promise<void>;
    saysStop(): Promise<void>;
  };
  /** Somebody else opens a pull request from this branch; where there is none, he pushes it first. */
  strangerOpens(branch: string): Promise<void>;
};

export type Founding = { refusesPulls: boolean };

export const DONE: Receipt = { outcome: "done" };
export const STALE = { outcome: "stale", because: expect.stringMatching(/./) };

export function assigning(observation: Observation, ...ids: string[]): Decision {
  const assignments = ids.map((id): Claim => {
    const { slug, spec, id: milestone } = milestoneIn(observation, id);
    return { milestone, slug, spec, attempt: 1, base: observation.landing.sha, ceiling: 2.5 };
  });
  return { do: "assign", assignments };
}

type Publish = DecisionOf<"publish">;

/** M1's first attempt, claimed by this cycle, and what it has to publish. */
export async function claimed(seat: Seat): Promise<Publish> {
  const seen = await seat.observe();
  expect(await seat.enact(assigning(seen, "M1"))).toEqual(DONE);
  const { slug, spec, id: milestone } = milestoneIn(seen, "M1");
  const base = (await seat.observe()).landing.sha;
  const tree = await seat.treeWith(base, { "src/M1.js": "part M1\n" });
  const receipt = { because: [], ask: null, code: null, spend: COST, findings: [] };
  return { do: "publish", as: "pull", milestone, slug, spec, attempt: 1, base, tree, ...receipt };
}

type Published = Subject & { pull: number; head: Sha; base: Sha };

export async function published(seat: Seat): Promise<Published> {
  const publish = await claimed(seat);
  expect(await seat.enact(publish)).toEqual(DONE);
  const [pull] = (await seat.observe()).pulls;
  if (!pull) throw new Error("there is no pull request");
  const { milestone, slug, attempt, spec, base } = publish;
  return { milestone, slug, attempt, spec, base, pull: pull.number, head: pull.head };
}

export function statesIn(observation: Observation): string[] {
  return attemptsOf(observation).map(({ slug, number, state }) => `${slug}/${number} ${state}`);
}

export function count(name: JournalLine["line"], { journal }: Observation): number {
  return linesOf(journal, name).length;
}
