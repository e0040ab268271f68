/** The file of the owner's rules, `.github/daybreak.yml`, as it is written: every key, its default and its meaning. Reads no file. */

import * as z from "zod";
import { EngineAsWritten } from "#core/engine.ts";
import { TEST_PATHS } from "#core/policy-paths.ts";
import { isTimezone } from "#core/time.ts";

const Dollars = z.number().positive().max(100_000);
const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 22:00");
const Commands = z
  .union([z.string().min(1), z.array(z.string().min(1))], "a command, or a list of commands")
  .transform((one) => (typeof one === "string" ? [one] : one));
/** What a night and a month may use of something that is no money. */
function capsOf(night: number, month: number, what: string) {
  const Cap = z.int().min(1);
  return {
    night: Cap.default(night).describe(`${what} per night.`),
    month: Cap.default(month).describe(`${what} per calendar month.`),
  };
}

const Globs = z.array(z.string().min(1));
const RepositoryPath = z
  .string()
  .regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$)).+$/, "a path inside the repository, such as docs/ROADMAP.md");

/** How the program is started that `(http:)`, `(browser:)`, `(probe:)` and `(look:)` drive. */
export const Start = z.strictObject({
  command: z.string().min(1).describe("Starts the program and stays. `PORT` tells it where to listen."),
  port: z.int().min(1).max(65_535).default(8080).describe("Where it listens."),
  ready: z
    .string()
    .regex(/^\/(?!\/)/, "a path such as /health")
    .default("/")
    .describe("The path that answers once it is up."),
  seconds: z.int().min(1).max(600).default(60).describe("How long it may take to come up."),
});
export type Start = z.infer<typeof Start>;

/** Only what `start:` may be at all; `Start` reads it then, so that each mistake within is named at its own place. */
const StartMapping = z.looseObject({});
const StartAsWritten = z
  .union([z.string().min(1), StartMapping], "a command, or a mapping with a command, port, ready and seconds")
  .transform((one) => (typeof one === "string" ? { command: one } : one))
  .pipe(Start);

/** What a second look at a change may cost, and by which model. */
const OpinionTerms = z.strictObject({
  model: z.string().min(1).optional().describe("The model that is asked. The engine's own if not given."),
  budget: Dollars.default(1).describe("US dollars for one opinion."),
});

