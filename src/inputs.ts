/** action.yml's inputs as a schema: every bad one is reported at once. Reads nothing but what it is handed. */

import * as z from "zod";
import { Assignment } from "#core/brief.ts";
import { Failure } from "#core/errors.ts";
import { NightName } from "#core/journal.ts";
import { Position } from "#core/train.ts";

export const JOBS = [
  "plan",
  "setup",
  "baseline",
  "work",
  "verify",
  "opinion",
  "publish",
  "review",
  "land",
  "report",
] as const;
export type Job = (typeof JOBS)[number];

/** Jobs that talk to GitHub; the others must not even be handed a token. */
const WITH_TOKEN: readonly Job[] = ["plan", "publish", "review", "land", "report"];

/** Jobs about one attempt. */
const WITH_ASSIGNMENT: readonly Job[] = ["setup", "baseline", "work", "verify", "opinion", "publish"];

const Text = z.string();
const Truth = z.enum(["true", "false", ""]).transform((text) => text === "true");

/** Every input of action.yml, by its name there. */
export const Inputs = z.strictObject({
  job: z.enum(JOBS),
  token: Text,
  "app-token": Text,
  "app-slug": Text,
  night: z.union([z.literal(""), NightName]).transform((name) => (name === "" ? null : name)),
  slug: Text,
  attempt: Text,
  base: Text,
  spec: Text,
  staged: Truth,
  court: z.enum(["", "full", "position"]).transform((court) => (court === "" ? "full" : court)),
  "anthropic-api-key": Text,
  "claude-code-oauth-token": Text,
  "anthropic-base-url": Text,
  train: jsonOf(z.array(Position), []),
  acted: Truth,
  "plan-result": Text,
  "plan-matrix": Text,
  "plan-failure": Text,
});

export type Inputs = z.infer<typeof Inputs> & { assignment: Assignment | null };

/** @throws Failure INPUT_INVALID that names every bad input. */
export function readInputs(get: (name: string) => string): Inputs {
  const given = Object.fromEntries(Object.keys(Inputs.shape).map((name) => [name, get(name)]));
  const parsed = Inputs.safeParse(given);
  const job = JOBS.find((one) => one === given.job);
  const assignment = assignmentFrom(given);
  const wrong = [
    ...(parsed.error?.issues ?? []).map(
      ({ path, message }) => `${path[0]?.toString() ?? "inputs"}: ${message}`,
    ),
    ...(job && WITH_ASSIGNMENT.includes(job) ? assignment.wrong : []),
    ...(job && WITH_TOKEN.includes(job) && given.token === ""
      ? ["token: this job needs the GITHUB_TOKEN"]
      : []),
    ...(job && !WITH_TOKEN.includes(job)
      ? ["token", "app-token"]
          .filter((name) => given[name])
          .map((name) => `${name}: this job runs foreign code and must not be handed a token`)
      : []),
    ...(job && !["work", "opinion"].includes(job) && given["anthropic-api-key"]
      ? ["anthropic-api-key: only `work` and `opinion` may have it"]
      : []),
    ...(job && job !== "work" && given["claude-code-oauth-token"]
      ? ["claude-code-oauth-token: only `work` may have it"]
      : []),
  ];
  if (!parsed.success || wrong.length > 0) throw new Failure("INPUT_INVALID", wrong.join("; "));
  return { ...parsed.data, assignment: assignment.value };
}

function assignmentFrom({ slug, attempt, base, spec }: Record<string, string>): {
  value: Assignment | null;
  wrong: string[];
} {
  const parsed = Assignment.safeParse({ slug, attempt: Number(attempt || "0"), base, spec });
  if (parsed.success) return { value: parsed.data, wrong: [] };
  return {
    value: null,
    wrong: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
  };
}

function jsonOf<Schema extends z.ZodType>(schema: Schema, absent: z.infer<Schema>) {
  return z.string().transform((text, context): z.infer<Schema> => {
    if (text === "") return absent;
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch {
      // Falls through to the one message for both: nothing of it can be used.
    }
    context.addIssue({ code: "custom", message: "is not the JSON that an earlier job handed over" });
    return z.NEVER;
  });
}
