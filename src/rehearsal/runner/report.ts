/** Reports jobs that never ran: skipped, cancelled while they waited, or impossible to start. Runs nothing. */

import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { folderOf, type LiveRun } from "./live-run.ts";

/** A job that never ran still has its check run; why it failed stands in its log. */
export async function reportIdleJob(
  live: LiveRun,
  name: string,
  conclusion: "skipped" | "cancelled" | "failure",
  error: unknown,
): Promise<void> {
  const { machine, run } = live;
  if (machine.stopping.aborted) return;
  if (conclusion === "failure") {
    const folder = join(machine.directory, String(run.id));
    mkdirSync(folder, { recursive: true });
    const words = error instanceof Error ? error.message : String(error);
    appendFileSync(join(folder, `${folderOf(live, name)}.log`), `error: ${words}\n`);
  }
  const { host, onProgress } = machine.options;
  await machine.busy(
    host
      .startCheck({ run: run.id, name, headSha: run.headSha })
      .then((check) => host.finishCheck(check, conclusion)),
  );
  onProgress?.({
    kind: "job",
    state: "finished",
    run: run.id,
    workflow: run.name,
    job: name,
    conclusion,
    seconds: 0,
  });
}
