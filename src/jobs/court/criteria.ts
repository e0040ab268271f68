/** Checks every acceptance criterion in the way its owner wrote down, before the change and after it. */

import {
  drivesProgram,
  findingOf,
  type Measured,
  type Measurement,
  type Named,
  type NamedProof,
  NOTHING_MEASURED,
} from "#core/court/findings.ts";
import type { TestResult } from "#core/court/results.ts";
import type { Finding, TestProof } from "#core/evidence.ts";
import { type AcceptanceCriterion, criterionName, type Way } from "#core/milestone.ts";
import { isRunner } from "#jobs/court/change.ts";
import type { Sitting } from "#jobs/court/sitting.ts";
import { isCalled } from "#jobs/court/test-files.ts";
import type { DrivenWay, Testimony } from "#ports/witness.ts";
import type { Place } from "#ports/workbench.ts";

export type Heard = { findings: Finding[]; demonstrated: string[]; pictures: string[] };

type Tests = { before: TestResult[] | null; after: TestResult[] | null; proofs: readonly TestProof[] };

/** The commands of all criteria at one place; null where a criterion is no command, or the time was up. */
export async function runCommands(
  { bench, docket, trees }: Pick<Sitting, "bench" | "docket" | "trees">,
  place: "start" | "head",
): Promise<(Measured | null)[]> {
  const tree = place === "start" ? trees.base : trees.tree;
  const runs: (Measured | null)[] = [];
  for (const { way } of docket.milestone.criteria)
    runs.push(way.by === "command" ? await bench.run(place, way.command, tree) : null);
  return runs;
}

export async function hearCriteria(
  sitting: Sitting,
  commands: { before: (Measured | null)[]; after: (Measured | null)[] },
  tests: Tests,
): Promise<Heard> {
  const { milestone } = sitting.docket;
  const hindrance = hindranceIn(sitting);
  const driven = hindrance === null ? await drive(sitting) : NOBODY_DROVE;
  const pictures = hindrance === null ? await look(sitting) : [];
  const proofs = tests.proofs.map((proof) => ({ ...proof, beside: besideOf(proof, sitting) }));
  const findings: Finding[] = [];
  for (const [index, criterion] of milestone.criteria.entries()) {
    const measurement: Measurement = {
      ...NOTHING_MEASURED,
      command: { before: commands.before[index] ?? null, after: commands.after[index] ?? null },
      file: await filesFor(criterion, sitting),
      seen: { before: driven.before.get(index) ?? null, after: driven.after.get(index) ?? null },
      tests: { before: named(tests.before), after: named(tests.after) },
      proofs,
      hindrance,
    };
    findings.push(findingOf(criterion, criterionName(milestone.id, index), measurement));
  }
  const demonstrated = findings.flatMap(({ finding, text }, index) => {
    const way = milestone.criteria[index]?.way;
    return finding === "proven" && way && (drivesProgram(way, runsTests) || isWhole(way, sitting))
      ? [text]
      : [];
  });
  return { findings, demonstrated, pictures: [...driven.pictures, ...pictures] };
}

