/** The rebuilt `daybreak/next` before the court: what is tested of it, and what follows. Pure; nothing moves untested. */

import { excuseFor } from "#core/alarms.ts";
import { faultsOf, isCutOff } from "#core/court/faults.ts";
import type { Decision, Subject } from "#core/decision.ts";
import type { Evidence } from "#core/evidence.ts";
import { type LineOf, linesOf } from "#core/journal.ts";
import { type Sha, short } from "#core/milestone.ts";
import { awaitsRebuild, milestoneOf, NEXT_STUCK, nextShould, PROMOTION, pausedBy } from "#core/next.ts";
import { type Blocker, haltOf, type Observation, type Unpromoted } from "#core/observation.ts";
import { type Position, trainOf } from "#core/train.ts";

type Relanding = Omit<LineOf<"landed">, "line" | "at" | "night" | "cycle" | "astray">;

/** A milestone's commit with the owner's own around it: tested where the last of them stands. */
type Group = { subject: Subject; head: Unpromoted; withOwners: boolean };

/** What is to be tested next: the rebuilt branch before anything else. */
export function headsToTest(observation: Observation, evidence: readonly Evidence[]): Position[] {
  if (!awaitsRebuild(observation)) return trainOf(observation, evidence);
  const tip = observation.promotion?.rebuilt?.chain.at(-1);
  const isReady = tip !== undefined && tip.commit === observation.promotion?.staged;
  if (haltOf(observation) !== null || !isReady || isAsked(observation) || pausedBy(observation)) return [];
  return (groupsIn(observation) ?? []).map(({ subject, head }) => ({
    ...subject,
    pull: 0,
    head: head.commit,
    base: head.parent,
    court: "position",
    opinion: false,
    reported: [],
  }));
}

/** Moves the branch if all of it was green; takes the first red milestone off it; asks where nobody of ours is to blame. */
export function landRebuilt(observation: Observation, evidence: readonly Evidence[]): Decision[] {
  const { promotion } = observation;
  const tip = promotion?.rebuilt?.chain.at(-1);
  if (!tip || tip.commit !== promotion?.staged || isAsked(observation) || pausedBy(observation)) return [];
  for (const group of groupsIn(observation) ?? []) {
    const said = evidenceFor(group, evidence);
    if (said.length === 0) return [];
    const heard = said.filter((one) => excuseFor(one) === null);
    const faults = heard.flatMap(faultsOf);
    const isBlamed = heard.some((one) => faultsOf(one).length > 0 && !isCutOff(one));
    if (isBlamed && !group.withOwners) return [red(group, faults, observation)];
    if (faults.length > 0) return stuck([...new Set(faults)].join("; "), observation);
    if (heard.length === 0)
      return stuck([...new Set(said.flatMap((one) => excuseFor(one) ?? []))].join("; "), observation);
  }
  const because = `${nextShould(observation)?.because ?? ""}; all of it was tested again`;
  return [{ do: "renew", from: promotion.next, to: tip.commit, because }];
}

/** Who has landed is called otherwise now: what the journal must know of him once the branch was moved there. */
export function relandings(to: Sha, { promotion, journal }: Observation): Relanding[] {
  const chain = promotion?.rebuilt?.chain ?? [];
  if (chain.at(-1)?.commit !== to) return [];
  return chain.flatMap(({ commit, of }) => {
    const line = linesOf(journal, "landed").findLast(
      ({ milestone, attempt }) => milestone === of?.milestone && attempt === of.attempt,
    );
    if (!line || line.commit === commit) return [];
    const { milestone, slug, attempt, spec, pull, findings } = line;
    return [{ milestone, slug, attempt, spec, pull, findings, commit }];
  });
}

/** What keeps the branch from becoming what it should be until a human has said or done something. */
export function nextQuestions(observation: Observation): Decision[] {
  const { promotion, policy } = observation;
  const paused = pausedBy(observation);
  if (paused !== null)
    return [
      {
        do: "block",
        milestone: null,
        key: PROMOTION,
        because: `#${paused.number} was closed and not merged, so nothing lands on ${policy.branch} any more`,
        ask: `What shall become of it? Reopen #${paused.number} to go on; close this issue to have a new pull request for the same; or delete \`${policy.branch}\`: then every milestone on it starts again from its own commit.`,
      },
    ];
  if (!promotion?.rebuilt) return [];
  const { chain, left } = promotion.rebuilt;
  const owners = new Set(promotion.unpromoted.filter(({ of }) => of === null).map(({ commit }) => commit));
  const conflict = left.find(({ commit }) => owners.has(commit));
  if (conflict)
    return stuck(
      `your commit ${short(conflict.commit)} conflicts in ${conflict.conflicts.join(", ")}`,
      observation,
    );
  return chain.length > 0 && groupsIn(observation) === null
    ? stuck("it holds commits of yours and no milestone by which they could be tested", observation)
    : [];
}

