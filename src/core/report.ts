/** What the morning is told: every milestone with one named reason, what landed, what it cost, what waits. Pure. */

import { type Aftermath, aftermathOf } from "#core/aftermath.ts";
import { attemptsOf } from "#core/attempt.ts";
import { candidatesIn, isAlive } from "#core/candidates.ts";
import type { Finding } from "#core/evidence.ts";
import { type Hindsight, hindsightOf } from "#core/forecast.ts";
import { linesOf, type NightName } from "#core/journal.ts";
import { landsItself } from "#core/landing.ts";
import { isPictured, type MilestoneId, type Sha, type Slug } from "#core/milestone.ts";
import { awaitsRebuild, rebuilding } from "#core/next.ts";
import { isOver } from "#core/night.ts";
import { haltOf, type Observation } from "#core/observation.ts";
import { addSpend, NOTHING_SPENT, type Spend } from "#core/outcome.ts";
import { chooseFrom, waitingReviewMinutes, whyUnworkable } from "#core/plan.ts";
import { type Progress, standingsOf } from "#core/progress.ts";
import { owesSmoke } from "#core/promises.ts";
import { headsToTest } from "#core/rebuild.ts";
import { isBeingMended } from "#core/watch.ts";

type Landed = {
  milestone: MilestoneId;
  title: string;
  commit: Sha;
  pull: number;
  attempt: number;
  night: NightName | null;
  criteria: readonly Finding[];
  /** Pictures were to be taken; its pull request says where they are. */
  pictured: boolean;
  spend: Spend;
};

/** The morning as a value. The lists describe the world as it stands; `spend` and `reserved` are this night's. */
export type Morning = {
  night: NightName;
  landed: Landed[];
  rejected: { milestone: MilestoneId; pull: number | null; attempt: number; because: string[] }[];
  blocked: { milestone: MilestoneId | null; issue: number; because: string; ask: string }[];
  waiting: { milestone: MilestoneId; on: MilestoneId[]; because: string }[];
  /** Every milestone of the roadmap, in its order, with where it stands and why. */
  rows: { milestone: MilestoneId; title: string; stands: Progress["state"]; because: string }[];
  /** What is to be said of the hours after a landing, or null. */
  aftermath: Aftermath | null;
  problems: Observation["problems"];
  spend: Spend;
  /** US dollars set aside for attempts that have not reported. */
  reserved: number;
  /** What was expected of this night's attempts, beside what they used; null while none has ended. */
  forecast: Hindsight | null;
  reviewMinutes: number;
  stop: string | null;
};

/** The nights that are over, or in which nothing is left to do: they are closed by a journal line each. */
export function nightsToClose(observation: Observation): NightName[] {
  const { now, policy } = observation;
  const restful = nothingIsLeft(observation) && !owesSmoke(observation) && !isBeingMended(observation);
  return openNights(observation).filter((name) => restful || isOver(name, now, policy.night));
}

/** Nights with a line after their last close. */
export function openNights({ journal }: Pick<Observation, "journal">): NightName[] {
  const open = new Set<NightName>();
  for (const { line, night } of journal) {
    if (line === "closed") open.delete(night);
    else open.add(night);
  }
  return [...open];
}

/** A world in which nothing was ever decided and nothing is wrong has no morning: nothing is written about it. */
export function isSilent({ journal, problems, blockers, policy }: Observation): boolean {
  const wrong = problems.some(({ severity }) => severity === "error") || whyUnworkable(policy) !== null;
  return journal.length === 0 && blockers.length === 0 && !wrong;
}

export function morningOf(observation: Observation): Morning {
  const night = nightToTell(observation);
  const titles = new Map(observation.roadmap.milestones.map(({ slug, title }) => [slug, title]));
  const claims = linesOf(observation.journal, "assigned").filter((line) => line.night === night);
  const receipts = claims.map(({ slug, attempt, ceiling }) => ({
    ceiling,
    spend: spendOf(slug, attempt, observation),
  }));
  const opinions = linesOf(observation.journal, "opined").filter((line) => line.night === night);
  return {
    night,
    landed: landedIn(observation, titles),
    rejected: rejectedIn(observation),
    blocked: observation.blockers
      .filter(({ open }) => open)
      .map(({ milestone, issue, because, ask }) => ({ milestone, issue, because, ask })),
    waiting: standingsOf(observation).flatMap(({ milestone, progress }) =>
      progress.state === "waiting"
        ? [{ milestone: milestone.id, on: progress.on, because: progress.because }]
        : [],
    ),
    rows: rowsOf(observation),
    aftermath: aftermathOf(observation),
    problems: observation.problems,
    spend: [...receipts, ...opinions].reduce(
      (total, { spend }) => addSpend(total, spend ?? NOTHING_SPENT),
      NOTHING_SPENT,
    ),
    reserved: receipts.reduce((total, { spend, ceiling }) => total + (spend ? 0 : ceiling), 0),
    forecast: hindsightOf(night, observation),
    reviewMinutes: waitingReviewMinutes(observation),
    stop: observation.stop,
  };
}

