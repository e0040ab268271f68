/** Plays a night on this machine: the shipped workflows, the shipped bundle, real git and HTTP, a scripted model. */

import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { initBare, openGit } from "#adapters/git/git.ts";
import { connect } from "#adapters/github/connection.ts";
import { observe } from "#adapters/github/observe.ts";
import { NETWORK_VARIABLES } from "#adapters/sandbox/environment.ts";
import { openSandbox } from "#adapters/sandbox/open-sandbox.ts";
import { Failure } from "#core/errors.ts";
import type { Observation } from "#core/observation.ts";
import { type Account, accountOf, type CycleAccount } from "#rehearsal/account.ts";
import { demoWorld } from "#rehearsal/demo/world.ts";
import { openForge } from "#rehearsal/forge/open.ts";
import type { Exchange, Fault, FaultRequest, Forge } from "#rehearsal/forge/options.ts";
import { CALLER, found, type Origin, scriptIn, type WorldFile, worldIn } from "#rehearsal/founding.ts";
import { openKeeper } from "#rehearsal/keeper.ts";
import type { Script } from "#rehearsal/model/script.ts";
import { openModel } from "#rehearsal/model/server.ts";
import { bringHoldOuts } from "#rehearsal/replay/hold-outs.ts";
import type { ProgressEvent } from "#rehearsal/runner/machine.ts";
import { createRunner } from "#rehearsal/runner/runner.ts";

/** GitHub Actions' own app: the one that reports the checks of workflow jobs. */
const ACTIONS_APP = 15_368;

const APP = {
  clientId: "Iv23rehearsal",
  privateKey: "rehearsal-private-key",
  slug: "daybreak-rehearsal",
  id: 4_242,
  permissions: { contents: "write", "pull-requests": "write", statuses: "write", checks: "read" },
} as const;

const OWNER = { login: "owner", id: 7, type: "User" } as const;

export type Rehearsal = {
  /** Where the world lives: `remote/`, `runs/`, `model/`, and what the forge remembers. */
  directory: string;
  /** Where action.yml, dist and the workflows are. */
  packageRoot: string;
  origin: Origin;
  script: Script | null;
  tokenOnly: boolean;
  noSandbox: boolean;
  live: { baseUrl: string | null; apiKey: string } | null;
  environment: Readonly<Record<string, string | undefined>>;
  onProgress?: (event: ProgressEvent) => void;
  onStart?: (facts: { world: WorldFile; sandbox: string; model: string }) => void;
  /** The caps of the policy, before the first cycle. */
  onCap?: (budget: Observation["policy"]["budget"]) => void;
  /** For tests: every exchange with the forge, and what goes wrong on purpose. */
  onExchange?: (exchange: Exchange) => void;
  faults?: (request: FaultRequest) => Fault | null;
};

export type Rehearsed = { account: Account; observation: Observation; failures: string[] };

