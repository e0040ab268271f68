/** Opens the promotion pull request and keeps its body true. Merges nothing, and edits only what changed. */

import type { Decision } from "#core/decision.ts";
import { CATALOGUE } from "#core/errors.ts";
import type { Observation } from "#core/observation.ts";
import { promotionOf } from "#core/promotion.ts";
import { morningOf } from "#core/report.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import { promotionBody } from "#prose/promotion.ts";
import { tell } from "#prose/story.ts";

/** What must be written for the owner to see what waits for him. */
export function promotionOn(observation: Observation): Decision[] {
  const promote = promotionOf(observation);
  if (promote === null) return [];
  const { pull, seen, map, red } = promote;
  const { policy, repository } = observation;
  const body = promotionBody({
    branch: policy.branch,
    onto: repository.defaultBranch,
    map,
    red,
    morning: morningOf(observation),
  });
  return body === seen ? [] : [{ do: "promote", pull, seen, body }];
}

/** `seen`: a look taken just now, after which nothing was enacted. Comes back with the last look. */
export async function promote(
  { forge, say }: { forge: Forge; say: (line: string) => void },
  seen: Observation | null,
): Promise<Observation> {
  const { observation, refused } = await settle(promotionOn, forge, say, {
    once: true,
    ...(seen === null ? {} : { seen }),
  });
  if (refused.length === 0 || observation.blockers.some(({ open, key }) => open && key === "publishing"))
    return observation;
  const proof = await forge.provePublishing();
  if (proof.allowed) return observation;
  const question = {
    do: "block",
    milestone: null,
    key: "publishing",
    because: `GitHub refuses our pull requests: ${proof.because}`,
    ask: `${CATALOGUE.PUBLISHING_REFUSED} Then close this issue.`,
  } as const;
  const receipt = await forge.enact(question);
  if (receipt.outcome === "done") say(tell(question));
  return observation;
}
