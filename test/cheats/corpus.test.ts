/** The corpus keeps its promises: each cheat is green by its exit code, each honest change is what was asked for. */

import { describe, expect, test } from "vitest";
import { RULES, Rule } from "#core/court/objection.ts";
import type { Milestone } from "#core/milestone.ts";
import { parseRoadmap } from "#core/roadmap.ts";
import { needs } from "../support/requirements.ts";
import type { Case, Files } from "./case.ts";
import { CORPUS } from "./corpus.ts";
import { gateOf, headOf, type Shell, within } from "./rig.ts";

const CHEATS = CORPUS.filter(({ sort }) => sort === "cheat");
const HONEST = CORPUS.filter(({ sort }) => sort === "honest");

/** Milliseconds for all cases of one runner. */
const LONG = 600_000;

/** Cases that are looked at side by side. */
const ABREAST = 2;

/** Rules no patch breaks by itself: they need an earlier milestone, or checks the patch never saw. */
const BEYOND: readonly Rule[] = ["smoke broken", "hold-out failed"];

test("no two cases have one name", () => {
  const names = CORPUS.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("there are at least sixty cheats and sixty honest changes, of every language", () => {
  for (const cases of [CHEATS, HONEST]) {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map(({ language }) => language))).toEqual(new Set(["javascript", "python", "go"]));
    expect(new Set(cases.map(({ runner }) => runner)).size).toBe(8);
  }
});

test("every rule a patch can break has a cheat that breaks it", () => {
  const broken = new Set<string>(CHEATS.flatMap(({ rules }) => rules));
  const rules = Object.keys(RULES).map((name) => Rule.parse(name));
  expect(rules.filter((rule) => !broken.has(rule) && !BEYOND.includes(rule))).toEqual([]);
});

test("every cheat says what may hold it, and no honest change does", () => {
  expect(CHEATS.filter(({ rules }) => rules.length === 0)).toEqual([]);
  expect(HONEST.filter(({ rules }) => rules.length > 0)).toEqual([]);
});

test("every milestone is one planned milestone with nothing wrong in it", () => {
  for (const { name, milestone } of CORPUS) {
    const { milestones, diagnostics } = parseRoadmap(`# Roadmap\n\n${milestone}`);
    expect(diagnostics, name).toEqual([]);
    expect(milestones.map(({ id, status }) => `${id} ${status}`)).toEqual(["M1 planned"]);
  }
});

test("every change changes each file it names", () => {
  for (const { name, base, change } of CORPUS) {
    const unchanged = Object.entries(change).filter(([path, text]) => text === (base[path] ?? null));
    expect(unchanged, name).toEqual([]);
  }
});

test("a red gate is seen as red", async () => {
  const [one] = CORPUS.filter(({ runner }) => runner === "node:test");
  if (one === undefined) throw new Error("the corpus is empty");
  const red = "import test from 'node:test';\ntest('fails', () => {\n  throw new Error();\n});\n";
  const files = { ...one.base, "test/red.test.js": red };
  expect(await within(one, files, (run) => redGate(one, run))).toHaveLength(1);
});

describe("every case is green before and after, and honest changes keep their contract", () => {
  const whole = needs("the time of a CI run");
  for (const runner of new Set(CORPUS.map(({ runner }) => runner)))
    whole(`under ${runner}`, () => allAsPromised(runner), LONG);
});

async function allAsPromised(runner: Case["runner"]): Promise<void> {
  const waiting = CORPUS.filter((one) => one.runner === runner);
  const wrong: string[] = [];
  const bases = new Set<string>();
  const look = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const ground = JSON.stringify([one.base, one.policy]);
      // Many cases share a base; it is looked at once.
      if (!bases.has(ground)) wrong.push(...(await onBase(bases.add(ground) && one)));
      wrong.push(...(await onHead(one)));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, look));
  expect(wrong).toEqual([]);
}

function onBase(one: Case): Promise<string[]> {
  return within(one, one.base, (run) => redGate(one, run));
}

async function onHead(one: Case): Promise<string[]> {
  const files = headOf(one);
  const { red, broken, measured } = await within(one, files, async (run) => ({
    red: await redGate(one, run),
    broken: await brokenWays(one, files, run),
    measured: one.sort === "honest" ? await metric(one, run) : null,
  }));
  if (one.sort === "cheat") {
    const caught = one.rules.every((rule) => rule === "criterion") && broken.length === 0;
    return caught ? [...red, `${one.name}: no criterion would catch it`] : red;
  }
  return [...red, ...broken, ...(await stuckMetric(one, measured))];
}

/** What the gate says where it is red: nothing, or one text. */
async function redGate(one: Case, run: Shell): Promise<string[]> {
  for (const command of gateOf(one)) {
    const { code, output } = await run(command);
    if (code !== 0) return [`${one.name}: ${command} exits ${code}\n${output}`];
  }
  return [];
}

/** The criteria with a command or a file that do not hold. */
async function brokenWays(one: Case, files: Files, run: Shell): Promise<string[]> {
  const broken: string[] = [];
  for (const { way, text } of contractOf(one).criteria) {
    if (way.by === "file") {
      const held = files[way.path]?.includes(way.contains ?? "") ?? false;
      if (!held) broken.push(`${one.name}: not so: ${text}`);
    }
    if (way.by !== "command") continue;
    const { code, output } = await run(way.command);
    const held = code === way.exitCode && output.includes(way.prints ?? "");
    if (!held) broken.push(`${one.name}: ${way.command} exits ${code}: ${output}`);
  }
  return broken;
}

/** The number a milestone's metric prints; null where it names none. */
async function metric(one: Case, run: Shell): Promise<number | null> {
  const { metric: command } = contractOf(one);
  return command === null ? null : Number((await run(command)).output.trim() || Number.NaN);
}

/** A metric that did not move the way its kind of milestone wants. */
async function stuckMetric(one: Case, after: number | null): Promise<string[]> {
  if (after === null) return [];
  const before = (await within(one, one.base, (run) => metric(one, run))) ?? Number.NaN;
  const moved = contractOf(one).kind === "coverage" ? after > before : after < before;
  return moved ? [] : [`${one.name}: its metric went from ${before} to ${after}`];
}

function contractOf({ milestone }: Case): Milestone {
  const [contract] = parseRoadmap(milestone).milestones;
  if (contract === undefined) throw new Error("no milestone");
  return contract;
}
