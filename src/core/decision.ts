/** Every effect Daybreak can ever have on the world. If it is not in this union, it cannot happen. */

import type { Assignment } from "#core/brief.ts";
import type { Finding } from "#core/evidence.ts";
import type { NightName } from "#core/journal.ts";
import type { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import type { Spend } from "#core/outcome.ts";

/** Which attempt at which contract a decision is about. */
export type Subject = { milestone: MilestoneId; slug: Slug; attempt: number; spec: Spec };

/** A claim to be made: the matrix entry, and what it may cost. */
export type Claim = Assignment & { milestone: MilestoneId; ceiling: number };

export type Decision =
  /** Claims all attempts of a cycle and sets their ceilings aside, in one push. */
  | { do: "assign"; assignments: Claim[] }
  /** Writes the receipt of an attempt; `as: "pull"` also pushes its commit and opens the pull request. */
  | (Subject & {
      do: "publish";
      as: "pull" | "rejected" | "blocked" | "lost";
      base: Sha;
      /** The staged tree; null unless `as` is "pull". */
      tree: Sha | null;
      because: string[];
      /** The question to a human, with `as: "blocked"`. */
      ask: string | null;
      /** What holds the whole night, if anything does. */
      code: string | null;
      spend: Spend;
      findings: Finding[];
    })
  /** Opens the pull request of a commit whose job died after pushing it. */
  | (Subject & { do: "open"; head: Sha })
  /** Restacks a pull request's change on the landing branch. `again` > 0 gives a head whose checks were cut off a fresh one. */
  | (Subject & { do: "stage"; pull: number; head: Sha; onto: Sha; again: number })
  /** Records what `verify` found as a status on the head. */
  | { do: "attest"; milestone: MilestoneId; head: Sha; green: boolean; because: string }
  /** Moves the landing branch to exactly the tested commit. */
  | (Subject & { do: "land"; pull: number; head: Sha; base: Sha; findings: Finding[] })
  /** Closes a pull request with its reasons. A rejection that is not `counted` costs no attempt. */
  | (Subject & { do: "reject"; pull: number; counted: boolean; because: string[] })
  /** Puts one question to a human: one open issue per key. */
  | { do: "block"; milestone: MilestoneId | null; key: string; because: string; ask: string }
  /** Closes a blocker whose cause is gone. */
  | { do: "unblock"; milestone: MilestoneId | null; issue: number; because: string }
  /** Writes what changed of dashboard and state files, and closes nights. A null dashboard is as it should be. */
  | { do: "report"; dashboard: string | null; files: Record<string, string>; close: NightName[] }
  /** Asks for the next cycle of the same night. */
  | { do: "continue"; night: NightName; workflow: string };

export type DecisionOf<Name extends Decision["do"]> = Extract<Decision, { do: Name }>;
