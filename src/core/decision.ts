/** Every effect Daybreak can ever have on the world. If it is not in this union, it cannot happen. */

import type { Assignment } from "#core/brief.ts";
import type { Share } from "#core/budget.ts";
import type { Finding } from "#core/evidence.ts";
import type { LineOf, NightName } from "#core/journal.ts";
import type { MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import type { Notes } from "#core/notes.ts";
import type { MergeMethod } from "#core/observation.ts";
import type { Spend } from "#core/outcome.ts";

/** Which attempt at which contract a decision is about. */
export type Subject = { milestone: MilestoneId; slug: Slug; attempt: number; spec: Spec };

/** The subject alone, of whatever carries more. */
export function subjectOf({ milestone, slug, attempt, spec }: Subject): Subject {
  return { milestone, slug, attempt, spec };
}

/** A claim to be made: the matrix entry, and what it may cost. */
export type Claim = Assignment & Share & { milestone: MilestoneId };

/** A pull request that is to be restacked. `again` > 0 gives a head whose checks were cut off a fresh one. */
export type Car = Subject & { pull: number; head: Sha; again: number };

/** A pull request that lands, and what was found of its criteria. */
export type Landing = Subject & { pull: number; head: Sha; findings: Finding[] };

/** An opinion that was paid for. */
export type Booked = Subject & { head: Sha; spend: Spend };

/** What the court found on a commit that has landed; `broken` names whose promises do not hold any more. */
export type Found = { commit: Sha; because: string[]; broken: MilestoneId[] };

/** Why a milestone is taken off `daybreak/next`. */
export type DropCause = LineOf<"dropped">["by"];

/** How the branch is moved: by a push of the commits themselves, or by merging the last pull request in one of GitHub's ways. */
export type Move = "push" | MergeMethod;

export type Decision =
  /** Claims all attempts of a cycle and sets their ceilings aside, in one push. */
  | { do: "assign"; assignments: Claim[] }
  /**
   * Writes the receipt of an attempt. `as: "pull"` also pushes its commit and opens the pull request; `as: "interrupted"`
   * only keeps its commit, if it left a change that may be kept.
   */
  | (Subject & {
      do: "publish";
      as: LineOf<"published">["as"];
      base: Sha;
      /** The staged tree; null unless `as` is "pull" or "interrupted". */
      tree: Sha | null;
      because: string[];
      /** The question to a human, with `as: "blocked"`. */
      ask: string | null;
      /** What holds the whole night, if anything does. */
      code: string | null;
      /** When that is over by itself. */
      until?: string | undefined;
      spend: Spend;
      /** How long its engine was at work. */
      seconds: number;
      findings: Finding[];
      /** What it noted for people and for whoever goes on. Never read for a decision. */
      notes: Notes;
    })
  /** Opens the pull request of a commit whose job died after pushing it. */
  | (Subject & { do: "open"; head: Sha })
  /** Restacks pull requests one behind the other, all in one push. Whoever conflicts with those before him stays as he is. */
  | { do: "stage"; onto: Sha; cars: Car[] }
  /** Records what `verify` found as a status on the head. */
  | { do: "attest"; milestone: MilestoneId; head: Sha; green: boolean; because: string }
  /** Moves the landing branch from `base` to exactly the last of the tested commits, which holds the others. */
  | { do: "land"; base: Sha; by: Move; cars: Landing[] }
  /** Writes down what opinions have cost. */
  | { do: "book"; opinions: Booked[] }
  /** Asks the owner's workflows about a commit of the landing branch, by a branch that names it. */
  | { do: "watch"; commit: Sha; branch: string; workflows: string[] }
  /** Writes down what the court found on commits that have landed. */
  | { do: "examine"; asked: "culprit" | "promises"; found: Found[] }
  /** Makes the commit that takes a landed milestone back, on a branch of its own. `pull`: the rules want checks on it. */
  | (Subject & { do: "unmake"; commit: Sha; onto: Sha; pull: boolean })
  /** Moves the landing branch from `base` to exactly that commit, once it was tested. */
  | (Subject & { do: "revert"; commit: Sha; base: Sha; head: Sha; because: string[] })
  /** Takes a milestone off `daybreak/next`: what follows from it is derived. */
  | (Subject & { do: "drop"; commit: Sha; by: DropCause; because: string })
  /** Puts what `daybreak/next` should consist of on `daybreak/rebuild`, to be tested there. */
  | { do: "rebuild"; head: Sha; expected: Sha | null }
  /** Makes `daybreak/next` exactly this commit, if it is still `from`: the default branch's tip, or what was tested on top of it. */
  | { do: "renew"; from: Sha | null; to: Sha; because: string }
  /** Opens the one promotion pull request, or edits its body; it is never merged by us. `seen`: the body that this one replaces. */
  | { do: "promote"; pull: number | null; seen: string; body: string }
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
