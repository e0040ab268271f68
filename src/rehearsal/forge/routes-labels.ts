/** Labels of the repository, and on issues. Names are compared without case, as on GitHub. */

import * as z from "zod";
import { labelFace } from "#rehearsal/forge/issue-faces.ts";
import type { Issue, Label } from "#rehearsal/forge/records.ts";
import {
  bodyOf,
  type Call,
  notFound,
  numberParam,
  page,
  param,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import type { Draft } from "#rehearsal/forge/store.ts";
import { now, type World } from "#rehearsal/forge/world.ts";

const READ = ["issues:read", "pull-requests:read"];
const WRITE = ["issues:write", "pull-requests:write"];

export const LABEL_ROUTES: readonly Route[] = [
  { method: "GET", path: "labels", needs: READ, handle: list },
  { method: "POST", path: "labels", needs: WRITE, handle: create },
  { method: "GET", path: "labels/{name}", needs: READ, handle: read },
  { method: "GET", path: "issues/{number}/labels", needs: READ, handle: listOn },
  { method: "POST", path: "issues/{number}/labels", needs: WRITE, handle: add },
  { method: "PUT", path: "issues/{number}/labels", needs: WRITE, handle: replace },
  { method: "DELETE", path: "issues/{number}/labels/{name}", needs: WRITE, handle: remove },
];

/** Labels as GitHub takes them: by name or by an object that has one. */
export const LabelNames = z.array(
  z.union([z.string().min(1), z.object({ name: z.string().min(1) }).transform(({ name }) => name)]),
);

/** The name as the repository spells it. A label nobody made before is made now. */
export function labelNamed(world: World, draft: Draft, name: string): string {
  const known = world.store.get("labels", name.toLowerCase());
  if (known !== undefined) return known.name;
  draft.put("labels", name.toLowerCase(), { id: draft.id(), name, color: "ededed", description: null });
  return name;
}

function list(call: Call): Reply {
  return page(call, call.world.store.list("labels"), (label) => labelFace(call.world, label));
}

const NewLabel = z.object({
  name: z.string().min(1).max(50),
  color: z
    .string()
    .regex(/^[0-9a-fA-F]{6}$/)
    .default("ededed"),
  description: z.string().max(100).nullish(),
});

function create(call: Call): Reply {
  const { world } = call;
  const { name, color, description } = bodyOf(call, NewLabel);
  if (world.store.get("labels", name.toLowerCase()) !== undefined) {
    throw new Refusal(422, "Validation Failed", [
      { resource: "Label", code: "already_exists", field: "name" },
    ]);
  }
  const label = world.store.transact((draft) => {
    const made: Label = { id: draft.id(), name, color, description: description ?? null };
    draft.put("labels", name.toLowerCase(), made);
    return made;
  });
  return { status: 201, body: labelFace(world, label) };
}

function read(call: Call): Reply {
  const label = call.world.store.get("labels", param(call, "name").toLowerCase());
  if (label === undefined) throw notFound();
  return { status: 200, body: labelFace(call.world, label) };
}

function listOn(call: Call): Reply {
  return labelsPage(call, issueOf(call));
}

function add(call: Call): Reply {
  const issue = issueOf(call);
  const names = namesIn(call);
  return relabel(call, issue, (spell) => [...issue.labels, ...names.map(spell)]);
}

function replace(call: Call): Reply {
  const names = namesIn(call);
  return relabel(call, issueOf(call), (spell) => names.map(spell));
}

function remove(call: Call): Reply {
  const issue = issueOf(call);
  const name = param(call, "name").toLowerCase();
  const left = issue.labels.filter((own) => own.toLowerCase() !== name);
  if (left.length === issue.labels.length) throw new Refusal(404, "Label does not exist");
  return relabel(call, issue, () => left);
}

function namesIn(call: Call): string[] {
  const body = bodyOf(call, z.union([LabelNames, z.object({ labels: LabelNames.default([]) })]));
  return Array.isArray(body) ? body : body.labels;
}

function relabel(call: Call, issue: Issue, names: (spell: (name: string) => string) => string[]): Reply {
  const { world } = call;
  const next = world.store.transact((draft) => {
    const labels = [...new Set(names((name) => labelNamed(world, draft, name)))];
    const relabelled = { ...issue, labels, updatedAt: now() };
    draft.put("issues", issue.number, relabelled);
    return relabelled;
  });
  return labelsPage(call, next);
}

export function issueOf(call: Call): Issue {
  const issue = call.world.store.get("issues", numberParam(call, "number"));
  if (issue === undefined) throw notFound();
  return issue;
}

function labelsPage(call: Call, issue: Issue): Reply {
  const found = issue.labels.flatMap((name) => call.world.store.get("labels", name.toLowerCase()) ?? []);
  return page(call, found, (label) => labelFace(call.world, label));
}
