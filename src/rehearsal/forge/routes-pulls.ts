/** Pull requests: opened, read, edited, reviewed. Merging them has a file of its own. */

import * as z from "zod";
import { filesBetween } from "#rehearsal/forge/diffs.ts";
import { pullEvent } from "#rehearsal/forge/events.ts";
import { commitFace } from "#rehearsal/forge/faces.ts";
import { pullFace, wholePullFace } from "#rehearsal/forge/issue-faces.ts";
import type { PullRequest } from "#rehearsal/forge/records.ts";
import { closed, freshPull, heard, withTestMerge } from "#rehearsal/forge/refs.ts";
import { Body, nextNumber } from "#rehearsal/forge/routes-issues.ts";
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
import { isBlocked } from "#rehearsal/forge/rules.ts";
import { isPull, now, pulls, type World, withPull } from "#rehearsal/forge/world.ts";

export const PULL_ROUTES: readonly Route[] = [
  { method: "GET", path: "pulls", needs: ["pull-requests:read"], handle: list },
  { method: "POST", path: "pulls", needs: ["pull-requests:write"], handle: create },
  { method: "GET", path: "pulls/{number}", needs: ["pull-requests:read"], handle: read },
  { method: "PATCH", path: "pulls/{number}", needs: ["pull-requests:write"], handle: edit },
  { method: "GET", path: "pulls/{number}/files", needs: ["pull-requests:read"], handle: files },
  { method: "GET", path: "pulls/{number}/commits", needs: ["pull-requests:read"], handle: commits },
];

export function pullOf(call: Call): PullRequest {
  const pull = call.world.store.get("issues", numberParam(call, "number"));
  if (!isPull(pull)) throw notFound();
  return pull;
}

function list(call: Call): Reply {
  const { world, query } = call;
  const { owner } = world.options.repository;
  const state = query.get("state") ?? "open";
  const head = query.get("head");
  const base = query.get("base");
  const found = pulls(world)
    .filter((pull) => state === "all" || pull.state === state)
    // Without the owner before a colon GitHub does not filter by head at all.
    .filter(({ pull }) => head === null || !head.includes(":") || head === `${owner}:${pull.head}`)
    .filter(({ pull }) => base === null || base === "" || pull.base === base);
  // Sorted by anything but the time of creation, GitHub begins with what is oldest.
  const fallback = ["created", null].includes(query.get("sort")) ? "desc" : "asc";
  return page(call, ordered(call, found, fallback), (pull) => pullFace(world, pull));
}

const NewPull = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: Body.nullish(),
  draft: z.boolean().default(false),
});

type Ends = { head: string; base: string; headSha: string; baseSha: string };

async function create(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const body = bodyOf(call, NewPull);
  if (holder.by === "github-token" && !world.options.settings.actionsMayCreatePulls) {
    throw new Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.");
  }
  const ends = await endsOf(world, body.head, body.base);
  const at = now();
  const common = { state: "open", stateReason: null, closedAt: null, closedBy: null } as const;
  const nothing = { mergedAt: null, mergedBy: null, mergeCommitSha: null, landing: null };
  const blank: PullRequest = {
    ...common,
    id: 0,
    number: nextNumber(world),
    title: body.title,
    body: body.body ?? null,
    author: holder.actor,
    labels: [],
    createdAt: at,
    updatedAt: at,
    pull: { ...ends, ...nothing, draft: body.draft },
  };
  const tested = await withTestMerge(world, blank);
  const pull = world.store.transact((draft) => {
    const opened = { ...tested, id: draft.id() };
    draft.put("issues", opened.number, opened);
    const event = heard(world, holder, "opened", opened);
    if (event !== null) {
      const id = draft.id();
      draft.put("events", id, { id, ...event });
    }
    return opened;
  });
  world.announce();
  return { status: 201, body: await wholeFace(call, pull) };
}

async function endsOf(world: World, named: string, base: string): Promise<Ends> {
  const { owner } = world.options.repository;
  const head = named.startsWith(`${owner}:`) ? named.slice(owner.length + 1) : named;
  const headSha = await world.git.commitOf(`refs/heads/${head}`);
  const baseSha = await world.git.commitOf(`refs/heads/${base}`);
  if (baseSha === null) throw invalid("PullRequest", "base");
  if (headSha === null) throw invalid("PullRequest", "head");
  const twin = pulls(world).find(
    ({ state, pull }) => state === "open" && pull.head === head && pull.base === base,
  );
  if (twin !== undefined) throw refusal(`A pull request already exists for ${owner}:${head}.`);
  if ((await world.git.count(`${baseSha}..${headSha}`)) === 0) {
    throw refusal(`No commits between ${base} and ${head}`);
  }
  if ((await world.git.mergeBase(baseSha, headSha)) === null) {
    throw refusal(`The ${head} branch has no history in common with ${base}`);
  }
  return { head, base, headSha, baseSha };
}

