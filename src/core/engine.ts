/** Which engine works, as the owner writes it and as a brief carries it. Starts none. */

import * as z from "zod";

/** What works on a milestone. Whatever it is, the court judges its patch, never its word. */
export const EngineChoice = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("anthropic") }),
  z.strictObject({ by: z.literal("claude"), account: z.enum(["key", "subscription"]) }),
  z.strictObject({ by: z.literal("command"), command: z.string().min(1) }),
  z.strictObject({ by: z.literal("acp"), command: z.string().min(1) }),
]);
export type EngineChoice = z.infer<typeof EngineChoice>;

/** The engine as its owner writes it: a name, or one of these. */
const EngineMapping = z
  .strictObject({
    claude: z
      .enum(["key", "subscription"])
      .optional()
      .describe(
        "`claude -p`: by your API key, as `engine: claude` says too, or by your subscription. That one has no dollars: tokens and minutes cap it, and attempts go one at a time.",
      ),
    acp: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Command line of an agent that speaks the Agent Client Protocol, such as `claude-agent-acp`.",
      ),
    command: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Any command line: the brief comes on standard input, the checkout is its folder. Exit code 0: it is done; 20: its last line is a question to you.",
      ),
  })
  .meta({ minProperties: 1, maxProperties: 1 });

export const EngineAsWritten = z
  .union(
    [z.enum(["anthropic", "claude"]), EngineMapping.refine((mapping) => Object.keys(mapping).length === 1)],
    "anthropic, claude, or a mapping with one of claude (key or subscription), acp and command",
  )
  .default("anthropic")
  .transform((written): EngineChoice => {
    if (written === "anthropic") return { by: "anthropic" };
    if (written === "claude") return { by: "claude", account: "key" };
    const { claude, acp, command } = written;
    if (acp !== undefined) return { by: "acp", command: acp };
    return command === undefined ? { by: "claude", account: claude ?? "key" } : { by: "command", command };
  });

/** Then nothing is paid for by the token, and dollars say nothing. */
export function paidBySubscription(engine: EngineChoice): boolean {
  return engine.by === "claude" && engine.account === "subscription";
}
