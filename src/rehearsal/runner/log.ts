/** The log of one job: every line masked, workflow commands obeyed. Never prints a secret it was told of. */

import { closeSync, openSync, writeSync } from "node:fs";
import { parseCommand } from "./commands.ts";
import type { Masks } from "./masks.ts";

export type JobLog = {
  say(line: string): void;
  /** A reader of one process's output: call it line by line. */
  listen(): (line: string) => void;
  close(): void;
};

/** Commands that once wrote outputs, variables and paths from any line of output; environment files replaced them. */
const DISABLED = ["set-output", "save-state", "set-env", "add-path"];

export function openLog(path: string, masks: Masks): JobLog {
  const file = openSync(path, "a");
  let open = true;
  const say = (line: string) => {
    if (open) writeSync(file, `${masks.clean(line)}\n`);
  };
  return {
    say,
    listen() {
      let resumeAt: string | null = null;
      return (line) => {
        const command = parseCommand(line);
        if (command === null || resumeAt !== null) {
          if (command?.name === resumeAt?.toLowerCase()) resumeAt = null;
          return say(line);
        }
        if (command.name === "stop-commands") resumeAt = command.value;
        else if (command.name === "add-mask") masks.add(command.value);
        else say(spoken(command.name, command.value, line));
      };
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

function spoken(name: string, value: string, line: string): string {
  if (DISABLED.includes(name))
    return `warning: The \`${name}\` command is disabled. Use an environment file.`;
  if (["error", "warning", "notice", "debug"].includes(name)) return `${name}: ${value}`;
  if (name === "group") return `> ${value}`;
  return name === "endgroup" ? "<" : line;
}
