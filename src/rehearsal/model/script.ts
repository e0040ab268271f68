/** The script of the scripted model: what it says in each turn, and what goes wrong before it says it. Plays nothing. */

import * as z from "zod";
import { Failure } from "#core/errors.ts";

/** Something that happens once instead of the turn; the next request for the same turn gets the next fault, then the turn. */
const Fault = z.union([
  z
    .strictObject({
      status: z.int().min(400).max(599),
      type: z.string().min(1),
      message: z.string().optional(),
      code: z
        .string()
        .optional()
        .describe("`error.details.error_code`, such as enforced_spend_limit_reached."),
      retryAfter: z.number().nonnegative().optional().describe("Seconds, sent as `retry-after`."),
      headers: z
        .record(z.string(), z.string())
        .optional()
        .describe("Further headers, such as `anthropic-ratelimit-unified-reset`."),
    })
    .describe("An HTTP error."),
  z
    .strictObject({ error: z.string().min(1), message: z.string().optional() })
    .describe("The stream starts, then an error event of this type ends it."),
  z
    .strictObject({ cut: z.union([z.literal("afterTool"), z.literal("midTool"), z.int().nonnegative()]) })
    .describe(
      "The connection breaks within the first tool's input, or after that many bytes of the stream; `afterTool` ends it in good order after the first whole tool.",
    ),
  z
    .strictObject({ stall: z.number().nonnegative() })
    .describe("The stream starts, sends pings for that many seconds and then breaks."),
  z.strictObject({ refusal: z.string().min(1) }).describe("A refusal of this category."),
]);
export type Fault = z.infer<typeof Fault>;

const Turn = z.strictObject({
  thinking: z.string().optional(),
  text: z.string().optional(),
  tools: z
    .array(z.strictObject({ name: z.string().min(1), input: z.record(z.string(), z.unknown()) }))
    .default([]),
  stopReason: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Default: tool_use if there are tools, else end_turn. With max_tokens the last tool is cut in half.",
    ),
  usage: z
    .strictObject({
      inputTokens: z.int().nonnegative(),
      outputTokens: z.int().nonnegative(),
      cacheReadTokens: z.int().nonnegative(),
      cacheWriteTokens: z.int().nonnegative(),
    })
    .partial()
    .default({})
    .describe("Replaces what is otherwise counted from the bytes."),
  faults: z.array(Fault).default([]).describe("Each plays once, in order, then the turn itself."),
});
export type Turn = z.infer<typeof Turn>;

const Entry = z.strictObject({
  milestone: z.string().min(1),
  attempt: z.int().positive().default(1).describe("Plays for this attempt and later ones without an entry."),
  phase: z
    .string()
    .regex(/^[\w-]+$/)
    .default("work")
    .describe(
      "`analyse`, `research`, `plan`, `execute` or `test`; with `-2` and so on where a conversation of the phase grew too long and another goes on; `scout-1` and so on for the questions of `look_into`; `opinion`. `work` plays in `execute`. A phase without an entry is concluded at once, with as little as it takes.",
    ),
  turns: z.array(Turn),
});

export const ScriptSchema = z
  .strictObject({
    version: z.literal(1),
    key: z.string().min(1).optional().describe("The only key that is accepted. Default: any but `wrong`."),
    models: z.array(z.string().min(1)).optional().describe("The only models that exist. Default: any."),
    milestones: z.array(Entry),
    otherwise: z
      .strictObject({ turns: z.array(Turn) })
      .optional()
      .describe("Plays for milestones the script does not name. Default: it asks for an entry."),
  })
  .superRefine(({ milestones }, refuse) => {
    const seen = new Set<string>();
    for (const [index, { milestone, attempt, phase }] of milestones.entries()) {
      const name = `${milestone} · attempt ${attempt} · phase ${phase}`;
      if (seen.has(name)) {
        refuse.addIssue({
          code: "custom",
          path: ["milestones", index],
          message: `a second entry for ${name}`,
        });
      }
      seen.add(name);
    }
  })
  .describe("A script of the scripted model: keyed by milestone, attempt and phase.");

export type Script = z.infer<typeof ScriptSchema>;
/** A script as it is written: everything with a default may be left out. */
export type ScriptFile = z.input<typeof ScriptSchema>;

/** A turn of which only some is said. */
export function aTurn(turn: Partial<Turn>): Turn {
  return { tools: [], usage: {}, faults: [], ...turn };
}

/** A turn that writes whole files, then says that it is done. */
export function finishTurn(files: Readonly<Record<string, string>>, summary: string): Turn {
  const writes = Object.entries(files).map(([file_path, content]) => ({
    name: "write",
    input: { file_path, content },
  }));
  return aTurn({ tools: [...writes, { name: "finish", input: { status: "done", summary } }] });
}

/** Reads a script. Everything wrong with it is named in one failure, each with its path. */
export function readScript(text: string): Script {
  return scriptFrom(parsed(text));
}

export function scriptFrom(value: unknown): Script {
  const read = ScriptSchema.safeParse(value);
  if (read.success) return read.data;
  const wrong = read.error.issues.map(({ path, message }) => `  ${path.join(".") || "(top)"}: ${message}`);
  throw new Failure(
    "SCRIPT_INVALID",
    ["The script of the scripted model is not valid:", ...wrong].join("\n"),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure("SCRIPT_INVALID", `The script of the scripted model is not JSON: ${String(cause)}`, {
      cause,
    });
  }
}
