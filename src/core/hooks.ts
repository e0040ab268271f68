/**
 * The owner's hooks as data, in Claude Code's contract: which commands run at which event. Starts none of them.
 * Only `command` hooks are run; a guard of another kind is an error, because a guard that does not run lets all pass.
 */

import * as z from "zod";
import type { Diagnostic } from "#core/errors.ts";

/** The events that come in Daybreak's own loop, or may come in the loop of an engine it drives. */
export const HOOK_EVENTS = [
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "Stop",
  "SessionStart",
  "SessionEnd",
  "UserPromptSubmit",
  "FileChanged",
  "PreCompact",
  "SubagentStop",
] as const;
const HookEvent = z.enum(HOOK_EVENTS);
export type HookEvent = z.infer<typeof HookEvent>;

/** Seconds a hook may take that names no limit of its own. A session that ends waits for nobody. */
const USUAL_SECONDS = 60;
const SECONDS: Partial<Record<HookEvent, number>> = { SessionEnd: 1.5 };

/** Seconds no hook may exceed, whatever it names: the night goes on meanwhile. */
const MOST_SECONDS = 600;

/** Where a matcher says nothing: these events have no subject to compare it with. */
const WITHOUT_MATCHER: readonly HookEvent[] = ["UserPromptSubmit", "Stop"];

export type Hook = {
  event: HookEvent;
  matcher: string;
  /** The tool of its `if`, such as `Bash` of `Bash(git *)`. The rest of it is not read: it runs rather too often. */
  tool: string | null;
  command: string;
  /** Given: `command` is a program and no shell is asked. */
  args: string[] | null;
  seconds: number;
};

const Handler = z.looseObject({
  type: z.string(),
  command: z.string().min(1).optional(),
  args: z.array(z.string()).optional(),
  timeout: z.number().positive().optional(),
  if: z.string().optional(),
  shell: z.string().optional(),
});
type Handler = z.infer<typeof Handler>;

const Group = z.looseObject({ matcher: z.string().optional(), hooks: z.array(Handler) });

/** The whole file has many more keys, and they are the business of others. */
const Settings = z.looseObject({
  disableAllHooks: z.boolean().optional(),
  hooks: z.record(z.string(), z.array(Group)).optional(),
});

/** Reads the hooks out of the text of a `settings.json`. Everything wrong is reported at once. */
export function parseHooks(text: string, file: string): { hooks: Hook[]; diagnostics: Diagnostic[] } {
  const settings = Settings.safeParse(jsonOf(text));
  if (!settings.success) {
    const diagnostics = settings.error.issues.map(({ path, message }) =>
      wrongHook(file, path.length === 0 ? "it is no JSON object" : `\`${path.join(".")}\`: ${message}`),
    );
    return { hooks: [], diagnostics };
  }
  const { disableAllHooks = false, hooks: groups = {} } = settings.data;
  if (disableAllHooks) return { hooks: [], diagnostics: [] };
  const read = Object.entries(groups).flatMap(([event, ofEvent]) =>
    ofEvent.flatMap(({ matcher = "", hooks }) =>
      hooks.map((handler) => readHandler({ event, matcher, handler, file })),
    ),
  );
  return {
    hooks: read.flatMap((one) => ("hook" in one ? [one.hook] : [])),
    diagnostics: read.flatMap((one) => ("diagnostic" in one ? [one.diagnostic] : [])),
  };
}

/** The hooks that run, each once, in the order of the file. `subject`: a tool, a source or a file's name. */
export function hooksFor(hooks: readonly Hook[], event: HookEvent, subject: string | null): Hook[] {
  const matching = hooks.filter(
    (hook) =>
      hook.event === event &&
      (WITHOUT_MATCHER.includes(event) || subject === null || matches(hook.matcher, subject)) &&
      (hook.tool === null || hook.tool === subject),
  );
  const same = ({ command, args }: Hook): string => JSON.stringify([command, args]);
  return [...new Map(matching.toReversed().map((hook) => [same(hook), hook])).values()].toReversed();
}

/**
 * Nothing or `*` is everything; letters, digits and ` ,|-_` are names, parted by `|` or `,`; anything else is a regular
 * expression that may match anywhere. Case counts.
 */
export function matches(matcher: string, subject: string): boolean {
  if (matcher === "" || matcher === "*") return true;
  if (!/^[\w ,|-]*$/.test(matcher)) return new RegExp(matcher).test(subject);
  return matcher.split(/[|,]/).some((name) => name.trim() === subject);
}

function readHandler(given: { event: string; matcher: string; handler: Handler; file: string }) {
  const { matcher, handler, file } = given;
  const { data: event } = HookEvent.safeParse(given.event);
  if (event === undefined) return { diagnostic: idle(file, `the event ${given.event} never comes here`) };
  if (!isPattern(matcher))
    return { diagnostic: wrongHook(file, `the matcher \`${matcher}\` is no regular expression`) };
  const { type, command, args = null, timeout = SECONDS[event] ?? USUAL_SECONDS, shell = "bash" } = handler;
  if (type !== "command" || command === undefined || shell !== "bash") {
    const what = `a ${event} hook of type ${type}${shell === "bash" ? "" : ` for ${shell}`} cannot be run here`;
    return { diagnostic: event === "PreToolUse" ? wrongHook(file, what) : idle(file, what) };
  }
  const tool = /^\w+/.exec(handler.if ?? "")?.[0] ?? null;
  const hook: Hook = { event, matcher, tool, command, args, seconds: Math.min(timeout, MOST_SECONDS) };
  return { hook };
}

function isPattern(matcher: string): boolean {
  try {
    matches(matcher, "");
    return true;
  } catch {
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return null;
  }
}

/** Counts as an error of the policy: nothing starts while a guard cannot be read. */
function wrongHook(file: string, message: string): Diagnostic {
  const remedy = "Write hooks of type `command`, as Claude Code documents them, or remove this one.";
  return { file, line: 1, column: 1, code: "POLICY_HOOKS", severity: "error", message, remedy };
}

function idle(file: string, message: string): Diagnostic {
  const remedy = "Nothing is to be done: it is passed over.";
  return { file, line: 1, column: 1, code: "HOOK_IDLE", severity: "warning", message, remedy };
}
