/** The pull request of one attempt: what was wanted, what is proven of it, what it cost. Never the author's own story. */

import { type Finding, isByHand } from "#core/evidence.ts";
import { isPictured, type Milestone, type Sha, type Slug, type Spec, short } from "#core/milestone.ts";
import type { Spend } from "#core/outcome.ts";
import type { Policy } from "#core/policy.ts";
import { dollars, tokens } from "#prose/figures.ts";
import { findingSaid, isForYou, tally } from "#prose/findings.ts";
import { plain } from "#prose/hostile.ts";
import { bullets, cell, checklist, code, cut, fitting, type Room, section, table } from "#prose/markdown.ts";

type PullFacts = {
  milestone: Milestone;
  slug: Slug;
  attempt: number;
  /** Attempts the policy allows. */
  attempts: number;
  spec: Spec;
  findings: readonly Finding[];
  /** Why it is not green; empty when it is. */
  because: readonly string[];
  spend: Spend;
  /** What the attempt might have spent at most, in US dollars. */
  ceiling: number;
  base: Sha;
  tree: Sha;
  land: Policy["land"];
  /** Address of the workflow run that verified it. */
  run: string;
};

/** Tried in this order until the body fits. */
const ROOMS: readonly Room[] = [
  { entries: 40, words: 300 },
  { entries: 40, words: 100 },
  { entries: 15, words: 60 },
];

export function pullTitle({ id, title }: Pick<Milestone, "id" | "title">): string {
  return plain(`${id}: ${title}`, 200);
}

/** At most 60,000 characters. */
export function pullBody(facts: PullFacts): string {
  return fitting(ROOMS, (room) => bodyIn(room, facts));
}

function bodyIn(room: Room, facts: PullFacts): string {
  const { milestone, because, findings, slug, attempt } = facts;
  const reasons = because.map((one) => plain(one, room.words * 2));
  const manual = byHand(facts).map((one) => plain(one, room.words));
  const measured = tally(findings, unmentioned(facts).length);
  return [
    `**Objective.** ${plain(milestone.objective, 2_000) || plain(milestone.title, 200)}`,
    section(`Acceptance criteria: ${measured}`, criteriaTable(room, facts)),
    ...(because.length === 0 ? [] : [section("Not green", bullets(cut(reasons, room.entries, "reasons")))]),
    ...(manual.length === 0
      ? []
      : [section("To look at by hand", checklist(cut(manual, room.entries, "checks")))]),
    ...(isPictured(milestone) ? [section("Pictures", pictures(facts))] : []),
    section("What happens next", next(facts)),
    particulars(facts),
    `<!-- daybreak:pull ${slug}/${attempt} -->`,
  ].join("\n\n");
}

/** Criteria of the contract of which the evidence says nothing. */
function unmentioned({ milestone, findings }: PullFacts): Milestone["criteria"] {
  const found = new Set(findings.map(({ text }) => text));
  return milestone.criteria.filter(({ text }) => !found.has(text));
}

function criteriaTable({ entries, words }: Room, facts: PullFacts): string {
  const rows = [
    ...facts.findings.map((one) => [cell(one.text, words), findingSaid(one), cell(one.how, words)]),
    ...unmentioned(facts).map(({ text }) => [cell(text, words), "not checked", ""]),
  ];
  const beyond = rows.length - entries;
  return [
    table(["criterion", "finding", "how"], rows.slice(0, entries)),
    ...(beyond > 0 ? [`and ${beyond} more criteria`] : []),
  ].join("\n\n");
}

/** What the contract wants a human to look at, and what the evidence could not decide. */
function byHand({ milestone, findings }: PullFacts): string[] {
  const manual = milestone.criteria.filter(({ way }) => way.by === "manual").map(({ text }) => text);
  const open = findings.filter(isForYou).map(({ text }) => text);
  return [...new Set([...manual, ...open])];
}

/** An artifact cannot be shown in a pull request: it is led to. */
function pictures({ slug, attempt, run }: PullFacts): string {
  return `What was seen, as far as pictures could be taken, is in the artifact ${code(`evidence-${slug}-${attempt}-…`)} of [the run that verified it](${run}#artifacts).`;
}

function next({ because, attempt, attempts, land, findings }: PullFacts): string {
  if (because.length > 0)
    return attempt < attempts
      ? "It is going to be rejected with the reasons above, and the next attempt is told them."
      : "It is going to be rejected with the reasons above; once no attempt is left, one issue asks you.";
  if (land === "pull-request") return "It waits for you: merge it for yes, close it for no.";
  const held = findings.some((one) => isForYou(one) && !isByHand(one));
  return `It lands by itself when every gate and required check is green on exactly this change, on top of the landing branch.${
    held ? " What only a human can judge may hold it; then one issue asks you." : ""
  }`;
}

function particulars({ attempt, attempts, spend, ceiling, base, tree, spec }: PullFacts): string {
  return [
    `Attempt ${attempt} of ${Math.max(attempt, attempts)}`,
    `${dollars(spend.usd)} (ceiling ${dollars(ceiling)})`,
    tokens(spend),
    `tree ${code(short(tree))} on ${code(short(base))}`,
    `contract ${code(spec)}`,
  ].join(" · ");
}
