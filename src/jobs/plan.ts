/** Chooses what starts, proves that it could be published, claims it, and hands one brief to each attempt. */

import { attemptsOf } from "#core/attempt.ts";
import type { Assignment } from "#core/brief.ts";
import { briefFor } from "#core/briefing.ts";
import type { Claim, Decision } from "#core/decision.ts";
import type { EngineChoice } from "#core/engine.ts";
import { type Diagnostic, Failure } from "#core/errors.ts";
import { forecastOf } from "#core/forecast.ts";
import { linesOf } from "#core/journal.ts";
import { short } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { chooseFrom, plan } from "#core/plan.ts";
import { gateCommands } from "#core/policy.ts";
import { priceOf } from "#core/prices.ts";
import { resumedBy } from "#core/progress.ts";
import { headsToTest } from "#core/rebuild.ts";
import { review } from "#core/review.ts";
import { afterLanding, sittings } from "#core/sentinel.ts";
import { promotionOn } from "#jobs/promotion.ts";
import { reportOn } from "#jobs/report.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Trees } from "#ports/trees.ts";
import { sayForecast } from "#prose/forecast.ts";
import { sayPolicy } from "#prose/policy.ts";

export type PlanResult = {
  /** Ids and hashes for the matrix. */
  matrix: Assignment[];
  /** Nothing is left to decide anywhere: no other job needs to start. */
  idle: boolean;
  parallel: number;
  /** Nobody has seen the gate commands green on the base: it is measured before anything is paid for. */
  unknownBase: boolean;
  /** Whether anything prepares a checkout. */
  setUp: boolean;
  /** The branch with hold-out checks; empty if there is none. */
  holdOuts: string;
  night: string;
  /** Which program `work` needs on its machine. */
  engine: EngineChoice["by"];
};

export async function planNight(world: {
  forge: Forge;
  trees: Trees;
  handOver: HandOver;
  say: (line: string) => void;
}): Promise<PlanResult> {
  const { forge, say } = world;
  const first = await forge.observe();
  sayStart(first, say);
  const broken = stopperOf(first);
  if (broken) throw broken;
  await provePublishing(first, forge);
  const decide = (seen: Observation) => planAloud(seen, say);
  const { observation, refused } = await settle(decide, forge, say, { seen: first });
  // Refused at every look, and wanted by nobody else: no race, but a rule. Claims may lose a race, and wait for the next cycle.
  if (refused.length > 0 && plan(observation).some(({ do: what }) => what === "renew"))
    throw new Failure("PUSH_REFUSED", `${observation.policy.branch} cannot be begun: ${refused.at(-1)}`);
  const matrix = await brief(observation, world);
  return {
    matrix,
    idle: matrix.length === 0 && isIdle(observation),
    parallel: observation.policy.parallel,
    unknownBase: matrix.length > 0 && !isProvenBase(observation),
    setUp: observation.policy.setup.length > 0,
    holdOuts: observation.policy["hold-outs"] ?? "",
    night: observation.night.name,
    engine: observation.policy.engine.by,
  };
}

/** What it may cost is said before anything is claimed. */
function planAloud(observation: Observation, say: (line: string) => void): Decision[] {
  const decisions = plan(observation);
  const claims = decisions.flatMap((one) => (one.do === "assign" ? one.assignments : []));
  const forecast = forecastOf(claims, observation);
  if (forecast !== null) say(sayForecast(forecast));
  return decisions;
}

/** What we landed there ourselves was tested, and so was the base of every attempt whose evidence was green. */
function isProvenBase({ journal, landing }: Observation): boolean {
  if (linesOf(journal, "landed").some(({ commit }) => commit === landing.sha)) return true;
  const begun = linesOf(journal, "assigned").filter(({ base }) => base === landing.sha);
  return linesOf(journal, "published").some(
    ({ slug, attempt, as, because }) =>
      as === "pull" &&
      because.length === 0 &&
      begun.some((line) => line.slug === slug && line.attempt === attempt),
  );
}

/**
 * Nothing for `review`, `land` or `report` to do: an idle cycle is one job without a write. A cycle that is still at
 * work reports by itself when it is done.
 */
