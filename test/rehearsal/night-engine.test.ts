import { expect, test } from "vitest";
import { aNight, aRepository, aScript, smallFiles, wordMilestone } from "./world.ts";

/** Reads the word it is to keep from its brief. */
const SCRIBE = `word=$(grep -oP 'Keep the word \\K\\w+') && echo "$word" > "$word.txt" && echo "Wrote $word."`;

test("a night whose engine is a command lands what the court finds proven, like any other", async () => {
  const files = smallFiles(`# Roadmap\n\n${wordMilestone("M1", "dawn")}`);
  const policy = `${files[".github/daybreak.yml"]}engine:\n  command: |\n    ${SCRIBE}\n`;
  const directory = aRepository({ ...files, ".github/daybreak.yml": policy });
  const { account } = await aNight({ origin: { kind: "repository", directory }, script: aScript({}) });
  expect(account.landed.map(({ milestone }) => milestone)).toEqual(["M1"]);
  expect(account.spend.usd).toBe(0);
}, 60_000);
