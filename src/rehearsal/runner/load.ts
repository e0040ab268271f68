/** Resolves a workflow and everything it calls before a job starts, and refuses what GitHub would refuse at start-up. */

import type { Permissions } from "#rehearsal/seams.ts";
import { asMap } from "./parser.ts";
import { DEFAULT_PERMISSIONS, excess } from "./permissions.ts";
import type { Source, Sources } from "./sources.ts";
import { type Call, type Job, readWorkflowFile, type Workflow } from "./workflow.ts";

/** A workflow with its callees. `grants` and `calls` are keyed by job id. */
export type Loaded = {
  workflow: Workflow;
  source: Source;
  grants: ReadonlyMap<string, Permissions>;
  calls: ReadonlyMap<string, Loaded>;
};

/** The workflow cannot start; each error stands for itself. */
export type Refused = { errors: readonly string[] };

export type World = {
  sources: Sources;
  packages: Readonly<Record<string, string>>;
  /** `owner/name` of the repository itself. */
  repository: string;
};

/** Levels of reusable workflows GitHub allows, the first included. */
const MOST_LEVELS = 10;

export async function load(world: World, workflow: Workflow, source: Source): Promise<Loaded | Refused> {
  const errors: string[] = [];
  const loaded = await loadLevel({ world, errors, level: 1 }, workflow, source, null);
  return errors.length > 0 ? { errors } : loaded;
}

type Climb = { world: World; errors: string[]; level: number };

async function loadLevel(
  climb: Climb,
  workflow: Workflow,
  source: Source,
  granted: Permissions | null,
): Promise<Loaded> {
  const base = workflow.permissions ?? granted ?? DEFAULT_PERMISSIONS;
  const grants = new Map(workflow.jobs.map((job) => [job.id, job.permissions ?? base]));
  const calls = new Map<string, Loaded>();
  if (granted !== null) climb.errors.push(...tooMuch(workflow, granted));
  for (const job of workflow.jobs) {
    if (!("uses" in job.does)) continue;
    const called = await resolveCall(climb, job.does, source);
    if (called === null) continue;
    climb.errors.push(...mismatches(job, job.does, called.workflow));
    const grant = grants.get(job.id) ?? {};
    const next = { ...climb, level: climb.level + 1 };
    calls.set(job.id, await loadLevel(next, called.workflow, called.source, grant));
  }
  return { workflow, source, grants, calls };
}

/** A called workflow can only lower what its caller was granted. */
function tooMuch(workflow: Workflow, granted: Permissions): string[] {
  const asking = [
    { who: "The workflow", permissions: workflow.permissions },
    ...workflow.jobs.map((job) => ({ who: `The nested job '${job.id}'`, permissions: job.permissions })),
  ];
  return asking.flatMap(({ who, permissions }) =>
    excess(permissions ?? {}, granted).map(
      (beyond) => `Error calling workflow '${workflow.path}'. ${who} is requesting ${beyond}.`,
    ),
  );
}

async function resolveCall(
  { world, errors, level }: Climb,
  call: Call,
  from: Source,
): Promise<{ workflow: Workflow; source: Source } | null> {
  const refuse = (...reasons: string[]) => {
    errors.push(...reasons);
    return null;
  };
  if (level >= MOST_LEVELS)
    return refuse(`${call.uses}: more than ${MOST_LEVELS} levels of reusable workflows`);
  const place = await locate(world, call.uses, from);
  if (place === null)
    return refuse(
      `${call.uses}: this reusable workflow is not known to the local runner (no package of that name)`,
    );
  const content = await world.sources.read(place.source, place.path);
  if (content === null) return refuse(`${call.uses}: workflow was not found`);
  const reading = await readWorkflowFile(place.path, content);
  if ("errors" in reading) return refuse(...reading.errors);
  if (reading.workflow.called === null)
    return refuse(`${call.uses}: workflow is not reusable as it is missing a \`on.workflow_call\` trigger`);
  return { workflow: reading.workflow, source: place.source };
}

/** `./x` is the caller's own tree; `owner/name/x@ref` a package, or the repository itself at that ref. */
export async function locate(
  world: World,
  uses: string,
  from: Source,
): Promise<{ source: Source; path: string } | null> {
  const own = /^(?:\.|\$)\/(.*)$/.exec(uses);
  if (own !== null) return { source: from, path: own[1] ?? "" };
  const remote = /^([^/@]+\/[^/@]+)(?:\/([^@]*))?@(.+)$/.exec(uses);
  if (remote === null) return null;
  const [, name = "", path = "", ref = ""] = remote;
  const known = Object.entries(world.packages).find(([key]) => key.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return { source: { kind: "package", name: known[0], directory: known[1] }, path };
  if (name.toLowerCase() !== world.repository.toLowerCase()) return null;
  const sha = await world.sources.resolve(ref);
  return sha === null ? null : { source: { kind: "commit", sha }, path };
}

function mismatches(job: Job, call: Call, called: Workflow): string[] {
  if (called.called === null) return [];
  const { inputs, secrets } = called.called;
  const check = (kind: string, given: readonly string[], known: Workflow["inputs"]) => [
    ...given
      .filter((name) => !has(known, name))
      .map((name) => `Invalid ${kind}, ${name} is not defined in the referenced workflow.`),
    ...[...known]
      .filter(([name, { required }]) => required && !given.some((other) => same(other, name)))
      .map(([name]) => `${kind} ${name} is required, but not provided while calling.`),
  ];
  const given = [...asMap(call.with).keys()];
  const found = check("input", given, inputs);
  if (call.secrets !== "inherit") found.push(...check("secret", [...asMap(call.secrets).keys()], secrets));
  return found.map((error) => `job '${job.id}' (${call.uses}): ${error}`);
}

function has(known: Workflow["inputs"], name: string): boolean {
  return [...known.keys()].some((other) => same(other, name));
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
