/** The cast of the stories: roadmaps in a line per milestone, and engines with one habit each. */

import type { Limits } from "#core/brief.ts";
import type { Notes } from "#core/notes.ts";
import type { Outcome, Spend } from "#core/outcome.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import type { Files } from "./memory-git.ts";
import { ROADMAP } from "./memory-world.ts";

/** What every attempt costs, unless its engine says otherwise. */
export const COST: Spend = { ...NOTHING_SPENT, usd: 0.5, inputTokens: 10_000, outputTokens: 1_000 };

/** What an engine sees, and the folder it may change. */
export type Desk = {
  slug: string;
  attempt: number;
  files: Record<string, string>;
  /** The files before anybody changed anything. */
  base: Files;
  earlier: readonly string[];
  startedFromPatch: boolean;
  /** What an interrupted attempt had noted of where it was. */
  memory: string | null;
  limits: Limits;
  /** Where it may note something itself. */
  notes: Notes;
  /** Somebody cancels the run it works in. */
  cancel: () => void;
  /** Its machine goes away. */
  vanish: () => void;
};

/** Changes the files on its desk; comes back with nothing when it is done, or with another outcome. */
export type Habit = (desk: Desk) => Outcome | undefined;

/** Thrown by an engine whose machine goes away: no patch, no outcome, nothing. */
export class MachineGone extends Error {}

/**
 * `roadmapOf("M1", "M2 after M1", "M3 after nothing")`. While no line says `after`, no dependency is declared at all.
 * Further marks: `; done`, `; mine` (a human's), `; by feel` (a criterion nobody can check), `; so that …` (its objective).
 */
export function roadmapOf(...lines: string[]): string {
  return ["# Roadmap", ...lines.map(milestoneText)].join("\n\n");
}

function milestoneText(line: string): string {
  const [, id = ""] = /^([^\s;]+)/.exec(line) ?? [];
  const [, after] = / after ([^;]+)/.exec(line) ?? [];
  const status = line.includes("; done") ? "✅" : line.includes("; mine") ? "🚧" : "📝";
  const dependsOn = after === undefined ? [] : [`**Depends on:** ${after === "nothing" ? "none" : after}`];
  return [
    `### ${id} — Part ${id.slice(1)} ${status}`,
    `**Objective:** ${/; so that (.+)$/.exec(line)?.[1] ?? "Make the next part."}`,
    ...dependsOn,
    "**Acceptance criteria:**",
    `- \`node test/${id}.test.js\` passes`,
    ...(line.includes("; by feel") ? ["- It feels right"] : []),
  ].join("\n");
}

/** A small program with a strict test of its own. */
export function repositoryWith(roadmap: string): Record<string, string> {
  return {
    [ROADMAP]: roadmap,
    "src/base.js": "rounds to cents",
    "test/base.test.js": "src/base.js says rounds to cents",
  };
}

/** Builds what was asked, with a test, and puts back whatever an earlier attempt did to the rest. */
export const builds: Habit = ({ slug, files, base }) => {
  Object.assign(files, base);
  files[`src/${slug}.js`] = `part ${slug}`;
  files[`test/${slug}.test.js`] = `src/${slug}.js says part ${slug}`;
  return undefined;
};

/** Writes the test but not what it tests. */
export const failsItsTest: Habit = ({ slug, files }) => {
  files[`test/${slug}.test.js`] = `src/${slug}.js says part ${slug}`;
  return undefined;
};

/** Breaks what is there and makes the old test say otherwise: green, and wrong. */
export const weakensTheTest: Habit = (desk) => {
  builds(desk);
  desk.files["src/base.js"] = "rounds to euros";
  desk.files["test/base.test.js"] = "src/base.js says rounds";
  return undefined;
};

/** Builds, and forbids what somebody else builds at the same time: green alone. Gives in once it was told. */
export function cannotStand(other: string): Habit {
  return (desk) => {
    const rule = `test/${desk.slug}-alone.test.js`;
    if (desk.earlier.length === 0) desk.files[rule] = `src/${other}.js never says part ${other}`;
    else delete desk.files[rule];
    return builds(desk);
  };
}

/** Adds its line to a file in which others write as well. */
export const buildsInTheSharedFile: Habit = (desk) => {
  builds(desk);
  const lines = [...(desk.base["src/base.js"] ?? "").split("\n"), `and knows ${desk.slug}`];
  desk.files["src/base.js"] = [...new Set(lines)].sort().join("\n");
  return undefined;
};

export const editsTheWorkflow: Habit = (desk) => {
  builds(desk);
  desk.files[".github/workflows/ci.yml"] = "on: push";
  return undefined;
};

export const asks: Habit = () => ({
  outcome: "blocked",
  because: "the milestone does not say in which format",
  ask: "CSV or XLSX?",
  spend: COST,
});

export const runsOutOfMoney: Habit = (desk) => {
  builds(desk);
  return { outcome: "exhausted", because: "its $2.50 are spent", spend: { ...COST, usd: 2.5 } };
};

export const doesNotFit: Habit = () => ({
  ...{ outcome: "exhausted", because: "parked: a split is proposed", spend: COST },
  split: "### M1.1 — Half of it 📝",
});

export const isDear: Habit = (desk) => {
  builds(desk);
  return { outcome: "finished", summary: "done", spend: { ...COST, usd: 3 } };
};

export const isRefusedByTheModel: Habit = () => ({
  outcome: "failed",
  because: "the model's service answered 401",
  code: "MODEL_KEY_REFUSED",
  spend: NOTHING_SPENT,
});

export const losesItsMachine: Habit = ({ vanish }) => {
  vanish();
  throw new MachineGone("the runner went away");
};

/** `byPart({ "M1 attempt 1": weakensTheTest, M2: asks })`; everybody else builds. */
export function byPart(habits: Record<string, Habit>): Habit {
  return (desk) => (habits[`${desk.slug} attempt ${desk.attempt}`] ?? habits[desk.slug] ?? builds)(desk);
}
