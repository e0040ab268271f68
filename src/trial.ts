/** One change before the real court, without a forge: what a night would have made of it. Lands nothing. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createSyntax, createWitness, readReport } from "#adapters/court.ts";
import { applyPatch } from "#adapters/git/patch.ts";
import { differenceOf } from "#adapters/git/tree-difference.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import { createWorkbench } from "#adapters/workbench/workbench.ts";
import { judgeBounds } from "#core/bounds.ts";
import type { Assignment } from "#core/brief.ts";
import { docketFor } from "#core/briefing.ts";
import { faultsOf, redBaseOf } from "#core/court/faults.ts";
import { type Evidence, isByHand } from "#core/evidence.ts";
import type { Milestone } from "#core/milestone.ts";
import { type Policy, protectedGlobs } from "#core/policy.ts";
import type { Roadmap } from "#core/roadmap.ts";
import { sit } from "#jobs/court/sitting.ts";
import type { Sandbox } from "#ports/sandbox.ts";

export type TrialOptions = {
  /** A checkout whose HEAD is the base. */
  checkout: string;
  /** An empty folder for everything the trial leaves behind. */
  room: string;
  patch: Uint8Array;
  milestone: Milestone;
  roadmap: Roadmap;
  policy: Policy;
  sandbox: Sandbox;
  /** What `setup:` may see beyond the allow-list: proxies and certificates of the machine. */
  network?: Readonly<Record<string, string>>;
  /** PATH of foreign commands. */
  path: string;
  /** Where toolchains keep their caches, if trials are to share them. */
  home?: string;
  say: (line: string) => void;
};

/** `held`: open, with a question to a human · `refused`: the next attempt is told why. */
export type Judgement = {
  says: "proven" | "held" | "refused";
  because: string[];
  evidence: Evidence | null;
  seconds: number;
};

const ATTEMPT = 1;

export async function tryChange(options: TrialOptions): Promise<Judgement> {
  const begun = performance.now();
  const judged = await judge(options);
  return { ...judged, seconds: (performance.now() - begun) / 1_000 };
}

async function judge(options: TrialOptions): Promise<Omit<Judgement, "seconds">> {
  const { checkout, room, patch, milestone, policy, sandbox, path, say } = options;
  await mkdir(room, { recursive: true });
  const desk = openDesk(join(room, "desk"), options.home);
  const workbench = createWorkbench({
    ...{
      desk,
      checkout,
      path,
      staged: false,
      network: options.network ?? {},
      redact: (text: string) => text,
    },
    sandbox: async () => sandbox,
    readReport: async () => readReport,
  });
  const refused = (...because: string[]) => ({ says: "refused" as const, because, evidence: null });
  const setup = await workbench.prepare(policy.setup, policy.verify.minutes * 60);
  const broken = setup.find(({ exitCode }) => exitCode !== 0);
  if (broken)
    return refused(`setup: \`${broken.command}\` exited ${broken.exitCode}: ${broken.tail.slice(-300)}`);
  const { base } = await desk.recall();
  const docket = docketFor(milestone, { policy, roadmap: options.roadmap, changelogPath: null });
  const staged = await workbench.stage(docket, patch);
  if (!("tree" in staged))
    return refused("refused" in staged ? staged.refused : `conflicts in ${staged.conflicts.join(", ")}`);
  const applied = await applyPatch(desk.git, base, patch);
  const bounds = judgeBounds({
    ...(await differenceOf(desk.git, base, "tree" in applied ? applied.tree : staged.tree)),
    protectedGlobs: protectedGlobs(policy),
    touches: milestone.touches,
    allows: milestone.allows,
    limits: policy.limits,
  });
  if (bounds.protected.length > 0) return { says: "held", because: bounds.protected, evidence: null };
  if (bounds.refused.length > 0) return refused(...bounds.refused);
  const witness = createWitness({
    ...{ placeOf: desk.place, home: desk.home, path, pictures: join(room, "pictures") },
    sandbox: async () => sandbox,
    redact: (text) => text,
  });
  const world = { workbench, syntax: createSyntax(), witness, nonce: "trial7c1f", say };
  const clock = () => performance.now() / 1_000;
  const assignment: Assignment = { slug: milestone.slug, attempt: ATTEMPT, base, spec: milestone.spec };
  const evidence = await sit(
    { docket, assignment, tree: staged.tree },
    {
      ...world,
      clock,
      baseline: async () => null,
    },
  );
  return { ...conclude(evidence, policy), evidence };
}

function conclude(evidence: Evidence, policy: Policy): Pick<Judgement, "says" | "because"> {
  const red = redBaseOf(evidence);
  if (red) return { says: "held", because: red };
  const faults = faultsOf(evidence);
  if (faults.length > 0) return { says: "refused", because: faults };
  const open = evidence.findings.filter((one) => one.finding === "needs a human" && !isByHand(one));
  if (open.length > 0 && policy["needs-human"] === "hold")
    return { says: "held", because: open.map(({ text, how }) => `only a human can judge “${text}”: ${how}`) };
  return { says: "proven", because: [] };
}
