/** What the forge stores beside git: one record type per table. Values only; refs and commits stay git's. */

import type {
  Actor,
  Conclusion,
  ForgeEvent,
  RequestCounts,
  TokenGrant,
  WorkflowRun,
} from "#rehearsal/seams.ts";

/** Who moved a ref or wrote a record. */
export type Writer = { actor: Actor; by: TokenGrant["kind"] };

/** The part of an issue that makes it a pull request. Head and base are branches of this repository. */
export type Pull = {
  head: string;
  headSha: string;
  base: string;
  /** Base's tip when the pull was opened or its head last moved, as on GitHub. */
  baseSha: string;
  draft: boolean;
  mergedAt: string | null;
  mergedBy: Actor | null;
  /** Before the merge: the test merge, or null on a conflict. */
  mergeCommitSha: string | null;
  /** Written before base is moved, so that a merge cut short is recognised afterwards. */
  landing: string | null;
};

/** An issue, or a pull request when `pull` is set: both share numbers, labels and comments. */
export type Issue = {
  id: number;
  number: number;
  title: string;
  body: string | null;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "reopened" | "duplicate" | null;
  author: Actor;
  labels: readonly string[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: Actor | null;
  pull: Pull | null;
};

export type PullRequest = Issue & { pull: Pull };

export type Comment = {
  id: number;
  issue: number;
  body: string;
  author: Actor;
  createdAt: string;
  updatedAt: string;
};

export type Review = {
  id: number;
  pull: number;
  body: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "PENDING";
  commit: string;
  author: Actor;
  submittedAt: string;
};

export type Label = { id: number; name: string; color: string; description: string | null };

export type Status = {
  id: number;
  sha: string;
  state: "error" | "failure" | "pending" | "success";
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: Actor;
  /** The app behind the token; null for a person. */
  app: number | null;
  createdAt: string;
};

export type Check = {
  id: number;
  sha: string;
  name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  startedAt: string;
  completedAt: string | null;
  externalId: string | null;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  app: number;
  /** The run whose job it reports; null when it came through the REST API. */
  run: number | null;
};

/** A run id given away by a dispatch before the runner started the run. */
export type Reservation = { run: number; path: string };

export type Meta = {
  lastId: number;
  ownerToken: string;
  repositoryId: number;
  createdAt: string;
  /** Who is moving refs right now: they are the author of what is found moved after a kill. */
  writer: Writer;
};

export type Tables = {
  meta: Meta;
  refs: string;
  issues: Issue;
  comments: Comment;
  reviews: Review;
  labels: Label;
  statuses: Status;
  checks: Check;
  runs: WorkflowRun;
  reservations: Reservation;
  events: ForgeEvent;
  counts: RequestCounts;
};
