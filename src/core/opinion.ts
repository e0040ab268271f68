/** A model's opinion of a change: evidence that can make a verdict worse, never better. Asks no model. */

import * as z from "zod";
import { ModelPrice } from "#core/brief.ts";
import type { Booked, Decision } from "#core/decision.ts";
import { CATALOGUE, type Code } from "#core/errors.ts";
import { Finding } from "#core/evidence.ts";
import { linesOf } from "#core/journal.ts";
import { ledgerOf } from "#core/ledger.ts";
import { Milestone, type MilestoneId, Sha, Slug, Spec } from "#core/milestone.ts";
import type { Observation } from "#core/observation.ts";
import { Spend } from "#core/outcome.ts";
import type { Policy } from "#core/policy.ts";
import { priceOf } from "#core/prices.ts";

/** What the model must answer, word for word. Anything else is no answer. */
export const OpinionAnswer = z.strictObject({
  veto: z.boolean().describe("true if this change must not land"),
  reasons: z
    .array(z.string().min(1).max(300))
    .max(5)
    .describe("Why it must not land, at most 5, each at most 300 characters; empty without a veto"),
  criteria: z
    .array(
      z.strictObject({
        index: z.int().positive().describe("Number of the criterion, from 1"),
        met: z.enum(["yes", "no", "unsure"]),
      }),
    )
    .describe("Every acceptance criterion once"),
});
export type OpinionAnswer = z.infer<typeof OpinionAnswer>;

/** What is asked of one head: the contract as `review` saw it, and what the answer may cost. */
export const OpinionQuestion = z.strictObject({
  version: z.literal(1),
  milestone: Milestone,
  slug: Slug,
  attempt: z.int().positive(),
  base: Sha,
  spec: Spec,
  head: Sha,
  /** This run measures this head, so that an opinion without that evidence would be one of half the facts. */
  measured: z.boolean(),
  /** What an earlier run found, for a head that need not be measured again. */
  findings: z.array(Finding),
  /** Files that are rendered, not written: what changes in them is ours. */
  rendered: z.array(z.string()),
  model: z.string(),
  effort: z.enum(["low", "medium", "high", "xhigh", "max"]),
  price: ModelPrice,
  /** The most that may be spent on it, in US dollars. */
  usd: z.number().positive(),
});
export type OpinionQuestion = z.infer<typeof OpinionQuestion>;

/** What came back from the model's service. */
export type Heard =
  | { heard: "answer"; text: string }
  /** It spoke, or was to speak, and left nothing that could be read. */
  | { heard: "no answer"; because: string }
  /** Nobody's fault but the service's or the account's. */
  | { heard: "outage"; because: string; code: Code | null };

/** An opinion about exactly one tree. `none`: the model could not be asked, which is no fault of the change. */
export const Opinion = z.strictObject({
  version: z.literal(1),
  slug: Slug,
  attempt: z.int().positive(),
  spec: Spec,
  head: Sha,
  tree: Sha,
  model: z.string(),
  opinion: z.discriminatedUnion("says", [
    z.strictObject({ says: z.literal("no veto"), unsure: z.array(z.int().positive()) }),
    z.strictObject({ says: z.literal("veto"), because: z.array(z.string().min(1).max(400)).min(1) }),
    z.strictObject({ says: z.literal("none"), because: z.string(), code: z.string().nullable() }),
  ]),
  spend: Spend,
});
export type Opinion = z.infer<typeof Opinion>;

/** Characters of a reason of ours that quotes what the model or its service said. */
const MOST_SAID = 400;
/** Characters of a change that are shown at the most: more is read badly, and paid for. */
const MOST_SHOWN = 200_000;
/** Of the money, what may be spent on reading the change once. The rest pays for the answer and a second try. */
const FOR_READING = 0.5;
/** US dollars: sums of money are compared to half of it. */
const CENT = 0.01;

/** Null: the policy asks for none, or nobody knows what the model costs. */
export function questionFor(
  about: Pick<OpinionQuestion, "slug" | "attempt" | "base" | "spec" | "head" | "measured" | "findings">,
  { policy, roadmap, changelogPath }: Pick<Observation, "policy" | "roadmap" | "changelogPath">,
): OpinionQuestion | null {
  const milestone = roadmap.milestones.find(({ slug, spec }) => slug === about.slug && spec === about.spec);
  const terms = termsOf(policy);
  if (!milestone || terms === null) return null;
  const { slug, attempt, base, spec, head, measured, findings } = about;
  const rendered = [policy.roadmap, ...(changelogPath === null ? [] : [changelogPath])];
  return {
    version: 1,
    milestone,
    ...{ slug, attempt, base, spec, head, measured, findings, rendered },
    ...terms,
  };
}

function termsOf(policy: Policy): Pick<OpinionQuestion, "model" | "effort" | "price" | "usd"> | null {
  if (policy.opinion === false) return null;
  const model = policy.opinion.model ?? policy.model;
  const price = priceOf(model, policy.prices);
  return price && { model, effort: policy.effort, price, usd: policy.opinion.budget };
}

/** How much of the change can be shown for the money. A character is read as one token at the most. */
export function mostShown({ usd, price }: Pick<OpinionQuestion, "usd" | "price">): number {
  const dearest = Math.max(price.input, price.cacheWrite, price.cacheRead);
  return dearest === 0 ? MOST_SHOWN : Math.min(MOST_SHOWN, Math.floor((usd * FOR_READING * 1e6) / dearest));
}

