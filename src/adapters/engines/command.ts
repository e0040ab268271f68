/** The engine that is any command line: brief on standard input, checkout as its folder, exit code as its word. Knows nothing of models. */

import type { Socket } from "node:net";
import { type Ending, failed } from "#adapters/anthropic/ending.ts";
import { createProgramEngine, type Reply, type Stage } from "#adapters/engines/attempt.ts";
import type { Inside } from "#adapters/engines/inside.ts";
import { NOT_FOUND, type Surroundings, startProgram } from "#adapters/engines/surroundings.ts";
import type { Engine } from "#ports/engine.ts";
import { ASKS, lastLineOf } from "#prose/engine.ts";

/** Characters of its output that are taken for a summary. */
const LAST_WORDS = 2_000;

/** Output beyond this many bytes is not kept. */
const MOST_OUTPUT = 10_000_000;

export function createCommandEngine(command: string, surroundings: Surroundings): Engine {
  return createProgramEngine({
    name: "command",
    way: "exit",
    books: surroundings.model?.books ?? null,
    open: async (stage) => {
      let running: Inside | null = null;
      return {
        async say(words) {
          running = await startProgram(surroundings, stage, { script: command });
          // A command remembers nothing: it is told everything again.
          const told = words === stage.opening ? words : `${stage.opening}\n\n${words}`;
          return await hear(running, `${stage.system}\n\n${told}\n`, stage);
        },
        close: async () => await running?.stop(),
      };
    },
  });
}

async function hear(inside: Inside, told: string, { transcript, shorten }: Stage): Promise<Reply> {
  const output = await answerTo(told, await inside.streams.catch(() => null));
  const { exitCode, output: complaints } = await inside.ended;
  await inside.stop();
  transcript({
    event: "output",
    text: await shorten(output),
    complaints: await shorten(complaints),
    exitCode,
  });
  return exitCode === 0
    ? { said: output.slice(-LAST_WORDS) }
    : { ending: endingFor(exitCode, output, complaints) };
}

function endingFor(exitCode: number | null, output: string, complaints: string): Ending {
  if (exitCode === ASKS) {
    const ask = lastLineOf(output);
    return ask === ""
      ? failed(`it exited ${ASKS} and asked no question`)
      : { outcome: "blocked", because: lastLineOf(output.trimEnd().slice(0, -ask.length)) || ask, ask };
  }
  const how = exitCode === null ? "was killed" : `exited ${exitCode}`;
  const why = lastLineOf(complaints) || lastLineOf(output);
  return failed(
    `the command ${how}${why === "" ? "" : `: ${why}`}`,
    exitCode === NOT_FOUND ? "ENGINE_UNAVAILABLE" : null,
  );
}

/** Tells it everything, and listens until it has said all it has to say. */
async function answerTo(told: string, streams: Socket | null): Promise<string> {
  if (streams === null) return "";
  streams.end(told);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of streams) {
      if (length < MOST_OUTPUT) chunks.push(chunk);
      length += chunk.length;
    }
  } catch {
    // It was stopped: what it had said is all there is.
  }
  return Buffer.concat(chunks).subarray(0, MOST_OUTPUT).toString("utf8");
}
