/** The parts a demo milestone is told with: its section of the roadmap, and what is done in each attempt. Plays nothing. */

import { aTurn, type Script, type Turn } from "#rehearsal/model/script.ts";

type Tool = Turn["tools"][number];

/** One milestone of the demo. `attempts[0]` is the first attempt; the last one also plays for all after it. */
export type Plot = {
  readonly id: string;
  /** Its section of ROADMAP.md, from the heading to the last criterion. */
  readonly section: string;
  readonly attempts: readonly (readonly Turn[])[];
};

export function entriesOf({ id, attempts }: Plot): Script["milestones"] {
  return attempts.map((turns, index) => ({
    milestone: id,
    attempt: index + 1,
    phase: "work",
    turns: [...turns],
  }));
}

/** One turn: a sentence, and the tools it calls, in order. */
export function turn(text: string, ...tools: Tool[]): Turn {
  return aTurn({ text, tools });
}

export function read(file_path: string): Tool {
  return { name: "read", input: { file_path } };
}

export function grep(pattern: string): Tool {
  return { name: "grep", input: { pattern } };
}

export function write(file_path: string, content: string): Tool {
  return { name: "write", input: { file_path, content } };
}

export function edit(file_path: string, old_string: string, new_string: string): Tool {
  return { name: "edit", input: { file_path, old_string, new_string } };
}

export function bash(command: string): Tool {
  return { name: "bash", input: { command } };
}

export function done(summary: string): Tool {
  return { name: "finish", input: { status: "done", summary } };
}

export function ask(summary: string, question: string): Tool {
  return { name: "finish", input: { status: "blocked", summary, question } };
}
