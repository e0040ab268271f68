/** What a model is asked about a change, as golden files. */

import { expect, test } from "vitest";
import { Evidence } from "#core/evidence.ts";
import { parseHeadline } from "#prose/brief.ts";
import { OPINION_SYSTEM_PROMPT, type OpinionSubject, opinionMessage } from "#prose/opinion.ts";
import { evidenceOf, milestoneIn, observationOf } from "../support/observations.ts";

const M1 = milestoneIn(observationOf(), "M1");
const FENCE = "5f0c3a";

const DIFF = `diff --git a/sum.js b/sum.js
--- a/sum.js
+++ b/sum.js
@@ -1 +1 @@
-export const sum = () => 0;
+export const sum = (one, other) => one + other;
`;

const EVIDENCE = Evidence.parse({
  ...evidenceOf(M1),
  gates: [{ ...evidenceOf(M1).gates[0], tail: "the author's own words in the output" }],
  proofs: [
    {
      test: "test/sum.test.js > adds",
      file: "test/sum.test.js",
      onBase: "failed",
      missing: false,
      onHead: "passed",
      onStub: null,
      killed: 3,
      steady: true,
    },
  ],
  mutation: { tried: 4, killed: 3, survivors: [{ path: "sum.js", line: 1, was: "+", is: "-" }] },
  skipped: ["hold-outs: no time was left"],
  remarks: ["no picture was taken"],
});

function subjectOf(rest: Partial<OpinionSubject> = {}): OpinionSubject {
  const evidence = [EVIDENCE];
  return {
    milestone: M1,
    attempt: 2,
    evidence,
    findings: [],
    diff: DIFF,
    most: 1_000,
    fence: FENCE,
    ...rest,
  };
}

test("the system prompt", async () => {
  await expect(OPINION_SYSTEM_PROMPT).toMatchFileSnapshot("../golden/opinion-system-prompt.md");
});

test("the message: contract, evidence, change", async () => {
  const message = opinionMessage(subjectOf());
  await expect(message).toMatchFileSnapshot("../golden/opinion-message.md");
  expect(parseHeadline(message)).toEqual({ milestone: "M1", attempt: 2, phase: "opinion" });
});

test("no output of a command is in it: that is the author's to word", () => {
  expect(opinionMessage(subjectOf())).not.toContain("the author's own words");
});

test("what an earlier run found stands in for evidence that is not at hand", () => {
  const findings = [{ text: "It adds", finding: "proven" as const, how: "it exited 0" }];
  const message = opinionMessage(subjectOf({ evidence: [], findings }));
  expect(message).toContain(
    "An earlier run measured it; of that only this is at hand.\nFindings:\n- proven: It adds (it exited 0)",
  );
});

test("a long change is cut in its middle, and that is said", () => {
  const message = opinionMessage(subjectOf({ diff: `start${"x".repeat(5_000)}end`, most: 100 }));
  expect(message).toMatch(
    /\nstartx{45}\n\[… 4908 characters left out: what stands there you have not seen …\]\nx{47}end\n/,
  );
});
