/** The owner's rules in force: the file, its defaults and what the repository adds. Agents cannot change them. Reads no file. */

import { paidBySubscription } from "#core/engine.ts";
import type { PolicyFile, Start } from "#core/policy-file.ts";
import { PROTECTED_PATHS } from "#core/policy-paths.ts";

/** The rolling branch of `land: next`: what has landed there waits for one promotion. */
export const NEXT = "daybreak/next";

/** The policy in force: the file, its defaults, and the commands that were detected where none were given. */
export type Policy = Omit<PolicyFile, "branch" | "needs-human" | "start" | "setup" | "build" | "test"> & {
  branch: string;
  "needs-human": "hold" | "land";
  start: Start | null;
  setup: readonly string[];
  build: readonly string[];
  test: readonly string[];
};

/** What reading the repository adds to the policy file. */
export type Detected = {
  defaultBranch: string;
  setup: readonly string[];
  build: readonly string[];
  test: readonly string[];
};

export function policyFrom(file: PolicyFile, detected: Detected): Policy {
  return {
    ...file,
    branch: file.land === "next" ? NEXT : (file.branch ?? detected.defaultBranch),
    // What nobody reviewed before it lands on the default branch waits for a human; a promotion is that review.
    "needs-human": file["needs-human"] ?? (file.land === "next" ? "land" : "hold"),
    // A subscription is one person's: its window is not for several at once.
    parallel: paidBySubscription(file.engine) ? 1 : file.parallel,
    start: file.start ?? null,
    setup: file.setup ?? detected.setup,
    build: file.build ?? detected.build,
    test: file.test ?? detected.test,
  };
}

/** The commands that must be green on the very tree that lands. Empty means: nothing may start. */
export function gateCommands({ build, test }: Pick<Policy, "build" | "test">): string[] {
  return [...build, ...test];
}

/** All protected globs: the house's, the owner's, and the files that are rendered rather than written. */
export function protectedGlobs(policy: Pick<Policy, "protected" | "roadmap" | "changelog">): string[] {
  return [...PROTECTED_PATHS, policy.roadmap, ...changelogGlobs(policy), ...policy.protected];
}

/** Where none is asked for, it is kept only if it exists: whoever reads the repository knows. */
function changelogGlobs({ changelog }: Pick<Policy, "changelog">): string[] {
  if (typeof changelog === "string") return [changelog];
  return changelog === true ? ["CHANGELOG.md"] : [];
}

/** The ceiling of one attempt in US dollars: the milestone's budget, shared evenly by its attempts. */
export function ceilingOf({ budget, attempts }: Pick<Policy, "budget" | "attempts">): number {
  return Math.floor((budget.milestone / attempts) * 100) / 100;
}
