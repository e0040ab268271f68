/** Prepares a checkout for which there is nothing to set up: no step ran before the one that needs it. Runs nothing foreign. */

import type { Brief } from "#core/brief.ts";
import type { Workbench } from "#ports/workbench.ts";

export async function prepareUnlessSetUp({ setup }: Brief, workbench: Workbench): Promise<void> {
  if (setup.length === 0) await workbench.prepare([], 0);
}
