/** The process that holds the key, and does nothing else. Ends when whoever started it is gone. */

import { createInterface } from "node:readline";
import { openKeyProxy } from "#adapters/key-proxy/proxy.ts";
import { Errand } from "#adapters/key-proxy/rules.ts";

/** Standard input stays open as long as we are wanted. Its first line is all we are told; the others ask what was spent. */
async function main(): Promise<void> {
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const errand = await lines.next();
  const { url, spent } = await openKeyProxy(Errand.parse(JSON.parse(errand.value ?? "")));
  say({ url });
  while (!(await lines.next()).done) say({ spent: spent() });
  process.exit(0);
}

main().catch(() => {
  // The error may hold what was read, and that is the key. Standard input alone would keep us waiting.
  process.exit(1);
});
