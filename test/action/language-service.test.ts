import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { validate } from "@actions/languageservice";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FILES, plant, ROOT, type Rule } from "../support/workflow-files.ts";

const NIGHT = ".github/workflows/night.yml";
const NIGHTLY = "workflows-examples/nightly.yml";

const ACTION = { path: "action.yml", text: readFileSync(join(ROOT, "action.yml"), "utf8") };

/** What GitHub's editor checks a file with. */
type LanguageService = {
  validate: typeof validate;
  documentOf: (uri: string, text: string) => Parameters<typeof validate>[0];
  /** What the service would only log: its own failures, after which it has nothing to say against a file. */
  logged: string[];
};

/** Node cannot import the service (its JSON imports lack an attribute), so it is bundled first. */
const SOURCE = `
  import { registerLogger, validate } from "@actions/languageservice";
  import { TextDocument } from "vscode-languageserver-textdocument";
  export const logged = [];
  const keep = (message) => logged.push(message);
  registerLogger({ error: keep, warn: keep, info() {}, log() {} });
  export const documentOf = (uri, text) => TextDocument.create(uri, "yaml", 1, text);
  export { validate };
`;

let folder: string;
let service: LanguageService;
let visits = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybreak-language-service-"));
  const outfile = join(folder, "service.cjs");
  const stdin = { contents: SOURCE, resolveDir: ROOT };
  await build({ stdin, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "silent" });
  service = createRequire(import.meta.url)(outfile);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything GitHub says about the files. Calls and our own action are looked up in the files as they are given. */
async function complaints(workflows: readonly { path: string; text: string }[]): Promise<string[]> {
  visits += 1;
  const files = [...workflows, ACTION];
  const fileProvider = {
    getFileContent: async ({ path }: { path: string }) => {
      const called = files.find((file) => file.path === join(path));
      if (!called) throw new Error(`there is no ${path}`);
      return { name: path, content: called.text };
    },
  };
  const found = files.map(async ({ path, text }) => {
    // The service passes over `$/`; `$/.` is the same action, and it looks that up.
    const shown = text.replaceAll("uses: $/\n", "uses: $/.\n");
    // It remembers a document by its address.
    const said = await service.validate(service.documentOf(`file:///${visits}/${path}`, shown), {
      fileProvider,
    });
    return said.map(({ message, range }) => `${path}:${range.start.line + 1}: ${message}`);
  });
  return [...(await Promise.all(found)).flat(), ...service.logged];
}

/** Changes that break a file, and what GitHub says then. */
const REFUSED: readonly (Rule["planted"] & { what: string; says: string })[] = [
  {
    what: "a job after one that does not exist",
    path: NIGHT,
    from: "needs: plan\n",
    to: "needs: plans\n",
    says: "Job 'baseline' depends on unknown job 'plans'",
  },
  {
    what: "an output of a step that does not exist",
    path: NIGHT,
    from: "steps.plan.outputs.count",
    to: "steps.plans.outputs.count",
    says: "plans",
  },
  {
    what: "an input the called workflow does not declare",
    path: NIGHT,
    from: /(?<=\n {6})slug:/,
    to: "slugs:",
    says: "slugs",
  },
  {
    what: "a secret the called workflow does not declare",
    path: NIGHTLY,
    from: "anthropic-api-key:",
    to: "anthropic-key:",
    says: "anthropic-key",
  },
  {
    what: "an input our action does not have",
    path: NIGHT,
    from: "          app-slug: ${{ steps",
    to: "          app-name: ${{ steps",
    says: "Invalid action input 'app-name'",
  },
  {
    what: "our action without its job",
    path: NIGHT,
    from: "          job: plan\n",
    to: "",
    says: "Missing required input `job`",
  },
  {
    what: "a queue it does not know",
    path: NIGHT,
    from: "group: daybreak-landing\n",
    to: "group: daybreak-landing\n      queue: all\n",
    says: "Unexpected value 'all'",
  },
  {
    what: "the call of a file that is not there",
    path: NIGHT,
    from: "milestone.yml",
    to: "milestones.yml",
    says: "Unable to find reusable workflow",
  },
  {
    what: "a permission that does not exist",
    path: NIGHTLY,
    from: "contents: write",
    to: "content: write",
    says: "content",
  },
  {
    what: "an hour that no day has",
    path: NIGHTLY,
    from: "17 22 * * *",
    to: "17 25 * * *",
    says: "cron",
  },
];

describe("GitHub's own language service", () => {
  test("has nothing to say against the workflows, the examples and the action", async () => {
    expect(await complaints(FILES)).toEqual([]);
  });

  for (const { what, says, ...planted } of REFUSED)
    test(`refuses ${what}`, async () => {
      expect(await complaints(plant(FILES, planted))).toContainEqual(expect.stringContaining(says));
    });
});
