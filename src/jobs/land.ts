/** Moves the landing branch to what was proven, and asks for the next cycle, last of all. */

import type { Evidence } from "#core/evidence.ts";
import { land } from "#core/land.ts";
import type { Observation } from "#core/observation.ts";
import { mayContinue } from "#core/report.ts";
import type { Position } from "#core/train.ts";
import { type Settled, settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";
import { tell } from "#prose/story.ts";

type World = { forge: Forge; handOver: HandOver; say: (line: string) => void };

export async function landTrain(
  world: World,
  { train, acted }: { train: readonly Position[]; acted: boolean },
): Promise<void> {
  const evidence = await world.handOver.readEvidence();
  const settled = await settle((seen) => land(seen, evidence, train), world.forge, world.say, { once: true });
  await askAboutRefusal(settled, evidence, train, world);
  const moved = settled.enacted.some(({ do: what }) => what === "land" || what === "reject");
  if (moved || acted || wasOutrun(train, settled.observation)) await goOn(settled.observation, world);
}

/** The branch is elsewhere than the train was tested on: its pulls must be staged again. */
function wasOutrun(train: readonly Position[], { landing }: Observation): boolean {
  return train.some(({ base }) => base !== landing.sha);
}

/** Asks for another cycle of this night, if the night allows one. */
export async function goOn(
  observation: Observation,
  { forge, say }: Pick<World, "forge" | "say">,
): Promise<void> {
  if (!mayContinue(observation)) return;
  const next = {
    do: "continue",
    night: observation.night.name,
    workflow: observation.cycle.workflow,
  } as const;
  const receipt = await forge.enact(next);
  say(receipt.outcome === "done" ? tell(next) : `stale     ${receipt.because}`);
}

/** Proven, on top, and still refused: only a human can find out why. */
async function askAboutRefusal(
  { observation, refused }: Settled,
  evidence: readonly Evidence[],
  train: readonly Position[],
  { forge, say }: World,
): Promise<void> {
  const still = land(observation, evidence, train).find(({ do: what }) => what === "land");
  const asked = observation.blockers.some(({ open, key }) => open && key === "landing-refused");
  if (!still || refused.length === 0 || asked) return;
  const question = {
    do: "block",
    milestone: null,
    key: "landing-refused",
    because: `GitHub refused the landing of a proven commit: ${refused.at(-1)}`,
    ask: `Which rule of ${observation.landing.branch} refuses it? Let Daybreak bypass it, or set \`land: pull-request\`; then close this issue.`,
  } as const;
  const receipt = await forge.enact(question);
  if (receipt.outcome === "done") say(tell(question));
}