/** The text right under a `def`. */
const DOCSTRING = /^\s*(?:async\s+)?def\b[\s\S]*?:\s*\n\s*[rRuU]?("""|''')([\s\S]*?)\1/mu;

/** The suites around a test, which TAP keeps to itself, and the text at its head, where its title is a function's name. */
function besideOf({ test, file }: NamedProof, { files }: Pick<Sitting, "files">): string {
  const said = files
    .filter(({ path, isTest }) => isTest && (file === null || path === file))
    .flatMap(({ after }) => {
      const lines = after?.text.split("\n") ?? [];
      const blocks =
        after?.outline?.tests.filter(({ title }) => title !== null && isCalled(test, title)) ?? [];
      return blocks.flatMap(({ within, from, to }) => {
        const docstring = DOCSTRING.exec(lines.slice(from - 1, to).join("\n"))?.[2] ?? "";
        return [...within, docstring];
      });
    });
  return said.join("\n");
}

/** Where no program changed, what a file says is all there is to show. */
function isWhole({ by }: Way, { files }: Sitting): boolean {
  return by === "file" && !files.some(({ isTest, before, after }) => !isTest && (after ?? before)?.outline);
}

/** A command that only calls the repository's own tests proves no more than they do. */
function runsTests(command: string): boolean {
  return /\btests?\b/iu.test(command) || isRunner(command);
}

function named(results: readonly TestResult[] | null): Named {
  return results?.map(({ name, outcome }) => ({ name, passed: outcome === "passed" })) ?? null;
}

const isDriven = (way: Way): way is DrivenWay =>
  way.by === "http" || way.by === "browser" || way.by === "probe";

/** Why nothing can be driven here although the contract asks for it, or null. */
function hindranceIn({ docket, witness }: Sitting): string | null {
  const ways = docket.milestone.criteria.map(({ way }) => way).filter(isDriven);
  if (ways.length === 0) return null;
  if (docket.start === null) return "the policy has no `start:`, so nobody knows how to start the program";
  if (ways.some(({ by }) => by === "browser")) return witness.blindness();
  return null;
}

type Driven = { before: Map<number, Testimony>; after: Map<number, Testimony>; pictures: string[] };
const NOBODY_DROVE: Driven = { before: new Map(), after: new Map(), pictures: [] };

async function drive(sitting: Sitting): Promise<Driven> {
  const asked = sitting.docket.milestone.criteria.flatMap(({ way }, index) =>
    isDriven(way) ? [{ way, index }] : [],
  );
  if (asked.length === 0) return NOBODY_DROVE;
  const after = await driveAt("head-driven", asked, sitting);
  const before = await driveAt("start-driven", asked, sitting);
  return { before, after, pictures: [...after.values()].flatMap(({ pictures }) => pictures) };
}

async function driveAt(
  place: Place,
  asked: readonly { way: DrivenWay; index: number }[],
  { docket, trees, workbench, witness, bench, say }: Sitting,
): Promise<Map<number, Testimony>> {
  const left = bench.secondsLeft();
  if (docket.start === null) return new Map();
  if (left <= 0) {
    bench.skipped.push(outOfTime(place));
    return new Map();
  }
  await workbench.layOut(place, place === "head-driven" ? trees.tree : trees.base);
  const heard = await witness.hear(
    place,
    docket.start,
    asked.map(({ way }) => way),
    left,
  );
  // What was not seen of base is not what was not so on base.
  if (bench.secondsLeft() <= 0) bench.skipped.push(outOfTime(place));
  for (const { holds, seen } of heard)
    say(`drive     ${place}: ${holds ? "holds" : "does not hold"}: ${seen}`);
  return new Map(
    heard.flatMap((testimony, at) => {
      const index = asked[at]?.index;
      return index === undefined ? [] : [[index, testimony] as const];
    }),
  );
}

function outOfTime(place: Place): string {
  return `driving the program at ${place}: the time for verification was used up`;
}

/** Pictures hold nothing: they are for whoever reads the report. */
async function look({ docket, witness, workbench, trees, bench }: Sitting): Promise<string[]> {
  const { start, milestone } = docket;
  const ways = milestone.criteria.flatMap(({ way }, index) => (way.by === "look" ? [{ way, index }] : []));
  if (start === null || ways.length === 0) return [];
  const pictures: string[] = [];
  for (const [place, word, tree] of [
    ["start-driven", "before", trees.base],
    ["head-driven", "after", trees.tree],
  ] as const) {
    if (bench.secondsLeft() <= 0) break;
    await workbench.layOut(place, tree);
    for (const { way, index } of ways)
      pictures.push(...(await witness.look(place, start, way, `${index + 1}-${word}`, bench.secondsLeft())));
  }
  return pictures;
}

async function filesFor(
  { way }: AcceptanceCriterion,
  { trees, workbench }: Sitting,
): Promise<Measurement["file"]> {
  if (way.by !== "file") return { before: null, after: null };
  return {
    before: await workbench.readText(trees.base, way.path),
    after: await workbench.readText(trees.tree, way.path),
  };
}
