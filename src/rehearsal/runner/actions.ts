/** Carries out a step that uses an action: a built-in, a JavaScript action or a composite one. Refuses the rest by name. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BUILT_INS } from "./built-ins.ts";
import { evaluate, fill, fillTexts, isTrue, type Tree } from "./expression.ts";
import { invoke } from "./invocation.ts";
import { type Frame, functionsOf, type LiveJob, scopeOf } from "./live.ts";
import { locate } from "./load.ts";
import { asMap, readAction } from "./parser.ts";
import type { Source } from "./sources.ts";
import { parameters, readSteps, type Step } from "./workflow.ts";

export type ActionUse = {
  /** The step's id. */
  id: string;
  uses: string;
  /** The filled `with:`. */
  inputs: Readonly<Record<string, string>>;
  frame: Frame;
  signal: AbortSignal;
};

export type ActionDone = { ok: boolean; outputs: Record<string, string> };

/** Given as a parameter, because composite actions have steps and steps use actions. */
export type StepRunner = (live: LiveJob, frame: Frame, steps: readonly Step[]) => Promise<void>;

type Action = { tree: Map<string, Tree>; directory: string; source: Source; local: boolean };

const NODE_RUNTIMES = ["node20", "node24"];

export async function performAction(
  live: LiveJob,
  use: ActionUse,
  runSteps: StepRunner,
): Promise<ActionDone> {
  const name = /^([^/@]+\/[^/@]+)@/.exec(use.uses)?.[1]?.toLowerCase();
  const builtIn = name === undefined ? undefined : BUILT_INS[name];
  if (builtIn !== undefined) return performBuiltIn(live, use, builtIn);
  const action = await findAction(live, use);
  const inputs = withDefaults(live, use, action);
  const runs = asMap(action.tree.get("runs"));
  const using = String(runs.get("using"));
  if (using === "composite") return performComposite(live, use, action, inputs, runSteps);
  if (!NODE_RUNTIMES.includes(using))
    throw new Error(`${use.uses}: \`using: ${using}\` is not supported by the local runner`);
  return performNode(live, use, action, inputs);
}

async function performBuiltIn(
  live: LiveJob,
  use: ActionUse,
  builtIn: (typeof BUILT_INS)[string],
): Promise<ActionDone> {
  const outputs: Record<string, string> = {};
  const named = Object.fromEntries(
    Object.entries(use.inputs).map(([key, value]) => [key.toLowerCase(), value.trim()]),
  );
  await builtIn({
    live,
    signal: use.signal,
    inputs: named,
    output: (key, value) => {
      outputs[key] = value;
    },
  });
  return { ok: true, outputs };
}

async function findAction(live: LiveJob, use: ActionUse): Promise<Action> {
  const { host, packages } = live.machine.options;
  const { owner, name } = host.repository;
  const place = await placeOf(live, use, {
    sources: live.machine.sources,
    packages,
    repository: `${owner}/${name}`,
  });
  if (place === null)
    throw new Error(`${use.uses}: this action is not known to the local runner, and nothing is downloaded`);
  for (const file of ["action.yml", "action.yaml"]) {
    const content = await readFile(join(place.directory, file), "utf8").catch(() => null);
    if (content === null) continue;
    const reading = readAction(file, content);
    if ("errors" in reading) throw new Error(`${use.uses}: ${reading.errors.join("; ")}`);
    return { ...place, tree: reading.tree };
  }
  throw new Error(
    `Can't find 'action.yml' or 'action.yaml' for ${use.uses}. Did you forget to run actions/checkout?`,
  );
}

/** `./x` is in the workspace, `$/x` in the tree the workflow or action came from, everything else a package. */
async function placeOf(
  live: LiveJob,
  use: ActionUse,
  world: Parameters<typeof locate>[0],
): Promise<Omit<Action, "tree"> | null> {
  if (use.uses.startsWith("./")) {
    return { directory: join(live.workspace, use.uses), source: use.frame.source, local: true };
  }
  const found = await locate(world, use.uses, use.frame.source);
  if (found === null) return null;
  const root = await live.machine.sources.directory(found.source);
  return { directory: join(root, found.path), source: found.source, local: false };
}