/** The file as its owner writes it: every key optional, every unknown key an error. */
export const PolicyFile = z
  .strictObject({
    land: z
      .enum(["next", "main", "pull-request"])
      .default("next")
      .describe(
        "`next` lands proven milestones on `daybreak/next` and keeps one promotion pull request for you; `main` lands them on the landing branch; `pull-request` merges nothing.",
      ),
    branch: z
      .string()
      .min(1)
      .optional()
      .describe("The landing branch, if it is not the default branch. Not with `land: next`."),
    roadmap: RepositoryPath.default("ROADMAP.md").describe("Path of the roadmap."),
    attempts: z.int().min(1).max(20).default(2).describe("Attempts per milestone before a human is asked."),
    budget: z
      .strictObject({
        milestone: Dollars.default(5).describe("US dollars per milestone, over all its attempts."),
        night: Dollars.default(10).describe("US dollars per night."),
        month: Dollars.default(100).describe("US dollars per calendar month."),
        tokens: z
          .strictObject({
            milestone: z
              .int()
              .min(1_000)
              .optional()
              .describe(
                "Model tokens per milestone, over all its attempts. As many as they may use, if not given.",
              ),
            ...capsOf(100_000_000, 1_000_000_000, "Model tokens"),
          })
          .prefault({})
          .describe("Hard ceilings in tokens, read and written."),
        minutes: z
          .strictObject(capsOf(600, 10_000, "Minutes of work, of all attempts together,"))
          .prefault({})
          .describe("Hard ceilings in minutes of work."),
        "runner-minutes": z
          .strictObject(capsOf(1_500, 20_000, "Minutes of runners"))
          .prefault({})
          .describe("Hard ceilings in minutes of runners: work, verification, landing and report."),
      })
      .prefault({})
      .describe("Hard ceilings, in US dollars where no unit is named. Set aside before work starts."),
    minutes: z
      .int()
      .min(1)
      .max(300)
      .default(60)
      .describe("Minutes of work per milestone, over all its attempts."),
    tokens: z.int().min(1_000).default(4_000_000).describe("Model tokens per attempt, read and written."),
    turns: z.int().min(1).max(1_000).default(150).describe("Model turns per attempt."),
    milestones: z.int().min(1).max(50).default(5).describe("Milestones started per night."),
    parallel: z
      .int()
      .min(1)
      .max(20)
      .default(2)
      .describe("Attempts at the same time. One while the roadmap declares no dependency at all."),
    night: z
      .strictObject({
        from: Clock.default("22:00").describe("When a night begins."),
        to: Clock.default("06:00").describe("When it ends. The same time as `from`: a night lasts all day."),
        timezone: z
          .string()
          .refine(isTimezone, "the name of a time zone, such as Europe/Vienna")
          .default("UTC")
          .describe("An IANA name such as Europe/Vienna."),
      })
      .prefault({})
      .describe("The hours in which paid work may start."),
    setup: Commands.optional().describe(
      "Commands that prepare a checkout, with network. Detected if not given.",
    ),
    build: Commands.optional().describe("Gate commands that build. Detected if not given."),
    test: Commands.optional().describe("Gate commands that test. Detected if not given."),
    tests: Globs.default([...TEST_PATHS]).describe("Globs of test files."),
    start: StartAsWritten.optional().describe(
      "How to start the program that criteria drive. Left out: nothing can be driven.",
    ),
    flakes: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "Tests known to be unstable, by full name or by part of it: they prove nothing and break nothing.",
      ),
    "hold-outs": z
      .string()
      .min(1)
      .optional()
      .describe("A branch whose files are laid over the checkout for checks that the engine never sees."),
    checks: z.array(z.string().min(1)).default([]).describe("Required checks beyond the repository's rules."),
    wait: z
      .int()
      .min(0)
      .max(60)
      .default(0)
      .describe(
        "Minutes `land` waits for running checks, 0 on private repositories. What runs longer belongs to the next cycle.",
      ),
    "after-landing": z
      .array(z.string().regex(/^[^/\s]+\.ya?ml$/, "the name of a workflow file, such as ci.yml"))
      .default([])
      .describe(
        "Workflow files that `land` starts on the landing branch after a landing, where GITHUB_TOKEN is all it has. Red ones stop landing.",
      ),
    stuck: z
      .int()
      .min(1)
      .max(1_440)
      .default(60)
      .describe("Minutes after which a required check that has not ended is called stuck."),
    protected: Globs.default([]).describe("Further globs no milestone may change."),
    limits: z
      .strictObject({
        files: z.int().min(1).default(100).describe("Changed files per milestone."),
        lines: z.int().min(1).default(5_000).describe("Changed lines per milestone."),
        bytes: z.int().min(1).default(4_000_000).describe("Bytes of changed files per milestone."),
      })
      .prefault({})
      .describe("The largest change a milestone may make."),
    "needs-human": z
      .enum(["hold", "land"])
      .optional()
      .describe(
        "What becomes of a proven patch with a criterion no machine can check. `land` with `land: next`, else `hold`, if not given.",
      ),
    changelog: z
      .union([z.boolean(), RepositoryPath], "true, false, or a path inside the repository")
      .optional()
      .describe("The changelog to keep: true, false or its path. Kept if CHANGELOG.md exists."),
    conventions: RepositoryPath.default("CONVENTIONS.md").describe(
      "A file of conventions for the engine, if it exists.",
    ),
    engine: EngineAsWritten.describe(
      "What works on a milestone: `anthropic` (the built-in loop), `claude` (`claude -p`), or one of the keys below.",
    ),
    model: z.string().min(1).default("claude-opus-5-5").describe("The engine's model."),
    effort: z
      .enum(["low", "medium", "high", "xhigh", "max"])
      .default("medium")
      .describe("How hard the model thinks before it acts."),
    prices: z
      .record(
        z.string(),
        z.strictObject({
          input: z.number().nonnegative(),
          output: z.number().nonnegative(),
          "cache-write": z.number().nonnegative(),
          "cache-read": z.number().nonnegative(),
        }),
      )
      .default({})
      .describe("US dollars per million tokens, for models the built-in table does not know."),
    verify: z
      .strictObject({
        minutes: z.int().min(1).max(300).default(20).describe("Minutes for all of its commands together."),
      })
      .prefault({})
      .describe("The most `verify` may take."),
    opinion: z
      .union([z.literal(false), OpinionTerms], "false, or a mapping with model and budget")
      .default(false)
      .describe("A model's second look at contract, change and evidence before a landing. It can only veto."),
    "review-minutes": z
      .int()
      .min(1)
      .default(30)
      .describe("Nothing new starts while more estimated review minutes than this wait for the owner."),
    message: z
      .string()
      .min(1)
      .default("{id}: {title}")
      .describe("First line of a milestone's commit; {id} and {title} are filled in."),
  })
  .refine(({ land, branch }) => land !== "next" || branch === undefined, {
    path: ["branch"],
    message: "left out beside `land: next`, which has a branch of its own (`land: main` lands on it)",
  })
  .describe("Daybreak's policy. Every key is optional.");

export type PolicyFile = z.infer<typeof PolicyFile>;

/** One line of the policy's reference: the dotted key, its default as it would be written, and what it means. */
export type PolicyKey = { key: string; default: unknown; meaning: string };

type Schema = z.core.JSONSchema.JSONSchema;

/** The JSON Schema of the file, as its owner writes it. */
export function policySchema(): Schema {
  return z.toJSONSchema(PolicyFile, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== StartMapping) return;
      const { $schema: _, ...mapping } = z.toJSONSchema(Start, { io: "input" });
      Object.assign(jsonSchema, mapping);
    },
  });
}

/** Every key of the file in its order, groups before the keys they hold. A group has no default of its own. */
export function policyKeys(schema: Schema = policySchema(), within = ""): PolicyKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, of]) => {
    if (typeof of === "boolean") return [];
    const key = `${within}${name}`;
    const held = policyKeys(mappingOf(of), `${key}.`);
    const value = held.length > 0 ? undefined : of.default;
    return [{ key, default: value, meaning: of.description ?? "" }, ...held];
  });
}

/** Of a value that may be written in several ways, the one that has keys. */
function mappingOf(schema: Schema): Schema {
  const isMapping = (one: Schema | boolean): one is Schema => typeof one === "object" && "properties" in one;
  return schema.anyOf?.find(isMapping) ?? schema;
}
