/** Changes made to be read for ever: the court cuts them into pieces outside of the sandbox. */

import { expect, test } from "vitest";
import { tampering } from "#core/court/tampering.ts";
import { addedLines } from "#core/court/tampering-text.ts";
import { changeOf, contractOf, fresh } from "./court-tampering-change.ts";

test("brackets that never close are read in seconds", () => {
  const begun = performance.now();
  tampering(changeOf([fresh("(".repeat(20_000))]), contractOf());
  expect(performance.now() - begun).toBeLessThan(5_000);
}, 60_000);

test("very many changes of very many lines are read in seconds", () => {
  const text = "a();\n\n".repeat(30_000);
  const changed = Array.from({ length: 30_000 }, (_none, at) => ({ from: 2 * at + 1, to: 2 * at + 1 }));
  const begun = performance.now();
  expect(
    addedLines({ path: "a.js", isTest: false, before: null, after: { text, outline: null }, changed }),
  ).toHaveLength(30_000);
  expect(performance.now() - begun).toBeLessThan(1_000);
}, 60_000);