export async function rehearse(rehearsal: Rehearsal): Promise<Rehearsed> {
  const begun = performance.now();
  const { directory } = rehearsal;
  mkdirSync(directory, { recursive: true });
  const keeper = await openKeeper(join(directory, "keeper.pid"));
  try {
    const world = await worldFor(rehearsal);
    await holdOutsFor(world, rehearsal);
    const sandbox = await sandboxFor(world, rehearsal);
    const model = await modelFor(world, rehearsal);
    rehearsal.onStart?.({ world, sandbox: sandbox.name, model: model.name });
    const forge = await openForge(forgeOptions(world, rehearsal));
    const before = new Set(forge.runs().map(({ id }) => id));
    const jobs = new Map<number, number>();
    const runner = createRunner({
      host: forge,
      directory: join(directory, "runs"),
      packages: { "OWNER/daybreak": rehearsal.packageRoot },
      secrets: {
        ANTHROPIC_API_KEY: model.apiKey,
        ...(world.tokenOnly ? {} : { DAYBREAK_APP_PRIVATE_KEY: APP.privateKey }),
      },
      variables: {
        ...(model.url === null ? {} : { ANTHROPIC_BASE_URL: model.url }),
        ...(world.tokenOnly ? {} : { DAYBREAK_APP_CLIENT_ID: APP.clientId }),
      },
      environment: {
        DAYBREAK_REHEARSAL: keeper.mark,
        // Dozens of jobs start the same bundle: Node compiles it once.
        NODE_COMPILE_CACHE: join(directory, "compiled"),
        ...passedOn(rehearsal),
        ...sandbox.environment,
      },
      nodePath: process.execPath,
      path: rehearsal.environment.PATH ?? "",
      onSpawn: keeper.add,
      onExit: keeper.remove,
      onProgress: (event) => {
        if (event.kind === "job" && event.state === "finished" && event.conclusion !== "skipped")
          jobs.set(event.run, (jobs.get(event.run) ?? 0) + 1);
        rehearsal.onProgress?.(event);
      },
    });
    try {
      if (rehearsal.live) rehearsal.onCap?.((await lookAt(forge, world, directory)).policy.budget);
      runner.start();
      await forge.press(CALLER);
      await runner.idle();
      const observation = await lookAt(forge, world, directory);
      const cycles = cyclesOf(forge, before, jobs, directory);
      const seconds = (performance.now() - begun) / 1_000;
      const account = accountOf(observation, { remote: forge.gitDirectory, seconds, cycles });
      return { account, observation, failures: failuresOf(forge, cycles, directory) };
    } finally {
      await runner.stop();
      await forge.close();
      await model.close();
    }
  } finally {
    keeper.close();
  }
}

async function worldFor({
  directory,
  origin,
  script,
  tokenOnly,
  packageRoot,
}: Rehearsal): Promise<WorldFile> {
  const known = worldIn(directory);
  if (known === null) {
    if (readdirSync(directory).some((name) => !["keeper.pid", "remote", "script.json"].includes(name)))
      throw new Failure("KEEP_UNREADABLE", `${directory} holds something that is no rehearsal`);
    const example = tokenOnly ? "token-only.yml" : "app-token.yml";
    const caller = readFileSync(join(packageRoot, "workflows-examples", example), "utf8");
    const played = script ?? (origin.kind === "demo" ? demoWorld().script : null);
    return await found(directory, origin, { caller, tokenOnly, script: played });
  }
  if (known.kind !== origin.kind || known.tokenOnly !== tokenOnly)
    throw new Failure("KEEP_UNREADABLE", `${directory} holds a rehearsal of another kind (${known.kind})`);
  return known;
}

async function holdOutsFor({ owner, name, defaultBranch }: WorldFile, rehearsal: Rehearsal): Promise<void> {
  const { directory, origin } = rehearsal;
  if (origin.kind === "demo") return;
  const remote = openGit(join(directory, "remote", owner, `${name}.git`));
  await bringHoldOuts(remote, defaultBranch, origin.directory);
}

/** Only the bundled demo may run without a sandbox unasked. */
async function sandboxFor(
  { kind }: WorldFile,
  { noSandbox }: Rehearsal,
): Promise<{ name: string; environment: Record<string, string> }> {
  const without = { name: "none", environment: { DAYBREAK_NO_SANDBOX: "1" } };
  if (noSandbox) return without;
  try {
    const { name } = await openSandbox({ bare: false, readable: [] });
    return { name, environment: {} };
  } catch (error) {
    if (kind === "demo") return { ...without, name: "none (only the bundled demo may do without)" };
    throw error;
  }
}

type Model = { name: string; url: string | null; apiKey: string; close(): Promise<void> };

async function modelFor(world: WorldFile, { live, script, directory }: Rehearsal): Promise<Model> {
  if (live) return { name: "live", url: live.baseUrl, apiKey: live.apiKey, close: async () => undefined };
  const played = script ?? scriptIn(directory);
  if (played === null)
    throw new Failure("SCRIPT_INVALID", `${world.name} has no script: name one with --script, or use --live`);
  const model = await openModel({ script: played, directory: join(directory, "model") });
  return {
    name: "scripted",
    url: model.url,
    apiKey: "rehearsal-key",
    close: async () => await model.close(),
  };
}

