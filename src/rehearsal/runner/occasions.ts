/** Finds the workflow files an event is for and what each makes of it. Reads the repository, starts nothing. */

import type { ForgeEvent } from "#rehearsal/seams.ts";
import type { Sources } from "./sources.ts";
import { isFile, isSilent, triggers } from "./triggers.ts";
import { readWorkflowFile, type Workflow } from "./workflow.ts";

/** One workflow file an event concerns. */
export type Occasion =
  | { kind: "start" | "park"; workflow: Workflow }
  | { kind: "broken"; path: string; errors: readonly string[] };

/** `event.sha` must be the commit whose files count. */
export async function occasionsOf(sources: Sources, event: ForgeEvent): Promise<Occasion[]> {
  if (isSilent(event)) return [];
  const named = event.event === "workflow_dispatch" || event.event === "schedule" ? event.workflow : null;
  const files = (await sources.workflows(event.sha)).filter(
    ({ path }) => named === null || isFile(path, named),
  );
  if (named !== null && files.length === 0)
    return [{ kind: "broken", path: named, errors: [`${named}: there is no such workflow at ${event.sha}`] }];
  const found = await Promise.all(
    files.map(async ({ path, content }): Promise<Occasion | null> => {
      const reading = await readWorkflowFile(path, content);
      // A broken file would fail on its own end for ever if the end of a run counted as well.
      if ("errors" in reading)
        return event.event === "workflow_run" ? null : { kind: "broken", path, errors: reading.errors };
      const trigger = triggers(event, reading.workflow, () => changedPaths(sources, event));
      if (trigger !== "ignore") return { kind: trigger, workflow: reading.workflow };
      if (named === null) return null;
      return { kind: "broken", path, errors: [`${path}: workflow does not have '${event.event}' trigger`] };
    }),
  );
  return found.filter((occasion) => occasion !== null);
}

function changedPaths(sources: Sources, event: ForgeEvent): readonly string[] {
  if (event.event === "pull_request") return sources.changedPaths(`${event.sha}^1`, event.sha);
  return sources.changedPaths(String(event.payload.before ?? ""), event.sha);
}
