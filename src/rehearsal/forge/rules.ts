/** Branch rules and the workflow-file guard: says what a change of a ref breaks. Refuses nothing itself. */

import type { Git } from "#rehearsal/forge/git.ts";
import type { Method } from "#rehearsal/forge/merging.ts";
import type { BranchRule } from "#rehearsal/forge/options.ts";
import type { Check } from "#rehearsal/forge/records.ts";
import type { RefChange } from "#rehearsal/forge/refs.ts";
import type { Holder } from "#rehearsal/forge/tokens.ts";
import { pulls, type World } from "#rehearsal/forge/world.ts";

/** Runs of these events report checks that count; all other runs' job checks never do. */
const COUNTING_EVENTS = ["push", "pull_request"];

export type Proposal = RefChange & {
  holder: Holder;
  /** A merge of this pull; null for a push or a ref update. */
  pull: number | null;
  /** How that pull is merged. */
  method?: Method;
  /** Sees the objects of the change, also when they are still in quarantine. */
  git: Git;
};

export function rulesFor(world: World, branch: string): BranchRule[] {
  return world.options.rules.filter((rule) => matches(rule.branch, branch));
}

function matches(pattern: string, branch: string): boolean {
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*|\*/g, (star) => (star === "*" ? "[^/]*" : ".*"));
  return new RegExp(`^${source}$`).test(branch);
}

/** Why a change may not happen, in GitHub's words. */
export type Objection = { because: "rules" | "workflow"; sentences: readonly string[] };

/** What stands against a change, or null. */
export async function objectionTo(world: World, proposal: Proposal): Promise<Objection | null> {
  const broken = await violations(world, proposal);
  if (broken.length > 0) return { because: "rules", sentences: broken };
  const path = await guardedWorkflow(world, proposal);
  if (path === null) return null;
  const sentence = `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`;
  return { because: "workflow", sentences: [sentence] };
}

/** Whether rules keep this pull from being merged now, by any method. */
export async function isBlocked(world: World, proposal: Proposal): Promise<boolean> {
  return (await violations(world, proposal)).some((sentence) => sentence !== LINEAR);
}

const LINEAR = "This branch must not contain merge commits.";
const BEHIND = "The head branch is not up to date with the base branch.";

async function violations(world: World, proposal: Proposal): Promise<string[]> {
  if (!proposal.ref.startsWith("refs/heads/")) return [];
  const branch = proposal.ref.slice("refs/heads/".length);
  const found: string[] = [];
  for (const rule of rulesFor(world, branch)) {
    if (!bypasses(world, rule, proposal.holder)) found.push(...(await brokenBy(world, rule, proposal)));
  }
  const classic = world.options.classicProtection;
  if (classic?.branch === branch && !isOwner(world, proposal.holder)) {
    found.push(...(await unprotected(proposal)), ...missing(world, proposal, classic.contexts.map(anyone)));
  }
  return [...new Set(found)];
}

export function bypasses(world: World, rule: BranchRule, holder: Holder): boolean {
  if (holder.by === "app") return rule.bypass.includes("app");
  return isOwner(world, holder) && rule.bypass.includes("owner");
}

function isOwner(world: World, { by, actor }: Holder): boolean {
  return by === "person" && actor.id === world.options.owner.id;
}

async function brokenBy(world: World, rule: BranchRule, proposal: Proposal): Promise<string[]> {
  const found = await unprotected(proposal);
  const { after, before, git, pull, method } = proposal;
  if (after === null) return found;
  if (rule.mergeQueue) found.push("Changes must be made through the merge queue");
  if (rule.pullRequest && pull === null) found.push("Changes must be made through a pull request.");
  if (pull !== null) found.push(...unapproved(world, rule, pull));
  if (pull !== null && (await isBehind(world, rule, proposal))) found.push(BEHIND);
  if (method !== undefined && rule.methods?.includes(method) === false)
    found.push(`Merge method "${method}" is not allowed.`);
  if (rule.linearHistory && (await hasMerges(git, before, after))) {
    found.push(LINEAR);
  }
  return [...found, ...missing(world, proposal, rule.requiredChecks)];
}

