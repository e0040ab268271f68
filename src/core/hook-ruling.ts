/**
 * What follows from what hooks answered. A guard fails closed: what did not end well and in time has refused. That is
 * stricter than Claude Code, which lets a call pass when its guard crashes, hangs or is missing.
 */

import * as z from "zod";
import type { HookEvent } from "#core/hooks.ts";

/** One hook's run. `failed`: it could not be started, was killed, or took too long. */
export type HookRun = {
  end: { exitCode: number } | { failed: string };
  stdout: string;
  stderr: string;
};

export type HookRuling = {
  /** Why the call, the prompt or the stop is refused; null: it is not. */
  denied: string | null;
  /** Why the whole attempt ends; null: it goes on. */
  stop: string | null;
  /** What the tool is to be called with instead, whole. */
  input: Record<string, unknown> | null;
  /** What the model is to see instead of the tool's output. */
  output: unknown;
  /** What the model is told beside. */
  told: string[];
  /** What the owner should know: hooks that failed where nothing depends on them, and their messages to him. */
  remarks: string[];
};

const NO_RULING: HookRuling = { denied: null, stop: null, input: null, output: null, told: [], remarks: [] };

/** Characters of one string of a hook's that are heard. */
const MOST_HEARD = 10_000;

const Heard = z.string().transform((text) => text.slice(0, MOST_HEARD));

const HookJson = z.looseObject({
  continue: z.boolean().optional(),
  stopReason: Heard.optional(),
  systemMessage: Heard.optional(),
  decision: z.enum(["approve", "block"]).optional(),
  reason: Heard.optional(),
  hookSpecificOutput: z
    .looseObject({
      hookEventName: z.string().optional(),
      permissionDecision: z.enum(["allow", "deny", "ask", "defer"]).optional(),
      permissionDecisionReason: Heard.optional(),
      updatedInput: z.record(z.string(), z.unknown()).optional(),
      additionalContext: Heard.optional(),
      updatedToolOutput: z.unknown().optional(),
    })
    .optional(),
});
type HookJson = z.infer<typeof HookJson>;

/** Where exit code 2, or `decision: "block"`, refuses. Elsewhere the event has already happened. */
const REFUSABLE: readonly HookEvent[] = [
  "PreToolUse",
  "UserPromptSubmit",
  "Stop",
  "SubagentStop",
  "PreCompact",
];

/** Where exit code 2, or `decision: "block"`, is feedback to the model. */
const FEEDBACK: readonly HookEvent[] = ["PostToolUse", "PostToolUseFailure"];

/** Where plain words on standard output are heard by the model. */
const PLAIN_WORDS: readonly HookEvent[] = ["SessionStart", "UserPromptSubmit"];

/** One refusal refuses, whatever the others say. Of two new inputs the later hook's counts. */
export function ruleOn(event: HookEvent, runs: readonly HookRun[]): HookRuling {
  const each = runs.map((run) => readRun(event, run));
  const reasons = (of: "denied" | "stop"): string | null => {
    const said = each.flatMap((one) => one[of] ?? []);
    return said.length === 0 ? null : said.join("\n");
  };
  return {
    denied: reasons("denied"),
    stop: reasons("stop"),
    input: each.findLast(({ input }) => input !== null)?.input ?? null,
    output: each.findLast(({ output }) => output !== null)?.output ?? null,
    told: each.flatMap(({ told }) => told),
    remarks: each.flatMap(({ remarks }) => remarks),
  };
}

function readRun(event: HookEvent, { end, stdout, stderr }: HookRun): HookRuling {
  if ("failed" in end) return failing(event, end.failed);
  const words = Heard.parse(stderr.trim());
  if (end.exitCode === 2) return blocked(event, words === "" ? "it gave no reason" : words);
  const printed = stdout.trim();
  const json = printed.startsWith("{") ? readJson(event, printed) : null;
  if (json === "garbage") return failing(event, "it printed JSON that cannot be read");
  const heard = json === null ? NO_RULING : readAnswer(event, json);
  if (end.exitCode !== 0) {
    const failed = failing(event, `it exited ${end.exitCode}${words === "" ? "" : `: ${words}`}`);
    return {
      ...heard,
      denied: heard.denied ?? failed.denied,
      remarks: [...heard.remarks, ...failed.remarks],
    };
  }
  if (json !== null || printed === "" || !PLAIN_WORDS.includes(event)) return heard;
  return { ...NO_RULING, told: [Heard.parse(printed)] };
}

function failing(event: HookEvent, because: string): HookRuling {
  if (event === "PreToolUse") return { ...NO_RULING, denied: `the guard failed: ${because}` };
  return { ...NO_RULING, remarks: [because] };
}

function blocked(event: HookEvent, because: string): HookRuling {
  if (REFUSABLE.includes(event)) return { ...NO_RULING, denied: because };
  if (FEEDBACK.includes(event)) return { ...NO_RULING, told: [because] };
  return { ...NO_RULING, remarks: [because] };
}

function readJson(event: HookEvent, printed: string): HookJson | "garbage" {
  try {
    const { data } = HookJson.safeParse(JSON.parse(printed));
    const about = data?.hookSpecificOutput?.hookEventName ?? event;
    return data === undefined || about !== event ? "garbage" : data;
  } catch {
    return "garbage";
  }
}

function readAnswer(event: HookEvent, json: HookJson): HookRuling {
  const { hookSpecificOutput: specific = {}, reason = "it gave no reason" } = json;
  const base = json.decision === "block" ? blocked(event, reason) : NO_RULING;
  const refusal = event === "PreToolUse" ? refusalOf(specific) : null;
  return {
    ...base,
    denied: base.denied ?? refusal,
    stop: json.continue === false ? (json.stopReason ?? "a hook said so") : null,
    input: event === "PreToolUse" ? (specific.updatedInput ?? null) : null,
    output: event === "PostToolUse" ? (specific.updatedToolOutput ?? null) : null,
    told: [...base.told, ...(specific.additionalContext ? [specific.additionalContext] : [])],
    remarks: [...base.remarks, ...(json.systemMessage ? [json.systemMessage] : [])],
  };
}

/** Whoever asks at night is told no: there is nobody to answer. */
function refusalOf(specific: NonNullable<HookJson["hookSpecificOutput"]>): string | null {
  const { permissionDecision, permissionDecisionReason = "it gave no reason" } = specific;
  if (permissionDecision === "deny") return permissionDecisionReason;
  if (permissionDecision === "ask" || permissionDecision === "defer")
    return `a human would have to allow it, and nobody is there: ${permissionDecisionReason}`;
  return null;
}
