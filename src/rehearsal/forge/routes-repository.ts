/** The repository itself, its branches and rules, and the accounts around it. */

import {
  commitFace,
  type Json,
  profileFace,
  repositoryApi,
  repositoryFace,
  repositoryPage,
  userFace,
} from "#rehearsal/forge/faces.ts";
import { METHODS } from "#rehearsal/forge/merging.ts";
import type { BranchRule } from "#rehearsal/forge/options.ts";
import {
  type Call,
  notFound,
  numberParam,
  page,
  param,
  Refusal,
  type Reply,
  type Route,
} from "#rehearsal/forge/routing.ts";
import { bypasses, rulesFor } from "#rehearsal/forge/rules.ts";
import { ACTIONS_BOT, appBot, type World } from "#rehearsal/forge/world.ts";
import type { Actor } from "#rehearsal/seams.ts";

export const REPOSITORY_ROUTES: readonly Route[] = [
  { method: "GET", path: "", needs: ["metadata:read"], handle: repository },
  { method: "GET", path: "branches/{branch*}", needs: ["contents:read"], handle: branch },
  { method: "GET", path: "rules/branches/{branch*}", needs: ["metadata:read"], handle: rules },
  { method: "GET", path: "rulesets/{id}", needs: ["metadata:read"], handle: ruleset },
  {
    method: "GET",
    path: "collaborators/{username}/permission",
    needs: ["metadata:read"],
    handle: collaborator,
  },
  { method: "GET", path: "/user", needs: [], handle: me },
  { method: "GET", path: "/users/{username}", needs: [], handle: user },
];

function repository({ world }: Call): Reply {
  return { status: 200, body: repositoryFace(world) };
}

async function branch(call: Call): Promise<Reply> {
  const { world } = call;
  const name = param(call, "branch");
  const sha = await world.git.commitOf(`refs/heads/${name}`);
  if (sha === null) throw new Refusal(404, "Branch not found");
  const classic = world.options.classicProtection;
  const contexts = classic?.branch === name ? classic.contexts : [];
  const isProtected = classic?.branch === name || rulesFor(world, name).length > 0;
  const self = `${repositoryApi(world)}/branches/${name}`;
  const body = {
    name,
    commit: commitFace(world, await world.git.commit(sha)),
    _links: { self, html: `${repositoryPage(world)}/tree/${name}` },
    protected: isProtected,
    protection: {
      enabled: classic?.branch === name,
      required_status_checks: {
        enforcement_level: classic?.branch === name ? "non_admins" : "off",
        contexts,
        checks: contexts.map((context) => ({ context, app_id: null })),
      },
    },
    protection_url: `${self}/protection`,
  };
  return { status: 200, body };
}

function rules(call: Call): Reply {
  const { world } = call;
  const found = rulesFor(world, param(call, "branch")).flatMap((rule) => ruleFaces(world, rule));
  return page(call, found, (rule) => rule);
}

/** Whether it binds is said for whoever asks; who else may bypass it, only to those who administer. */
function ruleset(call: Call): Reply {
  const { world, holder } = call;
  const { owner, name } = world.options.repository;
  const id = numberParam(call, "id");
  const rule = world.options.rules[id - 1];
  if (rule === undefined) throw notFound();
  const body = {
    id,
    name: `Rules of ${rule.branch}`,
    target: "branch",
    source_type: "Repository",
    source: `${owner}/${name}`,
    enforcement: "active",
    current_user_can_bypass: bypasses(world, rule, holder) ? "always" : "never",
    conditions: { ref_name: { include: [`refs/heads/${rule.branch}`], exclude: [] } },
    rules: facesOf(rule),
  };
  return { status: 200, body };
}

function ruleFaces(world: World, rule: BranchRule): Json[] {
  const { owner, name } = world.options.repository;
  const origin = {
    ruleset_source_type: "Repository",
    ruleset_source: `${owner}/${name}`,
    ruleset_id: 1 + world.options.rules.indexOf(rule),
  };
  return facesOf(rule).map((face) => ({ ...face, ...origin }));
}

function facesOf(rule: BranchRule): Json[] {
  const faces: Json[] = [{ type: "deletion" }, { type: "non_fast_forward" }];
  if (rule.linearHistory) faces.push({ type: "required_linear_history" });
  if (rule.requiredChecks.length > 0)
    faces.push({ type: "required_status_checks", parameters: checkParameters(rule) });
  if (rule.pullRequest) faces.push({ type: "pull_request", parameters: pullParameters(rule) });
  if (rule.mergeQueue) faces.push({ type: "merge_queue", parameters: QUEUE });
  return faces;
}

function checkParameters({ requiredChecks, strict = false }: BranchRule): Json {
  return {
    strict_required_status_checks_policy: strict,
    required_status_checks: requiredChecks.map(({ context, integrationId }) => ({
      context,
      ...(integrationId === null ? {} : { integration_id: integrationId }),
    })),
  };
}

function pullParameters({ approvals, methods = METHODS }: BranchRule): Json {
  return {
    required_approving_review_count: approvals,
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: false,
    allowed_merge_methods: [...methods],
  };
}

const QUEUE: Json = {
  check_response_timeout_minutes: 60,
  grouping_strategy: "ALLGREEN",
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: "MERGE",
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
};

function collaborator(call: Call): Reply {
  const { world } = call;
  const actor = accounts(world).find(({ login }) => login === param(call, "username"));
  if (actor === undefined) throw notFound();
  const permission = actor.id === world.options.owner.id ? "admin" : "read";
  const permissions = {
    pull: true,
    triage: permission === "admin",
    push: permission === "admin",
    maintain: permission === "admin",
    admin: permission === "admin",
  };
  const user = { ...userFace(world, actor), role_name: permission, permissions };
  return { status: 200, body: { permission, role_name: permission, user } };
}

function me({ world, holder }: Call): Reply {
  if (holder.grant.kind !== "person") throw new Refusal(403, "Resource not accessible by integration");
  return { status: 200, body: profileFace(world, holder.actor) };
}

function user(call: Call): Reply {
  const actor = accounts(call.world).find(({ login }) => login === param(call, "username"));
  if (actor === undefined) throw notFound();
  return { status: 200, body: profileFace(call.world, actor) };
}

function accounts({ options }: World): Actor[] {
  return [options.owner, ACTIONS_BOT, ...(options.app === undefined ? [] : [appBot(options.app)])];
}
