/** Our tools in the words of Claude Code, whose names and inputs an owner's hooks know. Translates, runs nothing. */

import { resolve } from "node:path";

export type Input = Record<string, unknown>;

/** Name and fields of each tool there. `finish` has no counterpart: the event of its kind is Stop. */
const TOOLS: Readonly<Record<string, { name: string; fields: readonly string[] }>> = {
  bash: { name: "Bash", fields: ["command", "timeout", "description"] },
  read: { name: "Read", fields: ["file_path", "offset", "limit"] },
  write: { name: "Write", fields: ["file_path", "content"] },
  edit: { name: "Edit", fields: ["file_path", "old_string", "new_string", "replace_all"] },
  glob: { name: "Glob", fields: ["pattern", "path"] },
  grep: { name: "Grep", fields: ["pattern", "path"] },
};

/** Their timeouts are milliseconds, ours are seconds. */
const MILLISECONDS = 1_000;

/** Null for a tool hooks do not know. Paths are absolute there, whatever the model wrote. */
export function toClaude(
  tool: string,
  input: Input,
  directory: string,
): { name: string; input: Input } | null {
  const known = TOOLS[tool];
  if (!known) return null;
  const { view_range: range, ...rest } = input;
  const { file_path: file, path, timeout } = rest;
  return {
    name: known.name,
    input: {
      ...rest,
      ...(typeof file === "string" ? { file_path: resolve(directory, file) } : {}),
      ...(typeof path === "string" ? { path: resolve(directory, path) } : {}),
      ...(typeof timeout === "number" ? { timeout: timeout * MILLISECONDS } : {}),
      ...(Array.isArray(range) ? rangeTo(range) : {}),
    },
  };
}

/** An input that a hook wrote, as our tool takes it. Fields that Claude Code's tool alone has are left out. */
export function fromClaude(tool: string, input: Input): Input {
  const fields = TOOLS[tool]?.fields ?? [];
  const kept: Input = Object.fromEntries(Object.entries(input).filter(([name]) => fields.includes(name)));
  const { offset, limit, timeout, ...rest } = kept;
  return {
    ...rest,
    ...(typeof timeout === "number" ? { timeout: Math.ceil(timeout / MILLISECONDS) } : {}),
    ...(typeof offset === "number" || typeof limit === "number"
      ? { view_range: rangeFrom(offset, limit) }
      : {}),
  };
}

/** `tool_response` of PostToolUse. Our tools answer in one text, so that is what the fields of theirs are filled with. */
export function claudeResponse(name: string, input: Input, output: unknown): Input {
  if (name === "Bash") return { stdout: output, stderr: "", interrupted: false, isImage: false };
  if (name === "Write" || name === "Edit") return { filePath: input.file_path, success: true };
  return { content: output };
}

function rangeTo([first, last]: unknown[]): Input {
  if (typeof first !== "number" || typeof last !== "number") return {};
  return last < first ? { offset: first } : { offset: first, limit: last - first + 1 };
}

function rangeFrom(offset: unknown, limit: unknown): [number, number] {
  const first = typeof offset === "number" ? offset : 1;
  return [first, typeof limit === "number" ? first + limit - 1 : -1];
}
