/** Merging a pull, bringing base into its head, and reviews. Every refusal comes before the first effect. */

import * as z from "zod";
import { noreply } from "#rehearsal/forge/faces.ts";
import { reviewFace } from "#rehearsal/forge/issue-faces.ts";
import { GITHUB, METHODS, type Merge, type Method, mergeCommit } from "#rehearsal/forge/merging.ts";
import type { PullRequest, Review } from "#rehearsal/forge/records.ts";
import { announceWriter, refsMoved } from "#rehearsal/forge/refs.ts";
import { pullOf } from "#rehearsal/forge/routes-pulls.ts";
import {
  bodyOf,
  type Call,
  objected,
  page,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import { objectionTo } from "#rehearsal/forge/rules.ts";
import type { Holder } from "#rehearsal/forge/tokens.ts";
import { now, withPull } from "#rehearsal/forge/world.ts";

export const MERGE_ROUTES: readonly Route[] = [
  { method: "PUT", path: "pulls/{number}/merge", needs: ["contents:write"], handle: merge },
  {
    method: "PUT",
    path: "pulls/{number}/update-branch",
    needs: ["pull-requests:write"],
    handle: updateBranch,
  },
  { method: "GET", path: "pulls/{number}/reviews", needs: ["pull-requests:read"], handle: reviews },
  { method: "POST", path: "pulls/{number}/reviews", needs: ["pull-requests:write"], handle: review },
];

const MergeOrder = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(METHODS).default("merge"),
});

const NOT_ALLOWED: Record<Method, string> = {
  merge: "Merge commits are not allowed on this repository.",
  squash: "Squash merges are not allowed on this repository.",
  rebase: "Rebase merges are not allowed on this repository.",
};

async function merge(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const order = bodyOf(call, MergeOrder);
  const pull = pullOf(call);
  const ref = `refs/heads/${pull.pull.base}`;
  const before = await world.git.commitOf(ref);
  if (pull.state === "closed" || pull.pull.draft || before === null) {
    throw new Refusal(405, "Pull Request is not mergeable");
  }
  if (order.sha !== undefined && order.sha !== pull.pull.headSha) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  const { merge_method: method } = order;
  const { mergeMethods = METHODS } = world.options.settings;
  if (!mergeMethods.includes(method)) throw new Refusal(405, NOT_ALLOWED[method]);
  const after = await mergeCommit(world.git, mergeOf(call, pull, before, order));
  if (after === null) throw new Refusal(405, "Pull Request is not mergeable");
  const proposal = { ref, before, after, holder, pull: pull.number, method, git: world.git };
  const objection = await objectionTo(world, proposal);
  if (objection !== null) throw objected(objection, 405);
  announceWriter(world, holder);
  world.store.transact((draft) => draft.put("issues", pull.number, withPull(pull, { landing: after })));
  if (!(await world.git.updateRef(ref, after, before))) {
    throw new Refusal(405, "Base branch was modified. Review and try the merge again.");
  }
  await refsMoved(world, holder);
  return { status: 200, body: { sha: after, merged: true, message: "Pull Request successfully merged" } };
}

function mergeOf(
  { world, holder }: Call,
  issue: PullRequest,
  base: string,
  order: z.infer<typeof MergeOrder>,
): Merge {
  const { headSha: head } = issue.pull;
  const date = now();
  return {
    method: order.merge_method,
    base,
    head,
    message: messageOf(world.options.repository.owner, issue, order),
    merger: { ...personOf(holder.actor), date },
    author: { ...personOf(issue.author), date },
  };
}

function personOf(actor: Holder["actor"]): { name: string; email: string } {
  return { name: actor.login, email: noreply(actor) };
}

function messageOf(owner: string, issue: PullRequest, order: z.infer<typeof MergeOrder>): string {
  const titles: Record<Method, string> = {
    merge: `Merge pull request #${issue.number} from ${owner}/${issue.pull.head}`,
    squash: `${issue.title} (#${issue.number})`,
    rebase: "",
  };
  const fallback = order.merge_method === "merge" ? issue.title : (issue.body ?? "");
  const text = order.commit_message ?? fallback;
  return `${order.commit_title ?? titles[order.merge_method]}${text === "" ? "" : `\n\n${text}`}\n`;
}

const Update = z.object({ expected_head_sha: z.string().optional() });

async function updateBranch(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const { expected_head_sha: expected } = bodyOf(call, Update);
  const issue = pullOf(call);
  const { head, headSha, base } = issue.pull;
  const tip = await world.git.commitOf(`refs/heads/${base}`);
  if (issue.state === "closed" || tip === null) throw new Refusal(422, "Pull request is closed");
  if (expected !== undefined && expected !== headSha) {
    throw new Refusal(422, "expected_head_sha does not match the current head.");
  }
  if (await world.git.isAncestor(tip, headSha)) {
    throw new Refusal(422, "There are no new commits on the base branch.");
  }
  const person = { ...personOf(holder.actor), date: now() };
  const message = `Merge branch '${base}' into ${head}\n`;
  const turned: Merge = {
    method: "merge",
    base: headSha,
    head: tip,
    message,
    merger: person,
    author: { ...GITHUB, date: now() },
  };
  const after = await mergeCommit(world.git, turned);
  if (after === null) throw new Refusal(422, "merge conflict between base and head");
  const proposal = { ref: `refs/heads/${head}`, before: headSha, after, holder, pull: null, git: world.git };
  const objection = await objectionTo(world, proposal);
  if (objection !== null) throw objected(objection, 422);
  announceWriter(world, holder);
  await world.git.updateRef(proposal.ref, after, headSha);
  await refsMoved(world, holder);
  const url = `${world.url}/${world.options.repository.owner}/${world.options.repository.name}/pull/${issue.number}`;
  return { status: 202, body: { message: "Updating pull request branch.", url } };
}

function reviews(call: Call): Reply {
  const { number } = pullOf(call);
  const found = call.world.store.list("reviews").filter((one) => one.pull === number);
  return page(call, found, (one) => reviewFace(call.world, one));
}

const NewReview = z.object({
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).optional(),
  body: z.string().optional(),
  commit_id: z.string().optional(),
});

const VERDICTS = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

function review(call: Call): Reply {
  const { world, holder } = call;
  const issue = pullOf(call);
  const { event, body, commit_id: commit } = bodyOf(call, NewReview);
  const judges = event === "APPROVE" || event === "REQUEST_CHANGES";
  if (judges && issue.author.id === holder.actor.id) {
    const verb = event === "APPROVE" ? "approve" : "request changes on";
    throw new Refusal(422, "Unprocessable Entity", [`Can not ${verb} your own pull request`]);
  }
  if (event === "APPROVE" && holder.by === "github-token" && !world.options.settings.actionsMayCreatePulls) {
    throw new Refusal(422, "Unprocessable Entity", [
      "GitHub Actions is not permitted to approve pull requests.",
    ]);
  }
  if (event !== "APPROVE" && event !== undefined && (body ?? "") === "") {
    throw new Refusal(422, "Unprocessable Entity", ["Body can not be blank"]);
  }
  const written = world.store.transact((draft) => {
    const made: Review = {
      id: draft.id(),
      pull: issue.number,
      body: body ?? "",
      state: event === undefined ? "PENDING" : VERDICTS[event],
      commit: commit ?? issue.pull.headSha,
      author: holder.actor,
      submittedAt: now(),
    };
    draft.put("reviews", made.id, made);
    return made;
  });
  return { status: 200, body: reviewFace(world, written) };
}
