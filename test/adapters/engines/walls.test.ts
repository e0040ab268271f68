/** What an engine that is a program of its own can reach from the sandbox: the model by its pass, and nothing else. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { createBubblewrap } from "#adapters/sandbox/bubblewrap.ts";
import { toolFolders } from "#adapters/sandbox/tool-folders.ts";
import { needs } from "../../support/requirements.ts";
import { KEY, playWith, SMALL } from "./stage.ts";

const ROOT = join(import.meta.dirname, "../../..");
const check = needs("bubblewrap");

async function sandbox() {
  return await createBubblewrap({ readable: [ROOT, ...toolFolders(process.env.PATH ?? "")] });
}

/** Somebody else on this machine. */
async function aNeighbour(): Promise<number> {
  const server = createServer((_, response) => void response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("an engine in the sandbox", () => {
  check("reaches the model through the one way it is given", async () => {
    const turns = [
      { tools: [{ name: "bash", input: { command: "echo right > answer.txt" } }] },
      { text: "Right." },
    ];
    for (const engine of [SMALL.command, SMALL.acp]) {
      const { outcome, read } = await playWith(engine, turns, { sandbox: await sandbox() });
      expect(outcome).toMatchObject({ outcome: "finished", summary: expect.stringContaining("Right.") });
      expect(outcome.spend.outputTokens).toBeGreaterThan(0);
      expect(read("answer.txt")).toBe("right\n");
    }
  });

  check("sees no key, no neighbour and nobody's files, and writes nowhere but here", async () => {
    const port = await aNeighbour();
    const look = `env > seen.txt; cat /proc/[0-9]*/{environ,cmdline} 2>/dev/null | tr '\\0' '\\n' >> seen.txt
(exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo OPEN neighbour >> seen.txt
cat ${join(import.meta.dirname, "../../../../..")}/*/transcript* >> seen.txt 2>/dev/null
touch ${ROOT}/written /usr/written 2>/dev/null && echo OPEN files >> seen.txt
echo right > answer.txt`;
    const { outcome, read } = await playWith({ by: "command", command: look }, [], {
      sandbox: await sandbox(),
    });
    expect(outcome.outcome).toBe("finished");
    expect(read("seen.txt")).toMatch(/ANTHROPIC_API_KEY=daybreak-[0-9a-f]{48}/);
    expect(read("seen.txt")).not.toContain(KEY);
    expect(read("seen.txt")).not.toMatch(/^OPEN/m);
  });

  check("has no way to any model where there is no key, and needs none", async () => {
    const command = `test -z "$ANTHROPIC_BASE_URL$ANTHROPIC_API_KEY" && echo right > answer.txt`;
    const given = { sandbox: await sandbox(), secrets: { key: "", subscription: "" } };
    const { outcome, transcript } = await playWith({ by: "command", command }, [], given);
    expect(outcome).toMatchObject({ outcome: "finished", spend: { usd: 0 } });
    expect(transcript.at(-1)).toMatchObject({ basis: "unknown" });
  });
});