/** `with:` over the defaults of action.yml, keyed as action.yml writes them; unknown inputs warn, as on GitHub. */
function withDefaults(live: LiveJob, use: ActionUse, action: Action): Record<string, string> {
  const known = parameters(action.tree.get("inputs"));
  const given = new Map(Object.entries(use.inputs).map(([name, value]) => [name.toLowerCase(), value]));
  const scope = scopeOf(live, use.frame);
  const result: Record<string, string> = {};
  for (const [name, { required, default: fallback }] of known) {
    const value = given.get(name.toLowerCase());
    if (value !== undefined) result[name] = value;
    else if (fallback !== undefined)
      result[name] = String(fill(fallback, scope, functionsOf(live, use.frame)) ?? "");
    else if (required) live.log.say(`warning: Input required and not supplied: ${name}`);
    given.delete(name.toLowerCase());
  }
  for (const [name, value] of given) {
    live.log.say(
      `warning: Unexpected input(s) '${name}', valid inputs are [${[...known.keys()].join(", ")}]`,
    );
    result[name] = value;
  }
  return result;
}

async function performComposite(
  live: LiveJob,
  use: ActionUse,
  action: Action,
  inputs: Record<string, string>,
  runSteps: StepRunner,
): Promise<ActionDone> {
  const inner: Frame = {
    source: action.source,
    inputs,
    steps: {},
    status: { failed: false },
    signal: use.signal,
    env: use.frame.env,
    fixed: { ...use.frame.fixed, GITHUB_ACTION_PATH: action.directory },
  };
  await runSteps(live, inner, readSteps(asMap(action.tree.get("runs")).get("steps")));
  const values = new Map(
    [...asMap(action.tree.get("outputs"))].map(([name, output]) => [name, asMap(output).get("value") ?? ""]),
  );
  return {
    ok: !inner.status.failed,
    outputs: fillTexts(values, scopeOf(live, inner), functionsOf(live, inner)),
  };
}

async function performNode(
  live: LiveJob,
  use: ActionUse,
  action: Action,
  inputs: Record<string, string>,
): Promise<ActionDone> {
  const state: Record<string, string> = {};
  const runs = asMap(action.tree.get("runs"));
  const stage = async (script: Tree | undefined, signal: AbortSignal) => {
    const trace = await invoke(live, use.frame, {
      file: live.machine.options.nodePath,
      args: [join(action.directory, String(script))],
      directory: live.workspace,
      environment: { ...nodeEnvironment(live, use, action, inputs), ...prefixed("STATE_", state) },
      signal,
    });
    Object.assign(state, trace.state);
    return trace;
  };
  const wanted = (key: "pre-if" | "post-if") =>
    isTrue(evaluate(conditionOf(runs.get(key)), scopeOf(live, use.frame), functionsOf(live, use.frame)));
  if (runs.has("pre") && !action.local && wanted("pre-if")) {
    const { code } = await stage(runs.get("pre"), use.signal);
    if (code !== 0) return { ok: false, outputs: {} };
  }
  if (runs.has("post"))
    live.posts.unshift(async () => {
      if (!wanted("post-if")) return;
      live.log.say(`[step] Post ${use.uses}`);
      const { code } = await stage(runs.get("post"), live.machine.stopping);
      if (code !== 0) throw new Error(`Post ${use.uses}: process completed with exit code ${code}`);
    });
  const { code, outputs } = await stage(runs.get("main"), use.signal);
  return { ok: code === 0, outputs };
}

/** `pre-if` and `post-if` are taken as they stand; without them the stage always runs. */
function conditionOf(tree: Tree | undefined): string {
  if (tree === undefined || tree === null) return "always()";
  return typeof tree === "object" && "expression" in tree ? tree.expression : String(tree);
}

/** What GitHub's runner gives a JavaScript action and no script: inputs, and tokens of its services. */
function nodeEnvironment(
  live: LiveJob,
  use: ActionUse,
  action: Action,
  inputs: Readonly<Record<string, string>>,
): Record<string, string> {
  const { url } = live.machine.options.host;
  const named = Object.entries(inputs).map(
    ([name, value]) => [name.replaceAll(" ", "_").toUpperCase(), value] as const,
  );
  return {
    ...prefixed("INPUT_", Object.fromEntries(named)),
    ACTIONS_RUNTIME_TOKEN: `canary-runtime-token-${live.run}`,
    ACTIONS_RESULTS_URL: `${url}/canary/results/`,
    ACTIONS_CACHE_URL: `${url}/canary/cache/`,
    GITHUB_ACTION: use.id,
    GITHUB_ACTION_PATH: action.directory,
    GITHUB_ACTION_REPOSITORY: action.source.kind === "package" ? action.source.name : "",
    GITHUB_ACTION_REF: use.uses.split("@")[1] ?? "",
  };
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
