import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { readPolicyFile } from "#adapters/policy-file.ts";
import { CATALOGUE } from "#core/errors.ts";
import { parseRoadmap, startable } from "#core/roadmap.ts";
import { readCriterion } from "#core/roadmap-criteria.ts";
import { Account } from "#rehearsal/account.ts";
import { demoWorld } from "#rehearsal/demo/world.ts";
import { ScriptSchema, scriptFrom } from "#rehearsal/model/script.ts";
import { POLICY_MEANINGS, withGenerated } from "../support/readme.ts";

const ROOT = join(import.meta.dirname, "../..");
const README = read("README.md");

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Every file that is tracked, or would be by `git add`; what is built or locked is left out. */
const FILES = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
})
  .toString()
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)))
  .filter((path) => path !== "package-lock.json" && !path.startsWith("dist/"));

const PAGES = FILES.filter((path) => /^(README|\.github\/(CONTRIBUTING|decisions\/.+))\.md$/.test(path));

/** The code blocks of one language, in order. */
function blocks(language: string, text = README): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, code = ""]) => code,
  );
}

function block(language: string, holds: string): string {
  const found = blocks(language).filter((code) => code.includes(holds));
  if (found.length !== 1) throw new Error(`${found.length} ${language} blocks hold ${holds}`);
  return found.join();
}

/** The text from one heading to the next of its level. */
function section(heading: string): string {
  const level = heading.indexOf(" ");
  const [, rest = ""] = README.split(`\n${heading}\n`);
  return rest.split(new RegExp(`^#{1,${level}} `, "m"))[0] ?? "";
}