/** Without a required check there is nothing that could be out of date. */
async function isBehind(world: World, rule: BranchRule, { before, pull, git }: Proposal): Promise<boolean> {
  if (rule.strict !== true || rule.requiredChecks.length === 0 || before === null) return false;
  const head = pulls(world).find(({ number }) => number === pull)?.pull.headSha;
  return head !== undefined && !(await git.isAncestor(before, head));
}

async function unprotected({ before, after, git }: Proposal): Promise<string[]> {
  if (after === null) return ["Cannot delete this branch"];
  const isForced = before !== null && !(await git.isAncestor(before, after));
  return isForced ? ["Cannot force-push to this branch"] : [];
}

async function hasMerges(git: Git, before: string | null, after: string): Promise<boolean> {
  const range = before === null ? after : `${before}..${after}`;
  return (await git.lines(["rev-list", "--merges", "-1", range])).length > 0;
}

/** What each reviewer said last counts, a bot's approval like anybody's. Nobody can approve the own pull. */
function unapproved(world: World, rule: BranchRule, number: number): string[] {
  const judging = world.store.list("reviews").filter(({ pull }) => pull === number);
  const verdicts = judging.filter(({ state }) => state === "APPROVED" || state === "CHANGES_REQUESTED");
  const last = new Map(verdicts.map(({ author, state }) => [author.id, state]));
  const approvals = [...last.values()].filter((state) => state === "APPROVED").length;
  if (approvals >= rule.approvals) return [];
  const reviews = rule.approvals === 1 ? "1 approving review is" : `${rule.approvals} approving reviews are`;
  return [`At least ${reviews} required by reviewers with write access.`];
}

type Required = BranchRule["requiredChecks"][number];

function anyone(context: string): Required {
  return { context, integrationId: null };
}

/** A merge is judged by the pull's head, a push by the pushed commit. */
function missing(world: World, proposal: Proposal, required: readonly Required[]): string[] {
  const head = pulls(world).find(({ number }) => number === proposal.pull)?.pull.headSha;
  const sha = head ?? proposal.after;
  if (sha === null) return [];
  const unmet = required.filter((one) => !isMet(world, sha, one)).map(({ context }) => context);
  if (unmet.length === 0) return [];
  if (unmet.length === 1) return [`Required status check "${unmet[0]}" is expected.`];
  return [`${unmet.length} of ${required.length} required status checks are expected: ${unmet.join(", ")}.`];
}

/** The latest report of each kind counts; where a check and a status share the name, both must have passed. */
function isMet(world: World, sha: string, { context, integrationId }: Required): boolean {
  const check = world.store
    .list("checks")
    .filter((one) => one.sha === sha && one.name === context && counts(world, one))
    .filter((one) => integrationId === null || one.app === integrationId)
    .at(-1);
  const status = world.store
    .list("statuses")
    .filter((one) => one.sha === sha && one.context === context)
    .filter((one) => integrationId === null || one.app === integrationId)
    .at(-1);
  if (check === undefined && status === undefined) return false;
  const isGreen = ["success", "skipped", "neutral"].includes(check?.conclusion ?? "");
  return (check === undefined || isGreen) && (status === undefined || status.state === "success");
}

function counts(world: World, check: Check): boolean {
  if (check.run === null) return true;
  return COUNTING_EVENTS.includes(world.store.get("runs", check.run)?.event ?? "");
}

/** The workflow file this change would create or update without being allowed to, or null. */
async function guardedWorkflow(world: World, proposal: Proposal): Promise<string | null> {
  const { holder, after, before, git } = proposal;
  if (after === null || holder.grant.kind === "person") return null;
  if (holder.grant.kind === "app" && holder.permissions.workflows === "write") return null;
  const only = ["--", ".github/workflows"];
  const [fresh] = await git.lines([
    "log",
    "--format=",
    "--name-only",
    "--cc",
    after,
    "--not",
    "--all",
    ...only,
  ]);
  if (fresh !== undefined) return fresh;
  if (before === null) return null;
  const trunk = `refs/heads/${world.options.repository.defaultBranch}`;
  const brought = await git.lines(["diff", "--name-only", before, after, ...only]);
  for (const path of brought) {
    const { code } = await git.try(["diff", "--quiet", trunk, after, "--", path]);
    if (code !== 0) return path;
  }
  return null;
}
