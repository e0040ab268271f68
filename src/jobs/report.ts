/** Tells the morning: summary, dashboard and state files, for every kind of night. Writes only what changed. */

import type { Decision } from "#core/decision.ts";
import { CATALOGUE, Failure } from "#core/errors.ts";
import type { Observation } from "#core/observation.ts";
import { isSilent, type Morning, morningOf, nightsToClose } from "#core/report.ts";
import { settle } from "#jobs/settle.ts";
import type { Forge } from "#ports/forge.ts";
import { stateFiles } from "#prose/digest.ts";
import { dashboardBody } from "#prose/morning.ts";
import { tell } from "#prose/story.ts";

export async function reportNight(
  world: { forge: Forge; say: (line: string) => void },
  /** What `plan` handed to the other jobs, as GitHub passed it on. */
  planned: { result: string; matrix: string; failure: string },
  /** Shows the morning to whoever looks at the run. */
  show: (morning: Morning) => Promise<void>,
): Promise<Morning> {
  await askAboutRefusal(planned.failure, world);
  const { observation } = await settle((seen) => reportOn(seen).decisions, world.forge, world.say, {
    once: true,
  });
  const morning = morningOf(observation);
  await show(morning);
  // GitHub drops an output that contains a masked value without a word: then `plan` succeeded and nothing started.
  if (planned.result === "success" && !isMatrix(planned.matrix))
    throw new Failure("MATRIX_INVALID", "the matrix that `plan` made did not arrive: nothing was worked on");
  return morning;
}

/** What `plan` may be refused for good, by the key of the question about it. */
const REFUSALS = { PUBLISHING_REFUSED: "publishing", PUSH_REFUSED: "pushing" } as const;

/** `plan` may not write issues: what it was refused is asked about here, once. */
async function askAboutRefusal(
  failure: string,
  { forge, say }: { forge: Forge; say: (line: string) => void },
): Promise<void> {
  const [, code, because] = /^([A-Z_]+): (.*)$/s.exec(failure) ?? [];
  if (!isRefusal(code) || because === undefined) return;
  const key = REFUSALS[code];
  const { blockers } = await forge.observe();
  if (blockers.some((one) => one.open && one.key === key)) return;
  const ask = `${CATALOGUE[code]} Then close this issue.`;
  const question = { do: "block", milestone: null, key, because, ask } as const;
  const receipt = await forge.enact(question);
  if (receipt.outcome === "done") say(tell(question));
}

function isRefusal(code: string | undefined): code is keyof typeof REFUSALS {
  return code !== undefined && code in REFUSALS;
}

/** The morning, and what must be written for everybody to see it. */
export function reportOn(observation: Observation): { morning: Morning; decisions: Decision[] } {
  const morning = morningOf(observation);
  if (isSilent(observation)) return { morning, decisions: [] };
  const { reported } = observation;
  const body = dashboardBody(morning);
  const files = Object.entries(stateFiles(morning)).filter(([name, text]) => reported.files[name] !== text);
  const dashboard = reported.dashboard?.body === body ? null : body;
  const close = nightsToClose(observation);
  if (dashboard === null && files.length === 0 && close.length === 0) return { morning, decisions: [] };
  return { morning, decisions: [{ do: "report", dashboard, files: Object.fromEntries(files), close }] };
}

function isMatrix(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text).include);
  } catch {
    return false;
  }
}
