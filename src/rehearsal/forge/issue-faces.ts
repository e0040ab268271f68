/** How issues, pulls, comments, labels and reviews look in GitHub's answers. Pure: records in, JSON out. */

import {
  association,
  type Json,
  nodeId,
  repositoryApi,
  repositoryFace,
  repositoryPage,
  userFace,
} from "#rehearsal/forge/faces.ts";
import type { Comment, Issue, Label, PullRequest, Review } from "#rehearsal/forge/records.ts";
import type { World } from "#rehearsal/forge/world.ts";

export function labelFace(world: World, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repositoryApi(world)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

function labelsOf(world: World, issue: Issue): Json[] {
  return issue.labels.flatMap((name) => {
    const label = world.store.get("labels", name.toLowerCase());
    return label === undefined ? [] : [labelFace(world, label)];
  });
}

function commentsOn(world: World, issue: Issue): number {
  return world.store.list("comments").filter((comment) => comment.issue === issue.number).length;
}

export function issueFace(world: World, issue: Issue): Json {
  const api = `${repositoryApi(world)}/issues/${issue.number}`;
  const page = `${repositoryPage(world)}/${issue.pull === null ? "issues" : "pull"}/${issue.number}`;
  const pull = `${repositoryApi(world)}/pulls/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId(issue.pull === null ? "Issue" : "PullRequest", issue.id),
    url: api,
    repository_url: repositoryApi(world),
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: userFace(world, issue.author),
    labels: labelsOf(world, issue),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: commentsOn(world, issue),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: issue.closedBy === null ? null : userFace(world, issue.closedBy),
    author_association: association(world, issue.author),
    ...(issue.pull === null
      ? {}
      : {
          draft: issue.pull.draft,
          pull_request: {
            url: pull,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: issue.pull.mergedAt,
          },
        }),
  };
}

/** What lists show; `GET pulls/{n}` adds what has to be computed. */
export function pullFace(world: World, issue: PullRequest): Json {
  const { pull } = issue;
  const api = `${repositoryApi(world)}/pulls/${issue.number}`;
  const asIssue = `${repositoryApi(world)}/issues/${issue.number}`;
  const page = `${repositoryPage(world)}/pull/${issue.number}`;
  const statuses = `${repositoryApi(world)}/statuses/${pull.headSha}`;
  const links = {
    self: api,
    html: page,
    issue: asIssue,
    comments: `${asIssue}/comments`,
    review_comments: `${api}/comments`,
    review_comment: `${repositoryApi(world)}/pulls/comments{/number}`,
    commits: `${api}/commits`,
    statuses,
  };
  return {
    id: issue.id,
    node_id: nodeId("PullRequest", issue.id),
    url: api,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: asIssue,
    comments_url: links.comments,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    statuses_url: statuses,
    number: issue.number,
    state: issue.state,
    locked: false,
    active_lock_reason: null,
    title: issue.title,
    body: issue.body,
    user: userFace(world, issue.author),
    labels: labelsOf(world, issue).map((label) => ({ ...label, description: label.description ?? "" })),
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    draft: pull.draft,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    head: sideFace(world, pull.head, pull.headSha),
    base: sideFace(world, pull.base, pull.baseSha),
    author_association: association(world, issue.author),
    auto_merge: null,
    _links: Object.fromEntries(Object.entries(links).map(([key, href]) => [key, { href }])),
  };
}

function sideFace(world: World, ref: string, sha: string): Json {
  return {
    label: `${world.options.repository.owner}:${ref}`,
    ref,
    sha,
    user: userFace(world, world.options.owner),
    repo: repositoryFace(world),
  };
}

/** `numbers`: commits, additions, deletions and changed files. */
export function wholePullFace(world: World, issue: PullRequest, numbers: Json, blocked: boolean): Json {
  const { pull } = issue;
  const isOpen = issue.state === "open";
  const mergeable = isOpen ? pull.mergeCommitSha !== null : null;
  const settled = mergeable === false ? "dirty" : blocked ? "blocked" : "clean";
  return {
    ...pullFace(world, issue),
    merged: pull.mergedAt !== null,
    merged_by: pull.mergedBy === null ? null : userFace(world, pull.mergedBy),
    mergeable,
    rebaseable: mergeable,
    mergeable_state: isOpen ? settled : "unknown",
    maintainer_can_modify: false,
    comments: commentsOn(world, issue),
    review_comments: 0,
    ...numbers,
  };
}

export function commentFace(world: World, comment: Comment): Json {
  const api = repositoryApi(world);
  const isPull = world.store.get("issues", comment.issue)?.pull !== null;
  const page = `${repositoryPage(world)}/${isPull ? "pull" : "issues"}/${comment.issue}`;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${page}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.issue}`,
    body: comment.body,
    user: userFace(world, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(world, comment.author),
  };
}

export function reviewFace(world: World, review: Review): Json {
  const pull = `${repositoryApi(world)}/pulls/${review.pull}`;
  const page = `${repositoryPage(world)}/pull/${review.pull}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userFace(world, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull,
    _links: { html: { href: page }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
    author_association: association(world, review.author),
  };
}
