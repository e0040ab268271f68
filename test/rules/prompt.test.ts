/** Rules that only the prompt enforces, on their way to the model. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { readShippedRules } from "#adapters/rules/rules.ts";
import { type Rule, toldRules } from "#core/rules.ts";
import { systemPrompt } from "#prose/brief.ts";
import { aBrief } from "../adapters/engine-stage.ts";
import { bash, done, right, stage } from "../adapters/hooks-stage.ts";

const SHIPPED = await readShippedRules(join(import.meta.dirname, "..", "..", "rules"));
const owners = (id: string, sentence: string): Rule => ({
  ...{ id, sentence, postmortem: "It went wrong once.", enforcement: "prompt", test: null },
});
const RULES = [...SHIPPED, owners("tabs", "Indent with tabs."), owners("dates", "Dates are in UTC.")];

test("the sentence of every rule that only the prompt enforces reaches the model, the same in every request", async () => {
  const { requests } = await stage(
    [{ tools: [bash("echo hello")] }, { tools: [right, done] }],
    {},
    { brief: { rules: toldRules(RULES) } },
  );
  const systems = requests.map(({ system }) => system[0]?.text ?? "");
  expect(systems).toHaveLength(2);
  expect(systems[1]).toBe(systems[0]);
  const told = RULES.filter(({ enforcement }) => enforcement === "prompt").map(
    ({ sentence }) => `\n- ${sentence}`,
  );
  expect(told).toEqual(["\n- Indent with tabs.", "\n- Dates are in UTC."]);
  const places = told.map((sentence) => systems[0]?.indexOf(sentence) ?? -1);
  expect(Math.min(...places)).toBeGreaterThan(0);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});

test("no rule that ships rests on the prompt alone", () => {
  expect(SHIPPED.filter(({ enforcement }) => enforcement === "prompt")).toEqual([]);
});

test("what is enforced otherwise is not told, and no rules leave the prompt as it was", () => {
  const enforced = toldRules(RULES).filter(({ enforcement }) => enforcement !== "prompt");
  const bare = systemPrompt(aBrief(), "");
  expect(systemPrompt(aBrief({ rules: enforced }), "")).toBe(bare);
  expect(systemPrompt(aBrief({ rules: toldRules(RULES) }), "")).not.toBe(bare);
});
