/** The owner's hooks around an engine's work. Knows no model and no tool. */

import type { HookRuling } from "#core/hook-ruling.ts";
import type { HookEvent } from "#core/hooks.ts";

export interface Hooks {
  /**
   * Runs what the owner wants to run at this event, all at once, and says what follows; null when nothing is to run.
   * `subject`: what matchers are compared with, such as a tool's name. `fields`: what the event adds to the common
   * ones on standard input. Never throws for anything a hook does. Stops at the signal.
   */
  fire(
    event: HookEvent,
    subject: string | null,
    fields: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<HookRuling | null>;
  /** Takes away what they needed to run. */
  close(): Promise<void>;
}
