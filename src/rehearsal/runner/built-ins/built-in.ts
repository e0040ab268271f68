/** What a built-in action is given. Types, and reading of inputs; nothing happens here. */

import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { LiveJob } from "../live.ts";

/** Throws an Error whose message is what the step fails with. */
export type BuiltIn = (use: BuiltInUse) => Promise<void>;

export type BuiltInUse = {
  live: LiveJob;
  signal: AbortSignal;
  /** The filled `with:`, names in lower case, values trimmed. */
  inputs: Readonly<Record<string, string>>;
  output: (name: string, value: string) => void;
};

/** A YAML 1.2 boolean, as the toolkit reads it. */
export function flag(use: BuiltInUse, name: string, fallback: boolean): boolean {
  const value = use.inputs[name] ?? "";
  if (value === "") return fallback;
  if (/^(true|True|TRUE)$/.test(value)) return true;
  if (/^(false|False|FALSE)$/.test(value)) return false;
  throw new Error(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}`);
}

/** A path as steps mean it: below the workspace, `~` is the job's home. */
export function placeOf(live: LiveJob, path: string): string {
  if (path === "~" || path.startsWith("~/")) return join(live.fixed.HOME ?? homedir(), path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(live.workspace, path);
}

/** Where the artifacts of a run are kept, one folder per name. */
export function artifactsOf(live: LiveJob): string {
  return join(live.machine.directory, String(live.run), "artifacts");
}
