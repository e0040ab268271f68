/** What every engine that is a program of its own runs in: the sandbox, the checkout, and the pass in the key's place. Decides nothing. */

import { type Books, GRACE, type Stage } from "#adapters/engines/attempt.ts";
import { type Inside, type Program, startInside } from "#adapters/engines/inside.ts";
import { allowedEnvironment } from "#adapters/sandbox/environment.ts";
import type { Sandbox } from "#ports/sandbox.ts";

export type Surroundings = {
  sandbox: () => Promise<Sandbox>;
  /** PATH of the program. */
  path: string;
  /** Its HOME, which it may write to. */
  home: string;
  /** The key's proxy. Null: there is no key, and no way to a model. */
  model: { url: string; pass: string; books: Books } | null;
};

/** Exit code of a shell that does not find the program. */
export const NOT_FOUND = 127;

/** Read by programs of Anthropic's, and by others who follow them. None of these is a secret. */
const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_AUTOUPDATER: "1",
  // In memory: nothing that an earlier program left in HOME is taken for settings.
  CLAUDE_CONFIG_DIR: "/tmp/claude",
} as const;

/** `pass`: under which names the program looks for its key. */
export async function startProgram(
  { sandbox, path, home, model }: Surroundings,
  { brief, workspace }: Stage,
  program: Pick<Program, "script" | "files"> & { pass?: string; readable?: readonly string[] },
): Promise<Inside> {
  const { pass = "ANTHROPIC_API_KEY", ...rest } = program;
  const models = ["ANTHROPIC_MODEL", "ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"];
  const extra = {
    ...QUIET,
    ...Object.fromEntries(models.map((name) => [name, brief.model])),
    ...(model === null ? {} : { [pass]: model.pass }),
  };
  return await startInside(await sandbox(), {
    ...rest,
    directory: workspace.directory,
    writable: [workspace.directory, home],
    environment: allowedEnvironment({ path, home, extra }),
    seconds: brief.limits.seconds + GRACE / 1_000,
    model: model?.url ?? null,
  });
}
