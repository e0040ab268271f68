/** What GitHub tells every job of one run: the `github` and `runner` of expressions, and the variables of processes. Pure. */

import { join } from "node:path";
import type { ActionsHost, ForgeEvent, WorkflowRun } from "#rehearsal/seams.ts";
import { asText, type Json } from "./expression.ts";

export type GithubFacts = { [name: string]: Json };

export function githubOf(host: ActionsHost, event: ForgeEvent, run: WorkflowRun): GithubFacts {
  const { owner, name, id } = host.repository;
  const pull = asObject(event.payload.pull_request);
  const ref = event.ref;
  return {
    event: event.payload as Json,
    event_name: event.event,
    ref,
    ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ""),
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    ref_protected: false,
    base_ref: asText(asObject(pull.base).ref),
    head_ref: asText(asObject(pull.head).ref),
    sha: event.sha,
    repository: `${owner}/${name}`,
    repository_owner: owner,
    repository_id: String(id),
    repository_owner_id: asText(asObject(asObject(event.payload.repository).owner).id),
    repositoryUrl: `${host.url}/${owner}/${name}.git`,
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    retention_days: "90",
    actor: event.actor.login,
    actor_id: String(event.actor.id),
    triggering_actor: event.actor.login,
    server_url: host.url,
    api_url: `${host.url}/api/v3`,
    graphql_url: `${host.url}/api/graphql`,
    workflow: run.name,
    workflow_ref: `${owner}/${name}/${run.path}@${ref}`,
    workflow_sha: event.sha,
    secret_source: "Actions",
  };
}

/** `GITHUB_*` of every process of a job, from its `github`. */
export function githubVariables(github: GithubFacts): Record<string, string> {
  const hidden = ["event", "token", "repositoryUrl", "secret_source"];
  return Object.fromEntries(
    Object.entries(github)
      .filter(([name]) => !hidden.includes(name))
      .map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, asText(value)]),
  );
}

/** `runner` of expressions. */
export function runnerOf(folder: string): { [name: string]: Json } {
  return {
    name: "rehearsal",
    os: process.platform === "darwin" ? "macOS" : process.platform === "win32" ? "Windows" : "Linux",
    arch: process.arch === "arm64" ? "ARM64" : "X64",
    temp: join(folder, "temp"),
    tool_cache: join(folder, "tools"),
    workspace: folder,
    environment: "self-hosted",
    debug: "",
  };
}

function asObject(value: unknown): { [name: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as { [name: string]: Json })
    : {};
}
