/** What the parts of a calibration share: how commits are judged, what is told meanwhile, and rooms. Judges nothing. */

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "#adapters/git/git.ts";
import { NETWORK_VARIABLES } from "#adapters/sandbox/environment.ts";
import type { BuiltCommit, JudgedCommit, SkippedCommit } from "#core/calibration.ts";
import type { Sha } from "#core/milestone.ts";
import type { Sandbox } from "#ports/sandbox.ts";
import type { OwnersPolicy } from "#src/calibrate/case.ts";
import type { Records } from "#src/calibrate/record.ts";

export type CalibrationEvent =
  | { kind: "started"; sandbox: string; keep: string }
  | { kind: "judging" | "building"; at: number; of: number; commit: Sha; subject: string }
  | { kind: "judged"; at: number; of: number; judged: JudgedCommit; known: boolean }
  | { kind: "skipped"; skipped: SkippedCommit }
  | { kind: "capped"; commits: number; budget: number; each: number }
  | { kind: "built"; at: number; of: number; built: BuiltCommit; known: boolean };

export type OnProgress = (event: CalibrationEvent) => void;

/** What every commit is judged with. */
export type World = {
  source: Git;
  owners: OwnersPolicy;
  sandbox: Sandbox;
  records: Records;
  /** What decides about every result alike. */
  rules: readonly unknown[];
  path: string;
  onProgress: OnProgress;
};

/** A folder that is gone afterwards, whatever the commands in it left there. */
export async function inRoom<Result>(use: (room: string) => Promise<Result>): Promise<Result> {
  const room = await mkdtemp(join(await realpath(tmpdir()), "daybreak-calibrate-"));
  try {
    return await use(room);
  } finally {
    await rm(room, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The same sandbox, in which commands that may use the network also know the machine's way out. */
export function withWayOut(
  sandbox: Sandbox,
  environment: Readonly<Record<string, string | undefined>>,
): Sandbox {
  const way = NETWORK_VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    name: sandbox.name,
    run: (command) =>
      sandbox.run(
        command.network === "open"
          ? { ...command, environment: { ...command.environment, ...Object.fromEntries(way) } }
          : command,
      ),
  };
}
