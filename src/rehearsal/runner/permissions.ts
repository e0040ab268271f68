/** What a job's token may do: reads `permissions:` and compares grants. Pure. */

import type { Permissions } from "#rehearsal/seams.ts";
import type { Tree } from "./expression.ts";

type Level = Permissions[string];

const RANK: Record<Level, number> = { none: 0, read: 1, write: 2 };

/** Every permission a GITHUB_TOKEN can have (GitHub's workflow schema). */
const SCOPES = [
  "actions",
  "artifact-metadata",
  "attestations",
  "checks",
  "code-quality",
  "contents",
  "copilot-requests",
  "deployments",
  "discussions",
  "drives",
  "id-token",
  "issues",
  "models",
  "packages",
  "pages",
  "pull-requests",
  "repository-projects",
  "security-events",
  "statuses",
  "vulnerability-alerts",
];

/** What a token may do when no file says anything: the default of a new repository. */
export const DEFAULT_PERMISSIONS: Permissions = { contents: "read", packages: "read" };

/** `permissions:` of a workflow or job; undefined when it is not given. */
export function readPermissions(tree: Tree | undefined): Permissions | undefined {
  if (tree === undefined) return undefined;
  if (tree === "read-all" || tree === "write-all")
    return Object.fromEntries(SCOPES.map((scope) => [scope, tree === "read-all" ? "read" : "write"]));
  if (!(tree instanceof Map)) return {};
  return Object.fromEntries([...tree].flatMap(([scope, level]) => (isLevel(level) ? [[scope, level]] : [])));
}

/** What is asked for beyond what was granted, in GitHub's words: `contents: write`, but only `contents: read`. */
export function excess(asked: Permissions, granted: Permissions): string[] {
  return Object.entries(asked).flatMap(([scope, level]) => {
    const allowed = granted[scope] ?? "none";
    return RANK[level] > RANK[allowed]
      ? [`'${scope}: ${level}', but is only allowed '${scope}: ${allowed}'`]
      : [];
  });
}

function isLevel(tree: Tree): tree is Level {
  return tree === "read" || tree === "write" || tree === "none";
}
