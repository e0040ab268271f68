import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { FILES, ROOT } from "../support/workflow-files.ts";

const PINS = z
  .record(z.string(), z.strictObject({ tag: z.string(), sha: z.string().regex(/^[0-9a-f]{40}$/) }))
  .parse(JSON.parse(readFileSync(join(ROOT, ".github/pins.json"), "utf8")));

type Text = { path: string; text: string };

/** The demo's own workflows: they run in rehearsals, and people copy from them. */
function demoFiles(): Text[] {
  const demo = join(ROOT, "src/rehearsal/demo");
  if (!existsSync(demo)) return [];
  return readdirSync(demo, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(yml|yaml|ts)$/.test(name))
    .map((name) => ({ path: `src/rehearsal/demo/${name}`, text: readFileSync(join(demo, name), "utf8") }));
}

/** One sentence per line that uses an action of somebody else otherwise than by the SHA of the list. */
function unpinned({ path, text }: Text): string[] {
  return text.split("\n").flatMap((line) => {
    const [, reference = "", comment = ""] = line.match(/^\s*(?:- )?uses: (\S+)(?: # (\S+))?\s*$/) ?? [];
    const [action = "", version = ""] = reference.split("@");
    if (!/\buses:/.test(line) || action.startsWith("OWNER/daybreak/") || /^(\.|\$)\//.test(action)) return [];
    const pin = PINS[action];
    if (!pin) return [`${path}: ${line.trim()}: not on the list`];
    return version === pin.sha && comment === pin.tag
      ? []
      : [`${path}: ${line.trim()}: not pinned as listed`];
  });
}

describe("actions of others", () => {
  test("are these five, and no more", () => {
    expect(Object.keys(PINS)).toEqual([
      "actions/checkout",
      "actions/create-github-app-token",
      "actions/download-artifact",
      "actions/setup-node",
      "actions/upload-artifact",
    ]);
  });

  test("are used by the SHA of the list, with its tag as comment", () => {
    expect([...FILES, ...demoFiles()].flatMap(unpinned)).toEqual([]);
  });

  test("are all in use: the list holds nothing that nobody looks at", () => {
    const all = FILES.map(({ text }) => text).join("\n");
    expect(Object.keys(PINS).filter((action) => !all.includes(`uses: ${action}@`))).toEqual([]);
  });

  test.each([
    ["a tag", "uses: actions/checkout@v7", "not pinned as listed"],
    ["another SHA", `uses: actions/checkout@${"0".repeat(40)} # v7.0.1`, "not pinned as listed"],
    ["no tag beside it", `uses: actions/checkout@${PINS["actions/checkout"]?.sha}`, "not pinned as listed"],
    ["somebody else", `- uses: someone/something@${"0".repeat(40)} # v1`, "not on the list"],
    ["an image", "uses: docker://alpine:3", "not on the list"],
    ["one line", "steps: [{ uses: actions/checkout@v7 }]", "not on the list"],
  ])("are refused by %s", (_, line, says) => {
    expect(unpinned({ path: "x.yml", text: `jobs:\n      ${line}\n` })).toEqual([`x.yml: ${line}: ${says}`]);
  });
});

test("the version of Claude Code that a night installs is the one that is tested", () => {
  const installed = FILES.flatMap(({ text }) => [...text.matchAll(/@anthropic-ai\/claude-code@(\S+)/g)]);
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "test/engines/package.json"), "utf8"));
  expect(installed.map(([, version]) => version)).toEqual([devDependencies["@anthropic-ai/claude-code"]]);
});
