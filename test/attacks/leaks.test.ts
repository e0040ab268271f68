/** Secrets stay where they belong: none in what a night leaves behind, none in reach of foreign commands. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { aTurn, finishTurn } from "#rehearsal/model/script.ts";
import { openModel } from "#rehearsal/model/server.ts";
import {
  aNight,
  aRepository,
  aRoom,
  aScript,
  git,
  type Night,
  smallFiles,
  wordMilestone,
} from "../rehearsal/world.ts";

const MODEL_KEY = "sk-ant-canary-0123456789abcdef";

/** What the rehearsal hands to create-github-app-token, and what its runner gives to every action. */
const APP_KEY = "rehearsal-private-key";
const RUNTIME_TOKEN = "canary-runtime-token";

/** Names of variables that only our own code may see. */
const OURS = /^(ACTIONS_|INPUT_|GITHUB_TOKEN|GH_TOKEN|ANTHROPIC|DAYBREAK_APP|NODE_OPTIONS)/m;

/** The gate fails when it sees what it must not, and the patch shows what the engine's own shell sees. */
const GATE = `const seen = Object.entries(process.env).map(([name, value]) => name + "=" + value);
const wrong = seen.filter((one) => ${OURS}.test(one) || one.includes("canary"));
if (wrong.length > 0) throw new Error("leaked: " + wrong.join(", "));
`;

const LOOKS_AROUND = aTurn({
  tools: [
    {
      name: "bash",
      input: { command: "env > dawn.txt; cat /proc/self/environ | tr '\\0' '\\n' >> dawn.txt" },
    },
    { name: "bash", input: { command: "env; echo dawn >> dawn.txt" } },
  ],
});

let night: Night;

beforeAll(async () => {
  const script = aScript({ M1: [[LOOKS_AROUND, finishTurn({ "noon.txt": "noon\n" }, "Looked around.")]] });
  const model = await openModel({ script: { ...script, key: MODEL_KEY }, directory: join(aRoom(), "model") });
  const roadmap = `# Roadmap\n\n${wordMilestone("M1", "dawn")}`;
  const origin = {
    kind: "repository",
    directory: aRepository({ ...smallFiles(roadmap), "check.js": GATE }),
  } as const;
  try {
    night = await aNight({ origin, script: null, live: { baseUrl: model.url, apiKey: MODEL_KEY } });
  } finally {
    await model.close();
  }
}, 60_000);

test("the night that is searched really used its secrets, and landed", () => {
  expect([night.failures, night.account.rejected]).toEqual([[], []]);
  expect(night.account.landed).toMatchObject([{ milestone: "M1" }]);
  expect(night.account.spend.usd).toBeGreaterThan(0);
});

test("no secret stands in any file the night leaves: transcripts, logs, artifacts, or what the forge remembers", () => {
  const files = readdirSync(night.directory, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const texts = files.map(
    ({ parentPath, name }) =>
      [join(parentPath, name), readFileSync(join(parentPath, name), "latin1")] as const,
  );
  expect(texts.some(([path]) => path.endsWith("transcript.jsonl"))).toBe(true);
  expect(texts.some(([path]) => path.endsWith(".log"))).toBe(true);
  const holding = texts.filter(([, text]) => secrets().some((secret) => text.includes(secret)));
  expect(holding.map(([path]) => path)).toEqual([]);
  // The owner's own token is the forge's to remember, and nobody else's.
  const tokens = texts.filter(
    ([path, text]) => !path.endsWith("forge.jsonl") && /\bgh[psu]_\w{20,}/.test(text),
  );
  expect(tokens.map(([path]) => path)).toEqual([]);
});

test("no secret stands in any object of any repository of the night, packed or not", () => {
  const repositories = readdirSync(night.directory, { recursive: true, encoding: "utf8" })
    .map((path) => join(night.directory, path))
    .filter((path) => existsSync(join(path, "objects")) && existsSync(join(path, "HEAD")));
  expect(repositories).toContain(night.account.remote);
  for (const repository of repositories) {
    const objects = execFileSync("git", ["-C", repository, "cat-file", "--batch-all-objects", "--batch"], {
      maxBuffer: 1e9,
    }).toString("latin1");
    expect(
      secrets().filter((secret) => objects.includes(secret)),
      repository,
    ).toEqual([]);
  }
});

test("a foreign command sees an allow-list of variables: nothing of the runner, of the action or of the model", () => {
  const seen = git(night.account.remote, "show", "main:dawn.txt");
  expect(seen).toMatch(/^PATH=/m);
  expect(seen).not.toMatch(OURS);
  expect(seen).not.toContain("canary");
});

/** In the shapes in which they slip out. */
function secrets(): string[] {
  return [MODEL_KEY, APP_KEY, RUNTIME_TOKEN].flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [
      secret,
      bytes.toString("base64").replace(/=+$/, ""),
      bytes.toString("hex"),
      [...secret].reverse().join(""),
    ];
  });
}
