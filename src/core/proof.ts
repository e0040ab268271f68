/** What proves a head: the whole court once for its change, and a position for exactly its tree. Pure. */

import { excuseFor, isExcuse } from "#core/alarms.ts";
import { faultsOf } from "#core/court/faults.ts";
import type { Evidence } from "#core/evidence.ts";
import { type Proof, VERIFY } from "#core/gates.ts";
import { type JournalLine, linesOf } from "#core/journal.ts";
import type { AttemptRef, Check, Observation, Pull } from "#core/observation.ts";

/** `head`: about exactly this tree on what it stands on. `full`: the whole court's, about this change wherever it stood. */
export type About = { head: Evidence[]; full: Evidence[] };

/** What this run found out about one head. */
export function aboutHead(
  pull: Pull,
  ref: AttemptRef | null,
  evidence: readonly Evidence[],
  journal: readonly JournalLine[],
): About {
  const mine = evidence.filter(({ slug, attempt, spec }) => {
    return slug === pull.slug && attempt === pull.attempt && spec === ref?.trailers?.spec;
  });
  const head = mine.filter(({ tree, base }) => tree === ref?.tree && base === ref.parents[0]);
  const moved = wasRestacked(pull, journal) ? mine.filter(({ court }) => court === "full") : [];
  return {
    head,
    full: [...head.filter(({ court }) => court === "full"), ...moved.filter((one) => !head.includes(one))],
  };
}

/**
 * What permits a landing: this run's evidence for this tree, or our own App's status on this head. The journal may
 * speak against a pull, and spare a change that we restacked the second sitting of the whole court; it proves no tree.
 */
export function proofOf(
  pull: Pull,
  ref: AttemptRef | null,
  { head, full }: About,
  { checks, mode, journal, landing }: Observation,
): Proof {
  const written = publishedOf(pull, ref, journal);
  const because = written.flatMap((line) => line.because);
  const heard = [...new Set([...head, ...full])].filter((one) => excuseFor(one) === null);
  const against = [...because.filter((one) => !isExcuse(one)), ...heard.flatMap(faultsOf)];
  if (against.length > 0) return { says: "refuted", because: [...new Set(against)] };
  const excuses = ref?.parents[0] === landing.sha ? head.flatMap((one) => excuseFor(one) ?? []) : [];
  if (excuses.length > 0) return { says: "excused", because: [...new Set(excuses)] };
  const spared = written.some((line) => line.because.length === 0);
  const whole = spared || heard.some(({ court }) => court === "full");
  if (whole && heard.some((one) => head.includes(one))) return { says: "proven" };
  const said = (conclusion: Check["conclusion"]) => mode === "app" && saidOurs(conclusion, pull, checks);
  if (said("failure") && because.length === 0)
    return { says: "refuted", because: ["its commands were not green"] };
  if (said("success")) return { says: "proven" };
  const unasked = "not verified on this head in this cycle";
  return { says: "unknown", because: unasked, court: whole ? "position" : "full" };
}

/** A status of our own App on this head: nobody else can write as that App. */
function saidOurs(conclusion: Check["conclusion"], { head }: Pull, checks: readonly Check[]): boolean {
  return checks.some(
    (one) => one.head === head && one.name === VERIFY && one.byOurApp && one.conclusion === conclusion,
  );
}

/** The receipts that speak of this very change: of this tree, or of one that we restacked to be this head. */
function publishedOf({ slug, attempt, head }: Pull, ref: AttemptRef | null, journal: readonly JournalLine[]) {
  const restacked = wasRestacked({ slug, attempt, head }, journal);
  return linesOf(journal, "published").filter(
    (line) =>
      line.slug === slug &&
      line.attempt === attempt &&
      line.as === "pull" &&
      (line.tree === ref?.tree || restacked),
  );
}

/** We announced this head before we pushed it: its change is the one that was published. */
function wasRestacked(
  { slug, attempt, head }: Pick<Pull, "slug" | "attempt" | "head">,
  journal: readonly JournalLine[],
): boolean {
  return linesOf(journal, "staged").some(
    (line) =>
      line.slug === slug && line.attempt === attempt && line.head === head && line.conflicts.length === 0,
  );
}
