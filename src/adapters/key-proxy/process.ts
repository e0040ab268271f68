/** The process that holds the key, and does nothing else. Ends when whoever started it is gone. */

import { createInterface } from "node:readline";
import { openKeyProxy } from "#adapters/key-proxy/proxy.ts";
import { Errand } from "#adapters/key-proxy/rules.ts";

/** Standard input stays open as long as we are wanted, and its first line is all we are told. */
async function main(): Promise<void> {
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const { url } = await openKeyProxy(Errand.parse(JSON.parse(line)), (spent) => say({ spent }));
    process.stdin.once("end", () => process.exit(0)).resume();
    say({ url });
    return;
  }
}

main().catch(() => {
  // The error may hold what was read, and that is the key. Standard input alone would keep us waiting.
  process.exit(1);
});
