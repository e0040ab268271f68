/** Which workflows an event starts, and how: to run, or parked. Pure. */

import type { ForgeEvent } from "#rehearsal/seams.ts";
import { passesFilter } from "./glob.ts";
import type { Events } from "./parser.ts";
import type { Workflow } from "./workflow.ts";

export type Trigger = "start" | "park" | "ignore";

/** Types of `pull_request` that count when the file names none. */
const PULL_REQUEST_TYPES = ["opened", "synchronize", "reopened"];

type Filter = {
  types?: string[];
  workflows?: string[];
  branches?: string[];
  "branches-ignore"?: string[];
  tags?: string[];
  "tags-ignore"?: string[];
  paths?: string[];
  "paths-ignore"?: string[];
};

/** `changedPaths` is asked only when a filter names paths. */
export function triggers(
  event: ForgeEvent,
  workflow: Workflow,
  changedPaths: () => readonly string[],
): Trigger {
  const filter = filterOf(workflow.events, event.event);
  if (filter === undefined || !matches(event, workflow, filter, changedPaths)) return "ignore";
  if (event.by !== "github-token") return "start";
  if (event.event === "push") return "ignore";
  return event.event === "pull_request" ? "park" : "start";
}

/** Whether an event of GITHUB_TOKEN's can start anything at all: its pushes and its other pull request events do not. */
export function isSilent(event: ForgeEvent): boolean {
  if (event.event === "workflow_run") return conclusionOf(event) === "action_required";
  if (event.by !== "github-token") return false;
  return (
    event.event === "push" ||
    (event.event === "pull_request" && !PULL_REQUEST_TYPES.includes(event.action ?? ""))
  );
}

function filterOf(events: Events, name: ForgeEvent["event"]): Filter | undefined {
  return name in events ? ((events[name] ?? {}) as Filter) : undefined;
}

function matches(
  event: ForgeEvent,
  workflow: Workflow,
  filter: Filter,
  changedPaths: () => readonly string[],
): boolean {
  switch (event.event) {
    case "push":
      return passesRef(event.ref, filter) && passesPaths(filter, changedPaths);
    case "pull_request":
      return (
        (filter.types ?? PULL_REQUEST_TYPES).includes(event.action ?? "") &&
        passes(baseOf(event), filter.branches, filter["branches-ignore"]) &&
        passesPaths(filter, changedPaths)
      );
    case "workflow_run":
      return (
        (filter.types ?? ["completed"]).includes(event.action ?? "completed") &&
        (filter.workflows ?? []).includes(nameOf(event)) &&
        passes(branchOf(event), filter.branches, filter["branches-ignore"])
      );
    default:
      return event.workflow === null || isFile(workflow.path, event.workflow);
  }
}

/** Whether `.github/workflows/ci.yml` is the file that an event calls `ci.yml`. */
export function isFile(path: string, name: string): boolean {
  return path === name || path.endsWith(`/${name}`);
}

/** A filter for branches alone excludes tags, and the other way round. */
function passesRef(ref: string, filter: Filter): boolean {
  const tag = ref.startsWith("refs/tags/");
  const name = ref.replace(/^refs\/(heads|tags)\//, "");
  const branches = filter.branches ?? filter["branches-ignore"];
  const tags = filter.tags ?? filter["tags-ignore"];
  if (tag)
    return tags === undefined ? branches === undefined : passes(name, filter.tags, filter["tags-ignore"]);
  if (branches === undefined) return tags === undefined;
  return passes(name, filter.branches, filter["branches-ignore"]);
}

function passesPaths(filter: Filter, changedPaths: () => readonly string[]): boolean {
  const { paths, "paths-ignore": ignored } = filter;
  if (paths !== undefined) return changedPaths().some((path) => passesFilter(path, paths));
  if (ignored !== undefined) return changedPaths().some((path) => !passesFilter(path, ignored));
  return true;
}

function passes(name: string, wanted: string[] | undefined, ignored: string[] | undefined): boolean {
  if (wanted !== undefined) return passesFilter(name, wanted);
  return ignored === undefined || !passesFilter(name, ignored);
}

function part(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (at !== null && typeof at === "object" ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function baseOf(event: ForgeEvent): string {
  return String(part(event.payload, "pull_request", "base", "ref") ?? "");
}

function nameOf(event: ForgeEvent): string {
  return String(part(event.payload, "workflow_run", "name") ?? "");
}

/** The run whose end the event is. One that ended while it still runs here was cancelled at the forge. */
export function finishedRun(event: ForgeEvent): number | null {
  return event.event === "workflow_run" ? Number(part(event.payload, "workflow_run", "id")) : null;
}

/** The branch the finished run was for; the event itself belongs to the default branch. */
function branchOf(event: ForgeEvent): string {
  return String(part(event.payload, "workflow_run", "head_branch") ?? event.headBranch);
}

function conclusionOf(event: ForgeEvent): unknown {
  return part(event.payload, "workflow_run", "conclusion");
}
