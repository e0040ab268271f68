/** The engine the policy chose for one attempt, with the key behind a process of its own and the owner's hooks around it. */

import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";
import { openHooks } from "#adapters/hooks/hooks.ts";
import { rulesFor } from "#adapters/key-proxy/rules.ts";
import { type KeyProxy, startKeyProxy } from "#adapters/key-proxy/start.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import type { Brief } from "#core/brief.ts";
import { type EngineChoice, paidBySubscription } from "#core/engine.ts";
import { Failure } from "#core/errors.ts";
import { NOTHING_SPENT, type Outcome } from "#core/outcome.ts";
import type { Engine } from "#ports/engine.ts";
import type { Sandbox } from "#ports/sandbox.ts";

export type OpenEngine = { engine: Engine; close(): Promise<void> };

/** Empty where the workflow passed none on. */
type Credentials = { key: string; subscription: string };

type Given = Credentials & {
  baseUrl: string | null;
  root: string;
  /** Absolute path of the transcript. */
  transcript: string;
  /** PATH of the engine and of the owner's hooks. */
  path: string;
  sandbox: () => Promise<Sandbox>;
  /** What the key's process may see beyond nothing: proxies and certificates of the machine. */
  network: Readonly<Record<string, string>>;
  /** The file of the key's process, if it is not the one beside the program. */
  keyProxy?: string;
};

const FREE = { input: 0, output: 0, cacheWrite: 0, cacheRead: 0 };

/** How a subscription's token begins, where an API key begins with `sk-ant-api`. */
const SUBSCRIPTIONS = "sk-ant-oat";

/** An engine that lacks its key, or is not installed, is one whose attempt says so and costs nothing. */
export async function openEngine(brief: Brief, given: Given): Promise<OpenEngine> {
  return await open(brief, given).catch((error: unknown) => {
    if (error instanceof Failure)
      return { engine: unable(brief.engine.by, error), close: async () => undefined };
    throw error;
  });
}

function unable(name: string, { code, message: because }: Failure): Engine {
  const outcome: Outcome = { outcome: "failed", because, code, spend: NOTHING_SPENT };
  return {
    name,
    async attempt(_, __, transcript) {
      transcript({ event: "end", ...outcome });
      return outcome;
    },
  };
}

async function open(brief: Brief, given: Given): Promise<OpenEngine> {
  const secret = secretFor(brief.engine, given);
  const claude = brief.engine.by === "claude" ? findProgram("claude", given.path) : null;
  const proxy =
    secret === null
      ? null
      : await startKeyProxy({
          entry: given.keyProxy ?? join(dirname(process.argv[1] ?? "."), "key-proxy.cjs"),
          key: secret,
          rules: rulesFor(
            paidBySubscription(brief.engine) ? { ...brief, price: FREE } : brief,
            given.baseUrl,
          ),
          environment: given.network,
        });
  const engine =
    brief.engine.by === "anthropic" && proxy !== null
      ? await builtIn(brief, given, proxy)
      : await program(brief.engine, claude, given, proxy);
  return { engine, close: async () => await proxy?.close() };
}

/** What the key's process is to hold. Null: the engine can do without a model of ours. */
function secretFor(engine: EngineChoice, { key, subscription }: Credentials): string | null {
  if (key.startsWith(SUBSCRIPTIONS))
    throw new Failure(
      "SUBSCRIPTION_TOKEN_MISPLACED",
      "the key is the token of a subscription, which is for `claude` alone",
    );
  if (paidBySubscription(engine)) {
    if (subscription !== "") return subscription;
    throw new Failure("SUBSCRIPTION_TOKEN_MISSING", "no token of a subscription was passed to `work`");
  }
  if (key !== "") return key;
  if (engine.by === "command" || engine.by === "acp") return null;
  throw new Failure("MODEL_KEY_MISSING", "no key for the model was passed to `work`");
}

async function builtIn(
  { night, assignment }: Brief,
  { root, transcript, path }: Given,
  proxy: KeyProxy,
): Promise<Engine> {
  const { createAnthropicEngine } = await import("#adapters/models.ts");
  return createAnthropicEngine({
    apiKey: proxy.pass,
    baseUrl: proxy.url,
    hooks: async (_, { directory }) =>
      await openHooks({
        ...{ git: openDesk(root).git, base: assignment.base, room: join(root, "hooks"), transcript, path },
        workspace: directory,
        session: [night, assignment.slug, assignment.attempt].join("-"),
      }),
  });
}

async function program(
  choice: EngineChoice,
  claude: Installed | null,
  { sandbox, path, root }: Given,
  proxy: KeyProxy | null,
): Promise<Engine> {
  const { createAcpEngine, createClaudeEngine, createCommandEngine } = await import("#adapters/engines.ts");
  const model = proxy && { url: proxy.url, pass: proxy.pass, books: proxy.spent };
  const surroundings = { sandbox, path, home: openDesk(root).home, model };
  if (choice.by === "acp") return createAcpEngine(choice.command, surroundings);
  if (choice.by === "command") return createCommandEngine(choice.command, surroundings);
  if (choice.by === "claude" && claude !== null)
    return createClaudeEngine(choice.account, claude, surroundings);
  throw new Error(`nothing is known of the engine ${choice.by}`);
}

type Installed = { path: string; folder: string };

/** With the folder it needs to start: all packages beside its own, if it is one. */
function findProgram(name: string, path: string): Installed {
  const found = path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (found === undefined) throw new Failure("ENGINE_UNAVAILABLE", `there is no \`${name}\` on the runner`);
  const real = realpathSync(found);
  const packages = `${sep}node_modules${sep}`;
  const at = real.indexOf(packages);
  return { path: real, folder: at < 0 ? dirname(real) : real.slice(0, at + packages.length - 1) };
}