/** The code in a table's first cells. */
function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| (`+) ?(.+?) ?\1 \|/gm)].map(([, , cell = ""]) => cell);
}

describe("what the code decides is not written by hand", () => {
  /** `npx vitest run test/action/readme.test.ts --update` writes the generated parts. */
  test("prices, policy, jobs and errors stand as the code has them now", async () => {
    await expect(withGenerated(README)).toMatchFileSnapshot("../../README.md");
  });

  test("a generated part that was changed by hand would be put right", () => {
    const right = withGenerated(README);
    const changed = right.replace(CATALOGUE.UNEXPECTED, "Ignore it.");
    expect(changed).not.toBe(right);
    expect(withGenerated(changed)).toBe(right);
    expect(() => withGenerated(right.replace("<!-- end: jobs -->", ""))).toThrow("<!-- end: jobs -->");
  });

  test("every code of the policy's diagnostics has its line", () => {
    const sources = FILES.filter((path) => path.startsWith("src/"))
      .map(read)
      .join("\n");
    const codes = [...sources.matchAll(/"(POLICY_[A-Z_]+)"/g)].map(([, code = ""]) => code);
    const own = new Set(codes.filter((code) => !(code in CATALOGUE)));
    expect([...own].toSorted()).toEqual(Object.keys(POLICY_MEANINGS).toSorted());
  });

  test("every option the command line knows is explained, and no other", () => {
    const { stdout } = spawnSync(process.execPath, [join(ROOT, "dist/cli.cjs"), "--help"], {
      encoding: "utf8",
    });
    const known = [...stdout.matchAll(/^ {2}(--[a-z-]+(?: [A-Z]+)?)/gm)].map(([, option = ""]) => option);
    expect(known.length).toBeGreaterThan(5);
    expect(firstCells(section("## Rehearsing")).filter((cell) => cell.startsWith("--"))).toEqual(known);
  });
});

describe("what can be copied works", () => {
  test("the caller is the example, byte for byte, in at most 20 lines", () => {
    const caller = block("yaml", "workflow_dispatch");
    expect(caller).toBe(read("workflows-examples/app-token.yml"));
    expect(caller.trimEnd().split("\n").length).toBeLessThanOrEqual(20);
  });

  test("every caller file there is has its line", () => {
    const named = [...section("## How a night goes").matchAll(/\(workflows-examples\/(.+?)\)/g)];
    const shipped = FILES.filter((path) => path.startsWith("workflows-examples/"));
    expect(named.map(([, name]) => `workflows-examples/${name}`).toSorted()).toEqual(shipped.toSorted());
  });

  test("the two commands are npm scripts", () => {
    const commands = block("sh", "npm test").trimEnd().split("\n");
    expect(commands).toEqual(["npm ci && npm run rehearse", "npm ci && npm test"]);
    expect(JSON.parse(read("package.json")).scripts).toMatchObject({
      rehearse: "node dist/cli.cjs rehearse",
      test: "vitest run",
    });
  });

  test("all JSON and YAML can be parsed", () => {
    const [json, yaml] = [blocks("json"), blocks("yaml")];
    expect([json.length, yaml.length]).toEqual([2, 2]);
    for (const code of json) JSON.parse(code);
    for (const code of yaml) parse(code);
  });

  test("the policy is one", () => {
    const { diagnostics, given } = readPolicyFile(block("yaml", "budget:"), "daybreak.yml");
    expect(diagnostics).toEqual([]);
    expect([...given]).toEqual(["land", "test", "night", "budget", "protected"]);
  });

  test("the roadmap has nothing wrong in it, and one milestone that may start", () => {
    const roadmap = parseRoadmap(block("markdown", "Acceptance criteria"));
    expect(roadmap.diagnostics).toEqual([]);
    expect(startable(roadmap).map(({ id }) => id)).toEqual(["M3.2"]);
    expect(roadmap.milestones[1]?.criteria.map(({ way }) => way.by)).toEqual([
      "command",
      "command",
      "manual",
    ]);
  });

  test("criteria are checked by what the table says", () => {
    const rows = [...section("## The roadmap").matchAll(/^\| `` (.+?) `` \| (\w+) \|/gm)];
    expect(rows.length).toBe(16);
    for (const [, sentence = "", way] of rows) {
      expect(readCriterion(sentence), sentence).toMatchObject({ way: { by: way } });
    }
  });

  test("the script and the document are of the published formats", () => {
    const script = scriptFrom(JSON.parse(block("json", "milestones")));
    expect(script.milestones[0]?.turns[1]?.faults).toHaveLength(2);
    Account.parse(JSON.parse(block("json", "cycles")));
  });

  test("every key of both formats is named", () => {
    for (const [schema, heading] of [
      [ScriptSchema, "### The scripted model"],
      [Account, "### The JSON document"],
    ] as const) {
      const keys = keysOf(z.toJSONSchema(schema, { io: "input" }));
      expect(keys.size, heading).toBeGreaterThan(15);
      for (const key of keys) expect(section(heading), heading).toMatch(new RegExp(`\\b${key}\\b`));
    }
  });
});

test("the morning is one of the demo's: its milestones, by name, and no others", () => {
  const morning = block("text", "Night 20");
  const { milestones } = parseRoadmap(demoWorld().files.get("ROADMAP.md") ?? "");
  const planned = milestones.filter(({ status }) => status === "planned");
  const told = [...morning.matchAll(/^ {2}(\S+) {2}(\S.*?) {2,}\S/gm)].map(
    ([, id, title]) => `${id} ${title}`,
  );
  expect([...new Set(told)].toSorted()).toEqual(planned.map(({ id, title }) => `${id} ${title}`).toSorted());
  const words = morning.replaceAll(/\s+/g, " ");
  const [landed = ""] = words.split(" Rejected ");
  for (const { id, criteria } of planned.filter((one) => landed.includes(`${one.id} ${one.title}`))) {
    for (const { text } of criteria) expect(words, id).toContain(text);
  }
});

describe("nothing leads astray", () => {
  test("every relative link and every anchor leads somewhere", () => {
    expect(PAGES.length).toBeGreaterThan(10);
    for (const page of PAGES) expect(lostLinks(page, read(page)), page).toEqual([]);
    const lost = lostLinks("README.md", "[a](src/nowhere.ts) [b](#nowhere) [c](README.md)");
    expect(lost).toEqual(["src/nowhere.ts", "#nowhere"]);
  });

  test("no file speaks of the machine it was written on, or of a package registry", () => {
    const strays = FILES.flatMap((path) => straysIn(read(path)).map((found) => `${path}: ${found}`));
    expect(strays).toEqual([]);
    const planted = [`cd /${"work"}/main`, `https://registry.${"npmjs"}.org/x`, `/${"home"}/somebody/x`];
    expect(planted.flatMap(straysIn)).toHaveLength(planted.length);
  });
});

/** The names of all properties, at any depth. */
function keysOf(schema: unknown): Set<string> {
  if (typeof schema !== "object" || schema === null) return new Set();
  return new Set(
    Object.entries(schema).flatMap(([name, held]) => [
      ...(name === "properties" ? Object.keys(held) : []),
      ...keysOf(held),
    ]),
  );
}

function lostLinks(page: string, text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => `#${anchorOf(title)}`);
  return links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) =>
      link.startsWith("#")
        ? !anchors.includes(link)
        : !existsSync(join(ROOT, dirname(page), link.replace(/#.*/, ""))),
    );
}

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");
}

function straysIn(text: string): string[] {
  if (text.includes("\0")) return [];
  return [
    .../(?<![\w.])\/(?:work\/(?:main|shared)|root\/\w|home\/\w+\/|Users\/\w+\/|tmp\/tmp\.)[^\s"'`]*/g[
      Symbol.matchAll
    ](text),
    .../(?:registry|repo)\.(?:npmjs|yarnpkg|npmmirror)\.[a-z]+|\bartifactory\b|proxy\.golang\.org/gi[
      Symbol.matchAll
    ](text),
  ].map(([found]) => found);
}
