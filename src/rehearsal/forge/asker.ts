/** One git process that answers which object a name means, for as long as the forge is open. Changes nothing. */

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export type Named = { id: string; type: string };

export type Asker = {
  /** Null when the name means nothing. Refs are read anew at every question. */
  ask(name: string): Promise<Named | null>;
  close(): void;
};

export function openAsker(directory: string, environment: NodeJS.ProcessEnv): Asker {
  let process: ChildProcessWithoutNullStreams | null = null;
  let waiting: ((answer: Named | null) => void)[] = [];
  const start = (): ChildProcessWithoutNullStreams => {
    const child = spawn("git", ["--git-dir", directory, "cat-file", "--batch-check"], { env: environment });
    let rest = "";
    child.stdout.on("data", (piece: Buffer) => {
      const lines = (rest + piece.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) waiting.shift()?.(answerFrom(line));
    });
    child.stderr.resume();
    child.stdin.on("error", () => undefined);
    // Whoever still waits when it dies is told that nothing is known.
    child.on("close", () => {
      if (process === child) process = null;
      const left = waiting;
      waiting = [];
      for (const answer of left) answer(null);
    });
    return child;
  };
  return {
    async ask(name) {
      if (name.includes("\n")) return null;
      process ??= start();
      const { promise, resolve } = Promise.withResolvers<Named | null>();
      waiting.push(resolve);
      process.stdin.write(`${name}\n`);
      return await promise;
    },
    close() {
      process?.stdin.end();
    },
  };
}

function answerFrom(line: string): Named | null {
  const [, id, type] = /^([0-9a-f]{40}) (\w+) \d+$/.exec(line) ?? [];
  return id === undefined || type === undefined ? null : { id, type };
}
