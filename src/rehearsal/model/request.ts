/** A Messages API request as the scripted model reads it. Keeps what it does not know, refuses what the service refuses. */

import * as z from "zod";

const Block = z.looseObject({ type: z.string(), cache_control: z.unknown().optional() });
export type Block = z.infer<typeof Block>;

const Message = z.looseObject({
  role: z.enum(["user", "assistant", "system"]),
  content: z.union([z.string(), z.array(Block)]),
});

export const MessagesRequest = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().positive().optional(),
  stream: z.boolean().optional(),
  system: z.union([z.string(), z.array(Block)]).optional(),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
  messages: z.array(Message).min(1),
  cache_control: z.unknown().optional(),
  thinking: z.looseObject({ type: z.string() }).optional(),
  tool_choice: z.looseObject({ type: z.string() }).optional(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

export function blocksOf(content: string | Block[]): Block[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** How many answers the conversation already holds: the number of the turn to play. */
export function turnsPlayed({ messages }: MessagesRequest): number {
  return messages.filter(({ role }) => role === "assistant").length;
}

/** The texts of the first user message. Programs put reminders of their own before what they were told. */
export function openingOf({ messages }: MessagesRequest): string[] {
  const first = messages.find(({ role }) => role === "user");
  return (first ? blocksOf(first.content) : []).flatMap(({ text }) =>
    typeof text === "string" ? [text] : [],
  );
}

/** What the service answers 400 to although the shape is right. Null: nothing is wrong. */
export function objectionTo(request: MessagesRequest): string | null {
  if (request.max_tokens === undefined) return "max_tokens: Field required";
  for (const name of ["temperature", "top_p", "top_k"]) {
    if (request[name] !== undefined) return `${name}: not supported by this version of the API`;
  }
  if (request.tool_choice && ["any", "tool"].includes(request.tool_choice.type)) {
    return "tool_choice: forcing a tool is not supported by this model";
  }
  return pairingObjection(request);
}

/** Every tool_use has its tool_result in the very next message, and no result comes without its call. */
function pairingObjection({ messages }: MessagesRequest): string | null {
  let open: string[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = blocksOf(content);
    // Between the others, and never an answer to them: `claude` sends one that says nothing.
    if (role === "system") continue;
    if (blocks.length === 0) return `messages.${index}: content must not be empty`;
    const answered = idsOf(blocks, "tool_result", "tool_use_id");
    const unanswered = open.find((id) => !answered.includes(id));
    if (unanswered) return `messages.${index}: tool_use ${unanswered} has no tool_result right after it`;
    const unasked = answered.find((id) => !open.includes(id));
    if (unasked) return `messages.${index}: tool_result ${unasked} answers no tool_use of the message before`;
    open = role === "assistant" ? idsOf(blocks, "tool_use", "id") : [];
  }
  return open.length > 0 ? `messages: tool_use ${open.join(", ")} has no tool_result` : null;
}

function idsOf(blocks: readonly Block[], type: string, key: string): string[] {
  return blocks.filter((block) => block.type === type).map((block) => String(block[key]));
}
