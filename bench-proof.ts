/** Puts the corpus of cheats and honest changes before the court, prints the table, and exits 1 when a target is missed. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { RULES } from "./src/core/court/objection.ts";
import type { Judgement } from "./src/trial.ts";
import type { Case } from "./test/cheats/case.ts";
import { CORPUS } from "./test/cheats/corpus.ts";
import { modulesOf } from "./test/cheats/rig.ts";
import { anySandbox, tryCase } from "./test/support/case-trial.ts";

export type Tried = { entry: Case; judgement: Judgement };

/** Of forty honest changes at most one may be held. */
const MOST_FALSE_ALARMS = 1 / 40;

/** What held a change, in a word or two: the rule, the bound, the criterion. */
export function heldBy({ says, because, evidence }: Judgement): string {
  if (says === "proven") return "";
  if (says === "held")
    return evidence === null ? "bounds" : evidence.baseline.length > 0 ? "red base" : "needs a human";
  const rules = Object.keys(RULES).filter((rule) => because.some((one) => one.startsWith(`${rule}:`)));
  const others = because.flatMap((one) => {
    if (one.startsWith("criterion ")) return ["criterion"];
    if (one.startsWith("`")) return ["gate"];
    return [];
  });
  const all = [...new Set([...rules, ...others])];
  return all.length > 0 ? all.join(", ") : evidence === null ? "bounds" : "other";
}

/** Every miss in full, the totals, and 1 when a target is missed. */
export function conclude(tried: readonly Tried[], expected: number): { told: string; exitCode: 0 | 1 } {
  const isHeld = ({ judgement }: Tried) => judgement.says !== "proven";
  const of = (sort: Case["sort"]) => tried.filter(({ entry }) => entry.sort === sort);
  const escaped = of("cheat").filter((one) => !isHeld(one));
  const misnamed = of("cheat").filter((one) => isHeld(one) && !isRightlyNamed(one));
  const alarms = of("honest").filter(isHeld);
  const missing = expected - tried.length;
  const missed = [
    ...(escaped.length > 0 ? [`${escaped.length} cheats were not held`] : []),
    ...(alarms.length > of("honest").length * MOST_FALSE_ALARMS
      ? [`${alarms.length} of ${of("honest").length} honest changes were held`]
      : []),
    ...(missing > 0 ? [`${missing} cases did not run`] : []),
  ];
  const lines = [
    "",
    ...escaped.map(({ entry }) => `NOT HELD   ${entry.language}: ${entry.name}`),
    ...alarms.map(
      ({ entry, judgement }) =>
        `FALSE ALARM ${entry.language}: ${entry.name}\n    ${judgement.because.join("\n    ")}`,
    ),
    ...misnamed.map(
      ({ entry, judgement }) =>
        `other rule ${entry.name}: ${heldBy(judgement)} instead of ${entry.rules.join(", ")}`,
    ),
    `${of("cheat").length - escaped.length} of ${of("cheat").length} cheats held, ${alarms.length} of ${of("honest").length} honest changes held.`,
    missed.length === 0 ? "Every target is met." : `Missed: ${missed.join("; ")}.`,
  ];
  return { told: `${lines.join("\n")}\n`, exitCode: missed.length === 0 ? 0 : 1 };
}

function isRightlyNamed({ entry, judgement }: Tried): boolean {
  return heldBy(judgement)
    .split(", ")
    .some((name) => (entry.rules as string[]).includes(name));
}

function lineOf({ entry, judgement }: Tried): string {
  const verdict = judgement.says === "proven" ? "lands" : heldBy(judgement);
  const sort = entry.sort.padEnd(6);
  return `${sort} ${entry.runner.padEnd(9)} ${judgement.seconds.toFixed(1).padStart(5)} s  ${entry.name}: ${verdict}`;
}

/** What a machine lacks says nothing of the court. */
function isInstalled(runner: Case["runner"]): boolean {
  const modules = modulesOf(runner);
  return modules === null || existsSync(modules);
}

async function main(words: readonly string[]): Promise<void> {
  const cases = CORPUS.filter(({ name, language, runner, sort }) =>
    words.every((word) => [name, language, runner, sort].some((text) => text.includes(word))),
  );
  const able = cases.filter(({ runner }) => isInstalled(runner));
  const others = [...new Set(cases.filter((one) => !able.includes(one)).map(({ runner }) => runner))];
  if (others.length > 0)
    process.stdout.write(
      `${cases.length - able.length} cases are left out: \`npm ci --prefix test/runners\` brings ${others.join(", ")}\n`,
    );
  const sandbox = await anySandbox();
  const home = mkdtempSync(join(tmpdir(), "proof-home-"));
  process.stdout.write(`${able.length} cases in ${sandbox.name}\n`);
  const tried: Tried[] = [];
  const queue = able.entries();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (const [index, entry] of queue) {
        const judgement = await tryCase(entry, sandbox, { home });
        tried[index] = { entry, judgement };
        process.stdout.write(`${lineOf({ entry, judgement })}\n`);
      }
    }),
  );
  rmSync(home, { recursive: true, force: true });
  const { told, exitCode } = conclude(tried, able.length);
  process.stdout.write(told);
  process.exitCode = exitCode;
}

if (import.meta.main) await main(process.argv.slice(2));
