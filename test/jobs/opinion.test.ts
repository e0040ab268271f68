/** The job that asks for an opinion: about exactly the head that was asked about, and only where the facts are green. */

import { mkdtempSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFolders } from "#adapters/actions/folders.ts";
import type { Evidence } from "#core/evidence.ts";
import { type Heard, type Opinion, type OpinionQuestion, questionFor } from "#core/opinion.ts";
import { NOTHING_SPENT } from "#core/outcome.ts";
import { giveOpinion } from "#jobs/opinion.ts";
import type { Critic, HeadChange } from "#ports/opinion.ts";
import { Artifacts, MemoryHandOver } from "../support/memory-run.ts";
import {
  evidenceOf,
  headOf,
  milestoneIn,
  observationOf,
  runOf,
  TIP,
  treeOf,
} from "../support/observations.ts";

const world = observationOf({ policy: { opinion: { budget: 0.5 } } });
const M1 = milestoneIn(world, "M1");
const { slug, spec } = M1;
const ASSIGNMENT = { slug, attempt: 1, base: TIP, spec };
const QUESTION = questionFor(
  { ...ASSIGNMENT, head: headOf("M1"), measured: true, findings: [] },
  world,
) as OpinionQuestion;
const CHANGE: HeadChange = { head: headOf("M1"), tree: treeOf("M1"), base: TIP, diff: "+one line" };
const ANSWER = JSON.stringify({
  veto: false,
  reasons: [],
  criteria: M1.criteria.map((_, index) => ({ index: index + 1, met: "yes" })),
});

async function opined(given: {
  evidence?: Evidence[];
  question?: OpinionQuestion | null;
  change?: Partial<HeadChange>;
  heard?: Heard;
  key?: boolean;
}) {
  const { evidence = [evidenceOf(M1)], question = QUESTION, key = true } = given;
  const artifacts = new Artifacts();
  const handOver = new MemoryHandOver(artifacts, "M1 1");
  if (question !== null) await handOver.writeQuestion(question);
  for (const [index, one] of evidence.entries())
    await new MemoryHandOver(artifacts, `${index}`).writeEvidence(one);
  const prompts: string[] = [];
  const critic: Critic = {
    async ask(_, { message }) {
      prompts.push(message);
      return {
        ...(given.heard ?? { heard: "answer", text: ANSWER }),
        spend: { ...NOTHING_SPENT, usd: 0.12 },
      };
    },
  };
  const said: string[] = [];
  const left: (readonly string[])[] = [];
  await giveOpinion(ASSIGNMENT, {
    handOver,
    critic: key ? async () => critic : null,
    change: async (except) => {
      left.push(except);
      return { ...CHANGE, ...given.change };
    },
    fence: "5f0c3a",
    say: (line) => void said.push(line),
  });
  return { opinions: await handOver.readOpinions(), said, prompts, left };
}

describe("an opinion", () => {
  test("is written about exactly the head, the tree and the contract that were asked about", async () => {
    const { opinions, said, prompts, left } = await opined({});
    const about = {
      slug,
      attempt: 1,
      spec,
      head: headOf("M1"),
      tree: treeOf("M1"),
      model: "claude-opus-5-5",
    };
    expect(opinions).toMatchObject([{ ...about, opinion: { says: "no veto" }, spend: { usd: 0.12 } }]);
    expect(said).toEqual(["opinion   M1 at M1-1-tr: no veto, $0.12"]);
    expect(prompts[0]).toContain("+one line");
    expect(left).toEqual([["ROADMAP.md"]]);
  });

  test("is a veto when the answer is garbage", async () => {
    const { opinions, said } = await opined({ heard: { heard: "answer", text: "Approved." } });
    expect(opinions[0]?.opinion.says).toBe("veto");
    expect(said[0]).toContain("veto (it gave no answer in the form that was asked for)");
  });

  test("is none, and no veto, when there is no key", async () => {
    const { opinions, prompts } = await opined({ key: false });
    expect(opinions[0]?.opinion).toMatchObject({ says: "none", code: "MODEL_KEY_MISSING" });
    expect(prompts).toEqual([]);
  });
});

describe("nothing is asked", () => {
  const red: Evidence = { ...evidenceOf(M1), gates: [runOf(1)] };
  test.each<[string, Evidence[]]>([
    ["about a head whose evidence is red", [red]],
    ["about a head that has none, although this run was to measure it", []],
    ["about a head that has only another tree's", [{ ...evidenceOf(M1), tree: treeOf("M9") }]],
    ["about a head that has only another contract's", [{ ...evidenceOf(M1), spec: "other" as typeof spec }]],
  ])("%s", async (_, evidence) => {
    const { opinions, prompts, said } = await opined({ evidence });
    expect([opinions, prompts]).toEqual([[], []]);
    expect(said).toEqual(["opinion   M1: not asked, its evidence is not green"]);
  });

  test("about another commit than the one that was asked about", async () => {
    for (const change of [{ head: headOf("M9") }, { base: headOf("M9") }, { base: null }])
      await expect(opined({ change })).rejects.toThrow("not the head that was asked about");
    await expect(opined({ question: null })).rejects.toThrow("nothing was asked about M1 attempt 1");
  });
});

test("a head that was measured earlier is judged by what was found then; the whole court's findings follow a restacked change", async () => {
  const findings = [{ text: "It adds", finding: "proven" as const, how: "it exited 0" }];
  const earlier = await opined({ evidence: [], question: { ...QUESTION, measured: false, findings } });
  expect(earlier.prompts[0]).toContain("- proven: It adds (it exited 0)");
  const here: Evidence = { ...evidenceOf(M1), court: "position", findings: [] };
  const before: Evidence = { ...evidenceOf(M1), tree: treeOf("M7"), findings };
  const restacked = await opined({ evidence: [here, before] });
  expect(restacked.prompts[0]).toContain("- proven: It adds (it exited 0)");
  expect(restacked.opinions).toHaveLength(1);
});

test("question and opinion travel as files, and an opinion of a later try than ours is not read", async () => {
  const root = mkdtempSync(join(tmpdir(), "opinions-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folders = (runAttempt: number) => openFolders(root, { runAttempt, about: ASSIGNMENT, staged: true });
  const opinion: Opinion = {
    ...{ version: 1, slug, attempt: 1, spec, head: headOf("M1"), tree: treeOf("M1"), model: "m" },
    ...{ opinion: { says: "veto", because: ["no"] }, spend: NOTHING_SPENT },
  };
  await folders(1).writeQuestion(QUESTION);
  await folders(1).writeOpinion(opinion);
  await folders(3).writeOpinion({ ...opinion, opinion: { says: "no veto", unsure: [] } });
  await cp(join(root, "out", "brief"), join(root, "in"), { recursive: true });
  await cp(join(root, "out", "opinion"), join(root, "in"), { recursive: true });
  expect(await folders(2).readQuestion(ASSIGNMENT)).toEqual(QUESTION);
  expect(await folders(2).readQuestion({ ...ASSIGNMENT, base: headOf("M9") })).toBe(null);
  expect(await folders(2).readOpinions()).toEqual([opinion]);
});
