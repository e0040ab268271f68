/** The engine's own tools in a workspace without an engine: the phase is `execute`, and nothing limits it. */

import { Course } from "#adapters/anthropic/course.ts";
import { openToolbox, type Toolbox } from "#adapters/anthropic/tools.ts";
import { firstState } from "#core/course.ts";
import type { Workspace } from "#ports/engine.ts";
import { aBrief } from "../adapters/engine-stage.ts";

export function toolboxIn(workspace: Workspace): Toolbox {
  const { milestone } = aBrief();
  const transcript = () => undefined;
  const state = { ...firstState({ milestone }), phase: "execute" as const };
  const course = new Course({ state, workspace, transcript, seconds: () => 0 });
  return openToolbox({ workspace, milestone, course, transcript, signal: new AbortController().signal });
}