function forgeOptions(
  world: WorldFile,
  { directory, onExchange, faults }: Rehearsal,
): Parameters<typeof openForge>[0] {
  const { owner, name, defaultBranch, tokenOnly, kind } = world;
  const rule = {
    branch: defaultBranch,
    requiredChecks: [{ context: "test", integrationId: ACTIONS_APP }],
    pullRequest: false,
    approvals: 0,
    mergeQueue: false,
    linearHistory: false,
    bypass: ["owner"] as const,
  };
  return {
    directory,
    repository: { owner, name, private: false, defaultBranch },
    owner: OWNER,
    ...(tokenOnly ? {} : { app: APP }),
    settings: { actionsMayCreatePulls: true, defaultPermissions: { contents: "read" } },
    rules: kind === "demo" ? [rule] : [],
    ...(onExchange ? { onExchange } : {}),
    ...(faults ? { faults } : {}),
  };
}

/** The world as it stands, read as Daybreak itself reads it. */
async function lookAt(forge: Forge, { tokenOnly }: WorldFile, directory: string): Promise<Observation> {
  const { owner, name } = forge.repository;
  const connection = await connect({
    apiUrl: `${forge.url}/api/v3`,
    serverUrl: forge.url,
    owner,
    repo: name,
    token: forge.ownerToken,
    appToken: null,
    appSlug: tokenOnly ? null : APP.slug,
    git: await initBare(join(directory, "look.git")),
    known: null,
  });
  const cycle = { id: Number.MAX_SAFE_INTEGER, trigger: "tick", workflow: CALLER, asked: null } as const;
  return (await observe(connection, cycle, { checks: true })).observation;
}

function cyclesOf(
  forge: Forge,
  before: ReadonlySet<number>,
  jobs: ReadonlyMap<number, number>,
  directory: string,
): CycleAccount[] {
  return forge
    .runs()
    .filter(({ id, path }) => !before.has(id) && path === `.github/workflows/${CALLER}`)
    .map(({ id, event, createdAt, updatedAt }) => ({
      id,
      trigger: event,
      seconds: Math.max(0, (Date.parse(updatedAt) - Date.parse(createdAt)) / 1_000),
      jobs: jobs.get(id) ?? 0,
      requests: {
        ...forge.counts(id),
        model: modelRequests(join(directory, "runs", String(id), "artifacts")),
      },
    }));
}

/** Counted in the transcripts, because a live model keeps no count for us. */
function modelRequests(artifacts: string): number {
  if (!existsSync(artifacts)) return 0;
  return readdirSync(artifacts)
    .filter((name) => name.startsWith("transcript-"))
    .map((name) => join(artifacts, name, "transcript.jsonl"))
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line.includes('"event":"request"')).length;
}

/** What jobs failed with, by name: `CODE: sentence`, from the logs of this invocation's cycles. */
function failuresOf(forge: Forge, cycles: readonly CycleAccount[], directory: string): string[] {
  const found = new Set<string>();
  for (const { id } of cycles) {
    const folder = join(directory, "runs", String(id));
    const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".log")) : [];
    for (const log of logs) {
      for (const match of readFileSync(join(folder, log), "utf8").matchAll(/\b([A-Z]+(?:_[A-Z]+)+: .+)/g))
        found.add(match[1] ?? "");
    }
  }
  const last = cycles.at(-1)?.id;
  const ended = forge.runs().find(({ id }) => id === last)?.conclusion ?? "nothing";
  if (found.size === 0 && ended !== "success")
    found.add(`UNEXPECTED: the last cycle ended as ${ended}; its logs are in runs/${last}`);
  return [...found];
}

function passedOn({ environment }: Rehearsal): Record<string, string> {
  return Object.fromEntries(
    NETWORK_VARIABLES.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
