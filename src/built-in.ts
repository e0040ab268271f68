/** The built-in engine of one attempt, with the owner's hooks around it and the key behind its own process. */

import { dirname, join } from "node:path";
import { openHooks } from "#adapters/hooks/hooks.ts";
import { rulesFor } from "#adapters/key-proxy/rules.ts";
import { startKeyProxy } from "#adapters/key-proxy/start.ts";
import { openDesk } from "#adapters/workbench/desk.ts";
import type { Brief } from "#core/brief.ts";
import type { Engine } from "#ports/engine.ts";

export type BuiltIn = { engine: Engine; close(): Promise<void> };

export async function openBuiltIn(
  brief: Brief,
  given: {
    key: string;
    baseUrl: string | null;
    root: string;
    /** Absolute path of the transcript. */
    transcript: string;
    /** PATH of the owner's hooks. */
    path: string;
    /** What the key's process may see beyond nothing: proxies and certificates of the machine. */
    network: Readonly<Record<string, string>>;
  },
): Promise<BuiltIn> {
  const { key, baseUrl, root, transcript, path, network } = given;
  const { createAnthropicEngine } = await import("#adapters/models.ts");
  const proxy = await startKeyProxy({
    entry: join(dirname(process.argv[1] ?? "."), "key-proxy.cjs"),
    key,
    rules: rulesFor(brief, baseUrl),
    environment: network,
  });
  const { night, assignment } = brief;
  const engine = createAnthropicEngine({
    apiKey: proxy.pass,
    baseUrl: proxy.url,
    hooks: async (_, { directory }) =>
      await openHooks({
        ...{ git: openDesk(root).git, base: assignment.base, room: join(root, "hooks"), transcript, path },
        workspace: directory,
        session: [night, assignment.slug, assignment.attempt].join("-"),
      }),
  });
  return { engine, close: async () => await proxy.close() };
}