function refusal(message: string): Refusal {
  return new Refusal(422, "Validation Failed", [{ resource: "PullRequest", code: "custom", message }]);
}

async function read(call: Call): Promise<Reply> {
  const pull = await freshPull(call.world, numberParam(call, "number"));
  if (pull === null) throw notFound();
  return { status: 200, body: await wholeFace(call, pull) };
}

async function wholeFace(call: Call, pull: PullRequest): Promise<unknown> {
  const { world, holder } = call;
  const { baseSha, headSha, base } = pull.pull;
  const numbers = await world.git.lines(["diff", "--numstat", "--no-renames", `${baseSha}...${headSha}`]);
  const columns = numbers.map((line) =>
    line
      .split("\t")
      .slice(0, 2)
      .map((text) => Number(text) || 0),
  );
  const sum = (column: number): number => columns.reduce((total, row) => total + (row[column] ?? 0), 0);
  const facts = {
    commits: await world.git.count(`${baseSha}..${headSha}`),
    additions: sum(0),
    deletions: sum(1),
    changed_files: columns.length,
  };
  const ref = `refs/heads/${base}`;
  const before = await world.git.commitOf(ref);
  const after = pull.pull.mergeCommitSha;
  const proposal = { ref, before, after, holder, pull: pull.number, git: world.git };
  const blocked = pull.state === "open" && after !== null && (await isBlocked(world, proposal));
  return wholePullFace(world, pull, facts, blocked);
}

const EditedPull = z.object({
  title: z.string().min(1).optional(),
  body: Body.nullish(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().min(1).optional(),
});

async function edit(call: Call): Promise<Reply> {
  const { world, holder } = call;
  const before = pullOf(call);
  const body = bodyOf(call, EditedPull);
  const turned = body.state !== undefined && body.state !== before.state;
  let next: PullRequest = {
    ...before,
    ...(body.title === undefined ? {} : { title: body.title }),
    ...(body.body === undefined ? {} : { body: body.body }),
    updatedAt: now(),
  };
  if (turned && body.state === "open") next = await reopened(world, next);
  if (turned && body.state === "closed") next = closed(next, holder);
  if (body.base !== undefined && body.base !== before.pull.base) next = await rebased(world, next, body.base);
  world.store.transact((draft) => {
    draft.put("issues", next.number, next);
    if (!turned) return;
    const merge = next.pull.mergeCommitSha ?? next.pull.headSha;
    const event =
      body.state === "open"
        ? heard(world, holder, "reopened", next)
        : pullEvent(world, holder, { action: "closed", pull: next, merge });
    const id = draft.id();
    if (event !== null) draft.put("events", id, { id, ...event });
  });
  world.announce();
  return { status: 200, body: await wholeFace(call, next) };
}

async function reopened(world: World, pull: PullRequest): Promise<PullRequest> {
  const { head, base, mergedAt } = pull.pull;
  if (mergedAt !== null) {
    throw invalid("PullRequest", "state", "state cannot be changed. The pull request was merged.");
  }
  const headSha = await world.git.commitOf(`refs/heads/${head}`);
  if (headSha === null)
    throw invalid("PullRequest", "state", `state cannot be changed. The ${head} branch was deleted.`);
  const twin = pulls(world).find(
    (one) => one.state === "open" && one.pull.head === head && one.pull.base === base,
  );
  if (twin !== undefined) {
    throw invalid(
      "PullRequest",
      "state",
      `state cannot be changed. There is already an open pull request from ${head} to ${base}.`,
    );
  }
  const open = { ...pull, state: "open", closedAt: null, closedBy: null } as const;
  return await withTestMerge(world, withPull(open, { headSha, landing: null }));
}

async function rebased(world: World, pull: PullRequest, base: string): Promise<PullRequest> {
  const baseSha = await world.git.commitOf(`refs/heads/${base}`);
  if (baseSha === null) throw invalid("PullRequest", "base", `Proposed base branch '${base}' was not found`);
  return await withTestMerge(world, withPull(pull, { base, baseSha }));
}

async function files(call: Call): Promise<Reply> {
  const { world } = call;
  const { baseSha, headSha } = pullOf(call).pull;
  const fork = await world.git.mergeBase(baseSha, headSha);
  return page(call, (await filesBetween(world, fork, headSha)).slice(0, 3000), (file) => file);
}

async function commits(call: Call): Promise<Reply> {
  const { world } = call;
  const { baseSha, headSha } = pullOf(call).pull;
  const found = await world.git.commits(["--reverse", `${baseSha}..${headSha}`]);
  return page(call, found.slice(0, 250), (commit) => commitFace(world, commit));
}