/** Why such a question has answered itself, or null. */
export function whySettled({ key, because }: Blocker, observation: Observation): string | null {
  const { promotion, policy } = observation;
  if (key === PROMOTION) {
    if (pausedBy(observation) !== null) return null;
    const pull = promotion?.pull ?? null;
    const about = pull !== null && because.startsWith(`#${pull.number} `);
    // Still closed, and the branch as it was: only the answer to this very question may end it.
    if (about && pull.state === "closed" && pull.head === promotion?.next) return null;
    return about && pull.state === "open" ? `#${pull.number} is open again` : `${policy.branch} has moved`;
  }
  if (key !== NEXT_STUCK) return null;
  return because.startsWith(named(observation)) ? null : "the branches have moved";
}

/** The roadmap as it stands once the rebuilt branch is there: promises of what is left out do not bind it. */
export function asRebuilt(observation: Observation): Observation {
  const { promotion, roadmap } = observation;
  if (!promotion?.rebuilt) return observation;
  const kept = new Set([
    ...promotion.promoted,
    ...promotion.rebuilt.chain.flatMap(({ of }) => (of === null ? [] : [of.milestone])),
  ]);
  const milestones = roadmap.milestones.map((one) =>
    one.status === "done" && !kept.has(one.id) ? { ...one, status: "planned" as const } : one,
  );
  return { ...observation, roadmap: { ...roadmap, milestones } };
}

/** Null: nobody's milestone is among them, and only a milestone can be examined. */
function groupsIn(observation: Observation): Group[] | null {
  const chain = observation.promotion?.rebuilt?.chain ?? [];
  const groups: Group[] = [];
  let owners = false;
  for (const head of chain) {
    const milestone = milestoneOf(head, observation);
    const last = groups.at(-1);
    if (milestone && head.of) {
      const { id, slug, spec } = milestone;
      const subject = { milestone: id, slug, attempt: head.of.attempt, spec };
      groups.push({ subject, head, withOwners: owners });
      owners = false;
    } else if (last) groups.splice(-1, 1, { ...last, head, withOwners: true });
    else owners = true;
  }
  return groups.length === 0 ? null : groups;
}

function evidenceFor({ subject, head }: Group, evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(
    ({ slug, attempt, tree, base }) =>
      slug === subject.slug && attempt === subject.attempt && tree === head.tree && base === head.parent,
  );
}

/** The commit it has on the branch now, not the one that was tried on top of the default branch. */
function red({ subject }: Group, faults: readonly string[], observation: Observation): Decision {
  const { promotion, repository } = observation;
  const one = promotion?.unpromoted.findLast(
    ({ of }) => of?.milestone === subject.milestone && of.attempt === subject.attempt,
  );
  const because = `red on top of ${repository.defaultBranch}: ${[...new Set(faults)].join("; ")}`;
  const spec = one?.of?.spec ?? subject.spec;
  return {
    do: "drop",
    ...subject,
    spec,
    commit: one?.commit ?? observation.landing.sha,
    by: "red",
    because,
  };
}

function stuck(because: string, observation: Observation): Decision[] {
  if (isAsked(observation)) return [];
  const { policy, repository } = observation;
  return [
    {
      do: "block",
      milestone: null,
      key: NEXT_STUCK,
      because: `${named(observation)}: ${because}`,
      ask: `What is to be done? Mend ${repository.defaultBranch} or ${policy.branch}, or merge the one into the other by hand; this issue closes itself once either has moved. Close it yourself to have the same tried again.`,
    },
  ];
}

function isAsked({ blockers }: Observation): boolean {
  return blockers.some(({ open, key }) => open && key === NEXT_STUCK);
}

function named({ promotion, policy, repository }: Observation): string {
  const at = (sha: string | null | undefined) => short(sha ?? "nothing");
  return `${policy.branch} at ${at(promotion?.next)} cannot be put on ${repository.defaultBranch} at ${at(promotion?.onto)}`;
}
