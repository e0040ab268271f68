/**
 * Cuts GitHub's OpenAPI description down to the operations the local forge answers. Never runs in a test.
 *
 * Run it outside the repository's dependencies, the full package is far too big to be one:
 *   cd "$(mktemp -d)" && npm pack @octokit/openapi@23.0.2
 *   tar xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
 *   node <repository>/test/support/slim-openapi.ts package/generated/api.github.com.json
 */

import { readFileSync, writeFileSync } from "node:fs";

type Json = { [key: string]: unknown };

const REPOSITORY = "/repos/{owner}/{repo}";

/** Below the repository unless they begin with a slash; GitHub's own parameter names. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  get: [
    "",
    "branches/{branch}",
    "rules/branches/{branch}",
    "rulesets/{ruleset_id}",
    "collaborators/{username}/permission",
    "git/ref/{ref}",
    "git/matching-refs/{ref}",
    "git/commits/{commit_sha}",
    "git/trees/{tree_sha}",
    "git/blobs/{file_sha}",
    "contents/{path}",
    "compare/{basehead}",
    "commits",
    "commits/{ref}",
    "commits/{ref}/check-runs",
    "commits/{ref}/status",
    "commits/{ref}/statuses",
    "check-runs/{check_run_id}",
    "pulls",
    "pulls/{pull_number}",
    "pulls/{pull_number}/files",
    "pulls/{pull_number}/commits",
    "pulls/{pull_number}/reviews",
    "issues",
    "issues/{issue_number}",
    "issues/{issue_number}/comments",
    "issues/{issue_number}/labels",
    "labels",
    "labels/{name}",
    "actions/runs",
    "actions/runs/{run_id}",
    "actions/workflows",
    "actions/workflows/{workflow_id}",
    "/user",
    "/users/{username}",
    "/rate_limit",
  ],
  post: [
    "git/refs",
    "git/commits",
    "git/trees",
    "git/blobs",
    "statuses/{sha}",
    "check-runs",
    "pulls",
    "pulls/{pull_number}/reviews",
    "issues",
    "issues/{issue_number}/comments",
    "issues/{issue_number}/labels",
    "labels",
    "actions/runs/{run_id}/approve",
    "actions/runs/{run_id}/cancel",
    "actions/workflows/{workflow_id}/dispatches",
    "dispatches",
  ],
  patch: [
    "git/refs/{ref}",
    "check-runs/{check_run_id}",
    "pulls/{pull_number}",
    "issues/{issue_number}",
    "issues/comments/{comment_id}",
  ],
  put: ["pulls/{pull_number}/merge", "pulls/{pull_number}/update-branch", "issues/{issue_number}/labels"],
  delete: ["git/refs/{ref}", "issues/comments/{comment_id}", "issues/{issue_number}/labels/{name}"],
};

const KEPT = ["operationId", "parameters", "requestBody", "responses"];

/** Below these keys the keys are names of the API's own, such as a property called `description`. */
const NAMES = ["properties", "responses", "schemas", "headers", "paths", "parameters", "patternProperties"];

const WORDS = ["example", "examples", "summary", "title", "description", "externalDocs"];

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(node: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isJson(inner) ? inner[key] : undefined), node);
}

function strip(node: unknown, keysAreNames = false): unknown {
  if (Array.isArray(node)) return node.map((one) => strip(one));
  if (!isJson(node)) return node;
  const kept = Object.entries(node).filter(
    ([key]) => keysAreNames || !(WORDS.includes(key) || key.startsWith("x-")),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [key, strip(value, !keysAreNames && NAMES.includes(key) && isJson(value))]),
  );
}

/** Copies everything `node` refers to into `components`, and what that refers to. */
function follow(node: unknown, source: Json, components: Json): void {
  if (Array.isArray(node)) for (const one of node) follow(one, source, components);
  if (!isJson(node)) return;
  const reference = node.$ref;
  if (typeof reference === "string") {
    const [, , section = "", name = ""] = reference.split("/");
    const known = components[section];
    const group: Json = isJson(known) ? known : {};
    components[section] = group;
    if (group[name] === undefined) {
      group[name] = strip(at(source, "components", section, name));
      follow(group[name], source, components);
    }
  }
  for (const value of Object.values(node)) follow(value, source, components);
}

function slim(source: Json): Json {
  const paths: Record<string, Json> = {};
  const components: Json = {};
  for (const [method, wanted] of Object.entries(OPERATIONS)) {
    for (const name of wanted) {
      const path = name.startsWith("/") ? name : [REPOSITORY, name].filter((part) => part !== "").join("/");
      const operation = at(source, "paths", path, method);
      if (!isJson(operation)) throw new Error(`unknown operation: ${method} ${path}`);
      const kept = Object.fromEntries(
        KEPT.flatMap((key) => (key in operation ? [[key, operation[key]]] : [])),
      );
      const stripped = strip(kept);
      paths[path] = { ...paths[path], [method]: stripped };
      follow(stripped, source, components);
    }
  }
  return { paths, components };
}

const [, , file] = process.argv;
if (file === undefined) throw new Error("name the full description, api.github.com.json");
const source: Json = JSON.parse(readFileSync(file, "utf8"));
writeFileSync(
  new URL("../fixtures/openapi.json", import.meta.url),
  `${JSON.stringify(slim(source), null, 0)}\n`,
);
