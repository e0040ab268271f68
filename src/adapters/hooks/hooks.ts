/**
 * The owner's hooks of one attempt: read from base by trusted git, run from a read-only copy of base. What a workspace
 * holds in their place is never read. They run outside the sandbox, so nothing of ours is in their environment.
 */

import { chmod, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { readText, treeOf } from "#adapters/git/objects.ts";
import { checkOut } from "#adapters/git/writing.ts";
import { runHook } from "#adapters/hooks/command.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import { type Diagnostic, Failure } from "#core/errors.ts";
import { ruleOn } from "#core/hook-ruling.ts";
import { type Hook, hooksFor, parseHooks } from "#core/hooks.ts";
import type { Sha } from "#core/milestone.ts";
import type { Hooks } from "#ports/hooks.ts";

/** The one settings file that is versioned with the repository; a `settings.local.json` is nobody's at night. */
export const SETTINGS_PATH = ".claude/settings.json";

/** `files` is what may stay of a file's mode, `folders` is the mode of folders. */
const READ_ONLY = { files: 0o555, folders: 0o555 };
const WRITABLE = { files: 0o777, folders: 0o755 };

/** The hooks as they are at this tree, and what is wrong with them. */
export async function readHooks(
  git: Git,
  tree: string,
): Promise<{ hooks: Hook[]; diagnostics: Diagnostic[] }> {
  const text = await readText(git, tree, SETTINGS_PATH);
  return text === null ? { hooks: [], diagnostics: [] } : parseHooks(text, SETTINGS_PATH);
}

/**
 * Null when base has none. `room`: a folder of the hooks' own, not there yet, that no workspace and no sandbox can
 * write to.
 * @throws Failure POLICY_INVALID when a guard cannot be read: an attempt without it would be unguarded.
 */
export async function openHooks(given: {
  git: Git;
  base: Sha;
  room: string;
  /** PATH of the hooks. */
  path: string;
  /** Absolute path of the checkout the engine works in: what the hooks are told of, never where they run. */
  workspace: string;
  session: string;
  /** Absolute path of the transcript. */
  transcript: string;
}): Promise<Hooks | null> {
  const { git, base, room, path, workspace, session, transcript } = given;
  const { hooks, diagnostics } = await readHooks(git, base);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0)
    throw new Failure("POLICY_INVALID", `the hooks of ${SETTINGS_PATH} cannot be read`, {
      diagnostics: errors,
    });
  if (hooks.length === 0) return null;
  const { project, home, temporary } = await furnish(room, git, base);
  const environment = { ...allowedEnvironment({ path, home, temporary }), CLAUDE_PROJECT_DIR: project };
  // `dontAsk` is Claude Code's own name for a session that nobody watches.
  const common = {
    session_id: session,
    transcript_path: transcript,
    cwd: workspace,
    permission_mode: "dontAsk",
  };
  return {
    async fire(event, subject, fields, signal) {
      const wanted = hooksFor(hooks, event, subject);
      if (wanted.length === 0) return null;
      const input = JSON.stringify({ ...common, hook_event_name: event, ...fields });
      const runs = wanted.map((hook) => runHook(hook, input, { project, environment, signal }));
      return ruleOn(event, await Promise.all(runs));
    },
    async close() {
      // Nobody but root could delete from a folder that is read-only.
      await setModes(project, WRITABLE);
      await rm(room, { recursive: true, force: true });
    },
  };
}

/** A home of its own: the sandbox's may hold what a worker left in it. */
async function furnish(room: string, git: Git, base: Sha) {
  const [project, home, temporary] = [join(room, "project"), join(room, "home"), join(room, "tmp")];
  for (const folder of [project, home, temporary]) await mkdir(folder, { recursive: true });
  await checkOut(git, await treeOf(git, base), project);
  await setModes(project, READ_ONLY);
  return { project, home, temporary };
}

/** Folders last, from the inside out: in a read-only one nothing can be changed, and nothing added. */
async function setModes(folder: string, { files, folders }: typeof READ_ONLY): Promise<void> {
  await chmod(folder, WRITABLE.folders);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await setModes(path, { files, folders });
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & files);
  }
  await chmod(folder, folders);
}
