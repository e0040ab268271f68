/** What happened, in the shape workflows see it as `github.event`. Builds values, tells nobody. */

import type { Commit } from "#rehearsal/forge/git.ts";
import type { PullRequest, Writer } from "#rehearsal/forge/records.ts";
import { metaOf, type World } from "#rehearsal/forge/world.ts";
import type { ForgeEvent, WorkflowRun } from "#rehearsal/seams.ts";

export type NewEvent = Omit<ForgeEvent, "id">;

const NOTHING = "0".repeat(40);

export function pushEvent(
  world: World,
  writer: Writer,
  change: { ref: string; before: string | null; forced: boolean; head: Commit },
): NewEvent {
  const { ref, before, forced, head } = change;
  return {
    event: "push",
    action: null,
    workflow: null,
    ref,
    sha: head.sha,
    headSha: head.sha,
    headBranch: ref.replace(/^refs\/(heads|tags)\//, ""),
    actor: writer.actor,
    by: writer.by,
    payload: {
      ref,
      before: before ?? NOTHING,
      after: head.sha,
      created: before === null,
      deleted: false,
      forced,
      head_commit: {
        id: head.sha,
        tree_id: head.tree,
        message: head.message,
        timestamp: head.committer.date,
      },
      pusher: { name: writer.actor.login },
      ...surroundings(world, writer),
    },
  };
}

/** `merge` is the commit of `refs/pull/N/merge`, or the merge commit when it closes. */
export function pullEvent(
  world: World,
  writer: Writer,
  happened: { action: string; pull: PullRequest; merge: string },
): NewEvent {
  const { action, pull, merge } = happened;
  return {
    event: "pull_request",
    action,
    workflow: null,
    ref: `refs/pull/${pull.number}/merge`,
    sha: merge,
    headSha: pull.pull.headSha,
    headBranch: pull.pull.head,
    actor: writer.actor,
    by: writer.by,
    payload: {
      action,
      number: pull.number,
      pull_request: pullPayload(world, pull),
      ...surroundings(world, writer),
    },
  };
}

function pullPayload(world: World, issue: PullRequest): Record<string, unknown> {
  const { pull } = issue;
  const { owner, name } = world.options.repository;
  const repo = { id: metaOf(world).repositoryId, name, full_name: `${owner}/${name}`, fork: false };
  return {
    id: issue.id,
    number: issue.number,
    state: issue.state,
    draft: pull.draft,
    title: issue.title,
    body: issue.body,
    html_url: `${world.url}/${owner}/${name}/pull/${issue.number}`,
    user: issue.author,
    labels: issue.labels.map((label) => ({ name: label })),
    head: { ref: pull.head, sha: pull.headSha, label: `${owner}:${pull.head}`, repo },
    base: { ref: pull.base, sha: pull.baseSha, label: `${owner}:${pull.base}`, repo },
    merged: pull.mergedAt !== null,
    merge_commit_sha: pull.mergeCommitSha,
  };
}

export function workflowEvent(
  world: World,
  writer: Writer,
  happened: Pick<ForgeEvent, "ref" | "sha"> & { event: "workflow_dispatch" | "schedule"; path: string },
  more: Record<string, unknown>,
): NewEvent {
  const { event, path, ref, sha } = happened;
  return {
    event,
    action: null,
    workflow: path.replace(/^.*\//, ""),
    ref,
    sha,
    headSha: sha,
    headBranch: ref.replace(/^refs\/(heads|tags)\//, ""),
    actor: writer.actor,
    by: writer.by,
    payload: { ...more, workflow: path, ...surroundings(world, writer) },
  };
}

/** Comes from GitHub itself, not from the token that did the run's work: it starts workflows. */
export function runEvent(world: World, run: WorkflowRun, tip: string): NewEvent {
  const writer: Writer = { actor: run.actor, by: "person" };
  return {
    event: "workflow_run",
    action: "completed",
    workflow: null,
    ref: `refs/heads/${world.options.repository.defaultBranch}`,
    sha: tip,
    headSha: tip,
    headBranch: world.options.repository.defaultBranch,
    actor: writer.actor,
    by: writer.by,
    payload: {
      action: "completed",
      workflow: { name: run.name, path: run.path },
      workflow_run: {
        id: run.id,
        name: run.name,
        path: run.path,
        event: run.event,
        status: run.status,
        conclusion: run.conclusion,
        head_branch: run.headBranch,
        head_sha: run.headSha,
        run_number: run.number,
        run_attempt: run.attempt,
        actor: run.actor,
      },
      ...surroundings(world, writer),
    },
  };
}

function surroundings(world: World, writer: Writer): Record<string, unknown> {
  const { owner, name, private: isPrivate, defaultBranch } = world.options.repository;
  return {
    repository: {
      id: metaOf(world).repositoryId,
      name,
      full_name: `${owner}/${name}`,
      owner: world.options.owner,
      private: isPrivate,
      default_branch: defaultBranch,
      html_url: `${world.url}/${owner}/${name}`,
      clone_url: `${world.url}/${owner}/${name}.git`,
    },
    sender: writer.actor,
  };
}