/** What was heard, judged: whatever is not an answer to the question is a veto, except that nobody could be asked. */
export function opinionFrom(heard: Heard, { criteria }: Pick<Milestone, "criteria">): Opinion["opinion"] {
  switch (heard.heard) {
    case "outage":
      return { says: "none", because: shortened(heard.because), code: heard.code };
    case "no answer":
      return veto(heard.because);
    case "answer": {
      const answer = OpinionAnswer.safeParse(jsonFrom(heard.text)).data;
      if (!answer) return veto("it gave no answer in the form that was asked for");
      return judged(answer, criteria.length);
    }
  }
}

/** A criterion that is not met is a veto, whatever else is said. */
function judged({ veto: vetoes, reasons, criteria }: OpinionAnswer, count: number): Opinion["opinion"] {
  const named = new Set(criteria.map(({ index }) => index));
  const fits = named.size === criteria.length && count === criteria.length;
  if (!fits || Math.max(0, ...named) > count) return veto("it did not judge every criterion once");
  const indexes = (met: string) => criteria.filter((one) => one.met === met).map(({ index }) => index);
  const unmet = indexes("no").map((index) => `criterion ${index} is not met`);
  if (!vetoes && unmet.length === 0) return { says: "no veto", unsure: indexes("unsure") };
  return veto(...(reasons.length > 0 ? reasons : unmet.length > 0 ? unmet : ["it gave no reason"]));
}

function veto(...because: string[]): Opinion["opinion"] {
  return { says: "veto", because: because.map(shortened) };
}

/** The opinion of exactly this head, this tree and this contract. Of several the worst counts. */
export function opinionAbout(
  { slug, attempt, head }: { slug: Slug; attempt: number; head: Sha },
  ref: { tree: Sha; trailers: { spec: Spec } | null } | null,
  opinions: readonly Opinion[],
): Opinion | null {
  const about = opinions.filter(
    (one) =>
      one.slug === slug &&
      one.attempt === attempt &&
      one.head === head &&
      one.tree === ref?.tree &&
      one.spec === ref.trailers?.spec,
  );
  const saying = (says: Opinion["opinion"]["says"]) => about.find(({ opinion }) => opinion.says === says);
  return saying("veto") ?? saying("none") ?? saying("no veto") ?? null;
}

const GATE = { gate: "opinion" } as const;

/**
 * Passes where nothing was asked for, or what was asked for brought no veto. What is asked for and missing waits: the
 * change was not heard, and nothing lands unheard.
 */
export function opinionRuling(about: Opinion | null, asked: boolean) {
  if (about === null) {
    if (!asked) return { ...GATE, says: "pass" as const };
    return {
      ...GATE,
      says: "wait" as const,
      because: "none was given of this head",
      waitFor: "opinion" as const,
    };
  }
  const { opinion, model } = about;
  switch (opinion.says) {
    case "no veto":
      return { ...GATE, says: "pass" as const };
    case "veto":
      return {
        ...GATE,
        says: "fail" as const,
        because: `${model} vetoes: ${opinion.because.join("; ")}`,
        counted: true,
      };
    case "none":
      return {
        ...GATE,
        says: "wait" as const,
        because: `${model} could not be asked: ${opinion.because}`,
        waitFor: "opinion" as const,
      };
  }
}

/** What one opinion may cost, in US dollars; 0 where none is asked for. */
export function opinionCeiling({ opinion }: Pick<Policy, "opinion">): number {
  return opinion === false ? 0 : opinion.budget;
}

/** How many opinions the night's and the month's money still covers, each at its ceiling. */
export function affordable({
  policy,
  journal,
  night,
}: Pick<Observation, "policy" | "journal" | "night">): number {
  const spent = ledgerOf(journal, night.name);
  const left = Math.min(policy.budget.night - spent.night.usd, policy.budget.month - spent.month.usd);
  const each = opinionCeiling(policy);
  return each === 0 ? 0 : Math.max(0, Math.floor((left + CENT / 2) / each));
}

/** The opinions of this run that cost something and are in no book yet. */
export function booking(
  opinions: readonly Opinion[],
  { journal, cycle, roadmap }: Pick<Observation, "journal" | "cycle" | "roadmap">,
): Decision[] {
  const booked = linesOf(journal, "opined").filter((line) => line.cycle === cycle.id);
  const due = opinions.flatMap(({ slug, attempt, spec, head, spend }): Booked[] => {
    const known = booked.some((line) => line.slug === slug && line.attempt === attempt && line.head === head);
    if (known || spend.usd === 0) return [];
    const milestone =
      roadmap.milestones.find((one) => one.slug === slug)?.id ?? (slug as string as MilestoneId);
    return [{ milestone, slug, attempt, spec, head, spend }];
  });
  return due.length === 0 ? [] : [{ do: "book", opinions: due }];
}

/** A gate of `core/gates.ts`. */
export function opinionGate({ opinion, opinionAsked }: { opinion: Opinion | null; opinionAsked: boolean }) {
  return opinionRuling(opinion, opinionAsked);
}

/** The key of the one question about a model that refuses to be asked. */
const UNHEARD = "opinion";

/** One question for the whole night when only a human can help: a key that is missing, money that has run out. */
export function opinionQuestions(
  opinions: readonly Opinion[],
  { blockers }: Pick<Observation, "blockers">,
): Decision[] {
  const none = opinions.flatMap(({ opinion }) => (opinion.says === "none" ? [opinion] : []));
  const trouble = none.find(({ code }) => code !== null && code in CATALOGUE);
  if (!trouble || blockers.some(({ open, key }) => open && key === UNHEARD)) return [];
  const ask = `${CATALOGUE[trouble.code as Code]} Or set \`opinion: false\`. Then close this issue.`;
  return [{ do: "block", milestone: null, key: UNHEARD, because: trouble.because, ask }];
}

function shortened(text: string): string {
  return text.length <= MOST_SAID ? text : `${text.slice(0, MOST_SAID - 1).toWellFormed()}…`;
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