/** This cycle's night once it has a line, else the last one that had: an idle cycle tells nothing new. */
function nightToTell({ journal, night }: Observation): NightName {
  return journal.some((line) => line.night === night.name)
    ? night.name
    : (journal.at(-1)?.night ?? night.name);
}

/** Cycles one night may ask for by itself: a bound on loops nobody thought of. */
const MOST_CYCLES = 40;

/** Whether another cycle of this night may be asked for. */
export function mayContinue(observation: Observation): boolean {
  const { night, journal } = observation;
  const cycles = new Set(journal.filter((line) => line.night === night.name).map(({ cycle }) => cycle));
  const open = openNights(observation).includes(night.name);
  const hours = (open && !night.over) || isBeingMended(observation);
  return haltOf(observation) === null && hours && cycles.size < MOST_CYCLES;
}

export function nothingIsLeft(observation: Observation): boolean {
  const busy = attemptsOf(observation).some(({ state }) => state === "working" || state === "pushed");
  const alive = landsItself(observation) && candidatesIn(observation, { evidence: [] }).some(isAlive);
  if (rebuilding(observation).length > 0) return false;
  if (awaitsRebuild(observation) && headsToTest(observation, []).length > 0) return false;
  return !busy && !alive && chooseFrom(observation, true).claims.length === 0;
}

function landedIn(observation: Observation, titles: ReadonlyMap<Slug, string>): Landed[] {
  const { journal, roadmap } = observation;
  return attemptsOf(observation).flatMap((attempt): Landed[] => {
    if (attempt.state !== "landed") return [];
    const { slug, number, pull, commit } = attempt;
    const mine = journal.filter((line) => "slug" in line && line.slug === slug && line.attempt === number);
    const milestone = roadmap.milestones.find((one) => one.slug === slug);
    return [
      {
        milestone: milestone?.id ?? (slug as string as MilestoneId),
        title: titles.get(slug) ?? slug,
        commit,
        pull,
        attempt: number,
        night: linesOf(mine, "assigned").at(-1)?.night ?? null,
        criteria:
          linesOf(mine, "landed").at(-1)?.findings ?? linesOf(mine, "published").at(-1)?.findings ?? [],
        pictured: milestone !== undefined && isPictured(milestone),
        spend: spendOf(slug, number, observation) ?? NOTHING_SPENT,
      },
    ];
  });
}

function rejectedIn(observation: Observation): Morning["rejected"] {
  const ids = new Map(observation.roadmap.milestones.map(({ slug, id }) => [slug, id]));
  return attemptsOf(observation).flatMap((attempt) => {
    if (attempt.state !== "rejected") return [];
    const { slug, number, pull, because } = attempt;
    return [{ milestone: ids.get(slug) ?? (slug as string as MilestoneId), pull, attempt: number, because }];
  });
}

function spendOf(slug: Slug, attempt: number, { journal }: Observation): Spend | null {
  return (
    linesOf(journal, "published").find((line) => line.slug === slug && line.attempt === attempt)?.spend ??
    null
  );
}

/** Says the same whatever woke the cycle, so that an unchanged world is told in unchanged words. */
function rowsOf(observation: Observation): Morning["rows"] {
  const { held } = chooseFrom(observation, true);
  return standingsOf(observation).map(({ milestone: { id, title, slug }, progress }) => ({
    milestone: id,
    title,
    stands: progress.state,
    because: reasonOf(progress, held.get(slug)),
  }));
}

function reasonOf(progress: Progress, held: string | undefined): string {
  switch (progress.state) {
    case "done":
      return "";
    case "in work":
      return `attempt ${progress.attempt}`;
    case "in review":
      return progress.pull === null ? "its pull request is being opened" : `#${progress.pull}`;
    case "blocked":
      return `#${progress.issue}: ${progress.because}`;
    case "ready":
      return held ?? "next to start";
    case "waiting":
    case "stuck":
    case "not planned":
      return progress.because;
  }
}
