/** The one loop: look, decide, act, look again, until there is nothing left to decide. */

import type { Decision } from "#core/decision.ts";
import { Failure } from "#core/errors.ts";
import type { Observation } from "#core/observation.ts";
import type { Forge } from "#ports/forge.ts";
import { tell } from "#prose/story.ts";

/** Looks after which a loop that still decides is called broken. */
const MOST_LOOKS = 25;

/** Looks that may end in a refusal before the decision is left to the next cycle. */
const MOST_REFUSALS = 3;

export type Settled = {
  /** The last look: nothing was left to decide, or what was left was refused. */
  observation: Observation;
  enacted: Decision[];
  /** Why the world refused what was still decided at the end; empty when it came to rest. */
  refused: string[];
};

export async function settle(
  decide: (observation: Observation) => Decision[] | Promise<Decision[]>,
  forge: Forge,
  say: (line: string) => void,
  /**
   * `once`: what was decided settles it, so that nobody needs to look again after everything was carried out.
   * `seen`: a look that was taken just now, instead of the first one.
   */
  { once = false, seen }: { once?: boolean; seen?: Observation } = {},
): Promise<Settled> {
  const enacted: Decision[] = [];
  const refused: string[] = [];
  for (let look = 0; look < MOST_LOOKS; look++) {
    const observation = look === 0 && seen ? seen : await forge.observe();
    const decisions = await decide(observation);
    if (decisions.length === 0) return { observation, enacted, refused: [] };
    if (refused.length >= MOST_REFUSALS) return { observation, enacted, refused };
    const stale = await carryOut(decisions, forge, (decision) => {
      say(tell(decision));
      enacted.push(decision);
    });
    if (stale === null && once) return { observation, enacted, refused: [] };
    if (stale === null) continue;
    refused.push(`${tell(stale.decision)}: ${stale.because}`);
    say(`stale     ${stale.because}: looking again`);
  }
  throw new Failure(
    "NOT_SETTLED",
    `still deciding after ${MOST_LOOKS} looks: ${enacted.slice(-3).map(tell).join("; ")}`,
  );
}

/** The first decision that was refused, and why; null when all were carried out. */
async function carryOut(
  decisions: readonly Decision[],
  forge: Forge,
  done: (decision: Decision) => void,
): Promise<{ decision: Decision; because: string } | null> {
  for (const decision of decisions) {
    const receipt = await forge.enact(decision);
    if (receipt.outcome === "stale") return { decision, because: receipt.because };
    done(decision);
  }
  return null;
}
