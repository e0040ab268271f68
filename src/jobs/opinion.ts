/** Asks a model once what it thinks of one head of the train, and writes down its opinion. Holds no credential that can write. */

import type { Assignment } from "#core/brief.ts";
import { faultsOf } from "#core/court/faults.ts";
import { Failure } from "#core/errors.ts";
import type { Evidence } from "#core/evidence.ts";
import { short } from "#core/milestone.ts";
import { type Heard, mostShown, type Opinion, type OpinionQuestion, opinionFrom } from "#core/opinion.ts";
import { NOTHING_SPENT, type Spend } from "#core/outcome.ts";
import type { HandOver } from "#ports/hand-over.ts";
import type { Critic, HeadChange, ReadChange } from "#ports/opinion.ts";
import { OPINION_SYSTEM_PROMPT, opinionMessage } from "#prose/opinion.ts";

type World = {
  handOver: HandOver;
  /** Null when no key was handed over: nobody can be asked. */
  critic: (() => Promise<Critic>) | null;
  change: ReadChange;
  /** Unknown to whoever wrote the change. */
  fence: string;
  say: (line: string) => void;
};

export async function giveOpinion(assignment: Assignment, world: World): Promise<void> {
  const { handOver, say } = world;
  const question = await handOver.readQuestion(assignment);
  if (question === null)
    throw new Failure(
      "HANDOVER_MISSING",
      `nothing was asked about ${assignment.slug} attempt ${assignment.attempt}`,
    );
  const { milestone, slug, attempt, spec, head, model } = question;
  const change = await world.change(question.rendered);
  if (change.head !== head || change.base !== question.base)
    throw new Failure(
      "HANDOVER_INVALID",
      `the checked-out commit is not the head that was asked about, ${head}`,
    );
  const evidence = evidenceFor(question, change, await handOver.readEvidence());
  if (evidence === null) return say(`opinion   ${milestone.id}: not asked, its evidence is not green`);
  const { spend, ...heard } = await hear(question, { evidence, diff: change.diff }, world);
  const opinion = opinionFrom(heard, milestone);
  const { tree } = change;
  await handOver.writeOpinion({ version: 1, slug, attempt, spec, head, tree, model, opinion, spend });
  say(`opinion   ${milestone.id} at ${short(tree)}: ${said(opinion)}, $${spend.usd}`);
}

/** Null: the facts already speak against it, or are not there. No word is worth paying for then. */
function evidenceFor(
  { slug, attempt, spec, base, measured }: OpinionQuestion,
  { tree }: HeadChange,
  evidence: readonly Evidence[],
): Evidence[] | null {
  const mine = evidence.filter((one) => one.slug === slug && one.attempt === attempt && one.spec === spec);
  const here = mine.filter((one) => one.tree === tree && one.base === base);
  if (here.some((one) => faultsOf(one).length > 0) || (measured && here.length === 0)) return null;
  // Where the whole court sat on the change before it was restacked, its findings still speak of this change.
  const whole = here.some(({ court }) => court === "full")
    ? []
    : mine.filter(({ court }) => court === "full");
  return [...here, ...whole.slice(0, 1)];
}

async function hear(
  question: OpinionQuestion,
  { evidence, diff }: { evidence: readonly Evidence[]; diff: string },
  { critic, fence }: World,
): Promise<Heard & { spend: Spend }> {
  if (critic === null)
    return {
      heard: "outage",
      because: "no key for the model was passed to `opinion`",
      code: "MODEL_KEY_MISSING",
      spend: NOTHING_SPENT,
    };
  const { milestone, attempt, findings } = question;
  const message = opinionMessage({
    ...{ milestone, attempt, evidence, findings, diff, fence },
    most: mostShown(question),
  });
  return await (await critic()).ask(question, { system: OPINION_SYSTEM_PROMPT, message });
}

function said(opinion: Opinion["opinion"]): string {
  switch (opinion.says) {
    case "no veto":
      return "no veto";
    case "veto":
      return `veto (${opinion.because.join("; ")})`;
    case "none":
      return `none (${opinion.because})`;
  }
}
