/** What the model's service does to a night: some trouble passes, some is a human's, none is lost. */

import { expect, test } from "vitest";
import { CATALOGUE } from "#core/errors.ts";
import { aTurn, type Turn } from "#rehearsal/model/script.ts";
import { aNight, aRepository, aScript, smallFiles, wordMilestone, writesWord } from "../rehearsal/world.ts";

const DAWN_AND_DUSK = [
  "# Roadmap\n",
  wordMilestone("M1", "dawn"),
  wordMilestone("M2", "dusk"),
  wordMilestone("M3", "night", "**Depends on:** M2"),
].join("\n");

const PASSING: Turn["faults"] = [
  { cut: "midTool" },
  { status: 429, type: "rate_limit_error", retryAfter: 0.01 },
  { status: 529, type: "overloaded_error", retryAfter: 0.01 },
  { status: 529, type: "overloaded_error", retryAfter: 0.01 },
];

function rehearsing(roadmap: string) {
  const files = smallFiles(roadmap);
  const policy = files[".github/daybreak.yml"]?.replace("attempts: 6", "attempts: 1") ?? "";
  const directory = aRepository({ ...files, ".github/daybreak.yml": policy });
  return { kind: "repository", directory } as const;
}

test("rate limits, an overloaded service and a cut stream pass; a refusal is told by its name and holds up only its milestone", async () => {
  const refused = aTurn({ faults: [{ refusal: "cyber" }], text: "Never said." });
  const script = aScript({ M1: [[writesWord("dawn", { faults: PASSING })]], M2: [[refused]] });
  const { account, failures } = await aNight({ origin: rehearsing(DAWN_AND_DUSK), script });
  expect(failures).toEqual([]);
  expect(account.landed).toMatchObject([{ milestone: "M1", attempt: 1 }]);
  expect(account.blocked).toMatchObject([{ milestone: "M2" }]);
  expect(account.rejected).toMatchObject([{ milestone: "M2", pull: null }]);
  expect(account.rejected[0]?.because).toContain("the engine failed: the model refused (cyber)");
  expect(account.waiting).toMatchObject([{ milestone: "M3", on: ["M2"] }]);
}, 60_000);

test("a key the service refuses is one question with its remedy, and nothing else is started", async () => {
  const script = { ...aScript({ M1: [[writesWord("dawn")]] }), key: "another" };
  const { account, state } = await aNight({ origin: rehearsing(DAWN_AND_DUSK), script });
  expect(account).toMatchObject({ landed: [], blocked: [{ milestone: null }] });
  expect(account.blocked[0]?.ask).toContain(CATALOGUE.MODEL_KEY_REFUSED);
  expect(state.pulls).toEqual([]);
  const claims = [...state.refs.keys()].filter((ref) => ref.startsWith("refs/heads/daybreak/m/"));
  expect(claims.length).toBeLessThanOrEqual(2);
  expect(account.spend.usd).toBe(0);
}, 60_000);
