/** Issues, their comments and labels. Pulls are issues too, so everything here works on both. */

import * as z from "zod";
import { pullEvent } from "#rehearsal/forge/events.ts";
import { commentFace, issueFace } from "#rehearsal/forge/issue-faces.ts";
import type { Comment, Issue } from "#rehearsal/forge/records.ts";
import { issueOf, LabelNames, labelNamed } from "#rehearsal/forge/routes-labels.ts";
import {
  bodyOf,
  type Call,
  invalid,
  notFound,
  numberParam,
  ordered,
  page,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import { isPull, now, type World } from "#rehearsal/forge/world.ts";

const READ = ["issues:read", "pull-requests:read"];
const WRITE = ["issues:write", "pull-requests:write"];

export const ISSUE_ROUTES: readonly Route[] = [
  { method: "GET", path: "issues", needs: ["issues:read"], handle: list },
  { method: "POST", path: "issues", needs: ["issues:write"], handle: create },
  { method: "PATCH", path: "issues/comments/{comment}", needs: WRITE, handle: editComment },
  { method: "DELETE", path: "issues/comments/{comment}", needs: WRITE, handle: deleteComment },
  { method: "GET", path: "issues/{number}", needs: READ, handle: read },
  { method: "PATCH", path: "issues/{number}", needs: WRITE, handle: edit },
  { method: "GET", path: "issues/{number}/comments", needs: READ, handle: comments },
  { method: "POST", path: "issues/{number}/comments", needs: WRITE, handle: comment },
];

/** GitHub's longest body of an issue, a pull or a comment. */
export const Body = z.string().max(65_536);

export function nextNumber(world: World): number {
  return 1 + Math.max(0, ...world.store.list("issues").map(({ number }) => number));
}

function list(call: Call): Reply {
  const { world, query } = call;
  const state = query.get("state") ?? "open";
  const creator = query.get("creator");
  const since = query.get("since");
  const labels = (query.get("labels") ?? "")
    .toLowerCase()
    .split(",")
    .filter((name) => name !== "");
  const found = world.store
    .list("issues")
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => creator === null || issue.author.login === creator)
    .filter((issue) => since === null || Date.parse(issue.updatedAt) >= Date.parse(since))
    .filter((issue) => labels.every((name) => issue.labels.some((own) => own.toLowerCase() === name)));
  return page(call, ordered(call, found), (issue) => issueFace(world, issue));
}

const NewIssue = z.object({
  title: z.union([z.string().min(1), z.number()]).transform(String),
  body: Body.nullish(),
  labels: LabelNames.optional(),
});

function create(call: Call): Reply {
  const { world, holder } = call;
  const body = bodyOf(call, NewIssue);
  const at = now();
  const number = nextNumber(world);
  const issue = world.store.transact((draft) => {
    const created: Issue = {
      id: draft.id(),
      number,
      title: body.title,
      body: body.body ?? null,
      state: "open",
      stateReason: null,
      author: holder.actor,
      labels: (body.labels ?? []).map((name) => labelNamed(world, draft, name)),
      createdAt: at,
      updatedAt: at,
      closedAt: null,
      closedBy: null,
      pull: null,
    };
    draft.put("issues", number, created);
    return created;
  });
  return { status: 201, body: issueFace(world, issue) };
}

function read(call: Call): Reply {
  return { status: 200, body: issueFace(call.world, issueOf(call)) };
}

const EditedIssue = z.object({
  title: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .optional(),
  body: Body.nullish(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
  labels: LabelNames.optional(),
});

function edit(call: Call): Reply {
  const { world, holder } = call;
  const issue = issueOf(call);
  const body = bodyOf(call, EditedIssue);
  if (issue.pull !== null && issue.pull.mergedAt !== null && body.state === "open") {
    throw invalid("Issue", "state", "state cannot be changed. The pull request was merged.");
  }
  const turned = body.state !== undefined && body.state !== issue.state;
  const edited = world.store.transact((draft) => {
    const next: Issue = {
      ...issue,
      ...(body.title === undefined ? {} : { title: body.title }),
      ...(body.body === undefined ? {} : { body: body.body }),
      ...(body.labels === undefined
        ? {}
        : { labels: body.labels.map((name) => labelNamed(world, draft, name)) }),
      ...(turned ? turnedTo(body.state === "closed", holder.actor, body.state_reason) : {}),
      updatedAt: now(),
    };
    draft.put("issues", next.number, next);
    if (turned && isPull(next)) {
      const id = draft.id();
      const action = next.state === "closed" ? "closed" : "reopened";
      const merge = next.pull.mergeCommitSha ?? next.pull.headSha;
      draft.put("events", id, {
        id,
        ...pullEvent(world, holder, { action, pull: next, merge }),
      });
    }
    return next;
  });
  world.announce();
  return { status: 200, body: issueFace(world, edited) };
}

type Reason = z.infer<typeof EditedIssue>["state_reason"];

function turnedTo(closed: boolean, actor: Issue["author"], reason: Reason): Partial<Issue> {
  if (!closed) return { state: "open", stateReason: "reopened", closedAt: null, closedBy: null };
  return { state: "closed", stateReason: reason ?? "completed", closedAt: now(), closedBy: actor };
}

function comments(call: Call): Reply {
  const { world, query } = call;
  const { number } = issueOf(call);
  const since = query.get("since");
  const found = world.store
    .list("comments")
    .filter(
      (one) => one.issue === number && (since === null || Date.parse(one.updatedAt) >= Date.parse(since)),
    );
  return page(call, found, (one) => commentFace(world, one));
}

const NewComment = z.object({ body: Body.min(1) });

function comment(call: Call): Reply {
  const { world, holder } = call;
  const issue = issueOf(call);
  const { body } = bodyOf(call, NewComment);
  const at = now();
  const written = world.store.transact((draft) => {
    const created: Comment = {
      id: draft.id(),
      issue: issue.number,
      body,
      author: holder.actor,
      createdAt: at,
      updatedAt: at,
    };
    draft.put("comments", created.id, created);
    draft.put("issues", issue.number, { ...issue, updatedAt: at });
    return created;
  });
  return { status: 201, body: commentFace(world, written) };
}

function commentOf(call: Call): Comment {
  const found = call.world.store.get("comments", numberParam(call, "comment"));
  if (found === undefined) throw notFound();
  const { actor, by } = call.holder;
  if (by !== "person" && found.author.id !== actor.id && call.holder.permissions.issues !== "write") {
    throw new Refusal(403, "Resource not accessible by integration");
  }
  return found;
}

function editComment(call: Call): Reply {
  const found = commentOf(call);
  const edited = { ...found, body: bodyOf(call, NewComment).body, updatedAt: now() };
  call.world.store.transact((draft) => draft.put("comments", edited.id, edited));
  return { status: 200, body: commentFace(call.world, edited) };
}

function deleteComment(call: Call): Reply {
  const { id } = commentOf(call);
  call.world.store.transact((draft) => draft.drop("comments", id));
  return { status: 204 };
}