function isIdle(observation: Observation): boolean {
  const { activeCycles, cycle } = observation;
  const isAlone = activeCycles.every((id) => id === cycle.id);
  return (
    review(observation, []).length === 0 &&
    headsToTest(observation, []).length === 0 &&
    sittings(observation).length === 0 &&
    afterLanding(observation, []).length === 0 &&
    promotionOn(observation).length === 0 &&
    (!isAlone || reportOn(observation).decisions.length === 0)
  );
}

function sayStart(
  { mode, night, policy, policyGiven, landing, problems, stop }: Observation,
  say: (line: string) => void,
) {
  say(`night     ${night.name} (${night.because})`);
  say(
    `tokens    ${mode === "app" ? "App token: the repository's own checks run on our pull requests" : "token only: `verify` runs the commands, nothing else starts by itself"}`,
  );
  say(`landing   ${landing.branch} at ${short(landing.sha)}`);
  for (const line of sayPolicy(policy, new Set(policyGiven))) say(line);
  for (const { file, line, code, message } of problems) say(`problem   ${file}:${line} ${code} ${message}`);
  if (stop !== null) say(`stopped   ${stop}`);
}

/** What the owner must mend before anything can start. Everything wrong is reported at once. */
function stopperOf({ problems, policy, stop }: Observation): Failure | null {
  const errors = problems.filter(({ severity }) => severity === "error");
  const policyErrors = errors.filter(({ code }) => code.startsWith("POLICY"));
  if (policyErrors.length > 0) return failureOf("POLICY_INVALID", "the policy cannot be read", policyErrors);
  const missing = errors.filter(({ code }) => code === "ROADMAP_MISSING");
  if (missing.length > 0) return failureOf("ROADMAP_MISSING", `there is no ${policy.roadmap}`, missing);
  if (stop !== null) return null;
  if (gateCommands(policy).length === 0)
    return failureOf(
      "POLICY_NO_GATE",
      "no command proves anything: none was given and none was detected",
      [],
    );
  if (priceOf(policy.model, policy.prices) === null)
    return failureOf(
      "MODEL_UNKNOWN",
      `the price of ${policy.model} is not known, so its cost cannot be capped`,
      [],
    );
  return null;
}

function failureOf(code: Failure["code"], message: string, diagnostics: Diagnostic[]): Failure {
  return new Failure(code, message, { diagnostics });
}

/** Once a night, before its first claim: a night that could not publish must not spend. */
async function provePublishing(observation: Observation, forge: Forge): Promise<void> {
  const { journal, night } = observation;
  const begun = linesOf(journal, "assigned").some((line) => line.night === night.name);
  if (begun || chooseFrom(observation).claims.length === 0) return;
  const proof = await forge.provePublishing();
  if (proof.allowed) return;
  throw new Failure("PUBLISHING_REFUSED", `GitHub refuses our pull requests: ${proof.because}`);
}

/** The claims this very run holds, whoever of its attempts made them: a job that is run again finds them too. */
async function brief(
  observation: Observation,
  { handOver, trees }: { handOver: HandOver; trees: Trees },
): Promise<Assignment[]> {
  const matrix: Assignment[] = [];
  for (const claim of claimsOf(observation)) {
    const made = briefFor(claim, observation);
    if (made === null) continue;
    const start = made.earlier.at(-1)?.startFrom ?? null;
    const resumed = resumedBy(made.earlier);
    await handOver.writeBrief(
      made,
      start === null ? null : await trees.changeOf(start),
      resumed === null ? {} : await trees.notesOf({ slug: claim.slug, attempt: resumed }),
    );
    matrix.push(made.assignment);
  }
  return matrix;
}

function claimsOf(observation: Observation): Claim[] {
  const mine = attemptsOf(observation).filter(
    (attempt) => attempt.state === "working" && attempt.cycle === observation.cycle.id,
  );
  return linesOf(observation.journal, "assigned").filter(({ slug, attempt }) =>
    mine.some((one) => one.slug === slug && one.number === attempt),
  );
}
