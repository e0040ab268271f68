/** Moves the landing branch to what was proven, and asks for the next cycle, last of all. */

import { land, type Tested, waitsForChecks } from "#core/land.ts";
import { secondsToWait } from "#core/landing.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import { booking } from "#core/opinion.ts";
import { mayContinue } from "#core/report.ts";
import type { Position } from "#core/train.ts";
import { promote } from "#jobs/promotion.ts";
import { keepWatch } from "#jobs/sentinel.ts";
import { type Settled, settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";
import { tell } from "#prose/story.ts";

type World = { forge: Forge; handOver: HandOver; say: (line: string) => void };

/** Seconds between two looks at checks that run. */
const PAUSE = 30;

export async function landTrain(
  world: World & {
    /** Lets so many seconds pass. */
    pause: (seconds: number) => Promise<void>;
  },
  { train, acted }: { train: readonly Position[]; acted: boolean },
): Promise<{ continued: boolean }> {
  const evidence = await world.handOver.readEvidence();
  const tested = { train, evidence, opinions: await world.handOver.readOpinions() };
  const settled = await landAndWait(world, tested);
  await askAboutRefusal(settled, tested, world);
  const watched = await keepWatch(evidence, world, settled.enacted.length === 0 ? settled.observation : null);
  const moved = [...settled.enacted, ...watched.enacted].some(({ do: what }) =>
    ["land", "reject", "drop", "renew", "examine", "revert"].includes(what),
  );
  const isQuiet = settled.enacted.length + watched.enacted.length === 0;
  const last =
    settled.observation.promotion === null
      ? settled.observation
      : await promote(world, isQuiet ? settled.observation : null);
  const isWorthIt = moved || acted || wasOutrun(train, settled.observation);
  return { continued: isWorthIt && (await goOn(last, world)) };
}

/** Lands what is green, and waits for checks that run as long as the policy allows, counted in what was slept. */
async function landAndWait(
  { forge, say, pause }: Parameters<typeof landTrain>[0],
  tested: Tested,
): Promise<Settled> {
  const decide = (seen: Observation) => [...booking(tested.opinions, seen), ...land(seen, tested)];
  let settled = await settle(decide, forge, say, { once: true });
  const enacted = [...settled.enacted];
  let left = secondsToWait(settled.observation);
  while (left > 0) {
    // Whatever was carried out just now is not in the last look: the next one shows what the train waits for.
    const seen = settled.enacted.length > 0 ? await forge.observe() : settled.observation;
    if (haltOf(seen) !== null || !waitsForChecks(seen, tested)) break;
    const seconds = Math.min(PAUSE, left);
    await pause(seconds);
    left -= seconds;
    settled = await settle(decide, forge, say, { once: true });
    enacted.push(...settled.enacted);
  }
  return { ...settled, enacted };
}

/** The branch is elsewhere than the train was tested on: its pulls must be staged again. */
function wasOutrun([first]: readonly Position[], { landing, promotion }: Observation): boolean {
  return first !== undefined && first.base !== landing.sha && first.base !== promotion?.onto;
}

/** Asks for another cycle of this night, if the night allows one. Whether one will come. */
export async function goOn(
  observation: Observation,
  { forge, say }: Pick<World, "forge" | "say">,
): Promise<boolean> {
  if (!mayContinue(observation)) return false;
  const next = {
    do: "continue",
    night: observation.night.name,
    workflow: observation.cycle.workflow,
  } as const;
  const receipt = await forge.enact(next);
  say(receipt.outcome === "done" ? tell(next) : `stale     ${receipt.because}`);
  return receipt.outcome === "done";
}

/** Proven, on top, and still refused: only a human can find out why. */
async function askAboutRefusal(
  { observation, refused }: Settled,
  tested: Tested,
  { forge, say }: World,
): Promise<void> {
  const still = land(observation, tested).find(({ do: what }) => what === "land" || what === "renew");
  const asked = observation.blockers.some(({ open, key }) => open && key === "landing-refused");
  if (!still || refused.length === 0 || asked) return;
  const question = {
    do: "block",
    milestone: null,
    key: "landing-refused",
    because: `GitHub refused the landing of a proven commit: ${refused.at(-1)?.replaceAll("\n", "; ")}`,
    ask: `Which rule of ${observation.landing.branch} refuses it? Let Daybreak bypass it, or set \`land: pull-request\`; then close this issue.`,
  } as const;
  const receipt = await forge.enact(question);
  if (receipt.outcome === "done") say(tell(question));
}
