/** A model that is asked once what it thinks of a change, and the change it is asked about. */

import type { Sha } from "#core/milestone.ts";
import type { Heard, OpinionQuestion } from "#core/opinion.ts";
import type { Spend } from "#core/outcome.ts";

export interface Critic {
  /**
   * Asks within the question's money, without any tool. Never throws for anything the model or its service does; that
   * is what was heard.
   */
  ask(
    question: Pick<OpinionQuestion, "model" | "effort" | "price" | "usd">,
    prompt: { system: string; message: string },
  ): Promise<Heard & { spend: Spend }>;
}

/** The checked-out commit, read by trusted git. */
export type HeadChange = {
  head: Sha;
  tree: Sha;
  /** The one commit it stands on; null when it has none or several. */
  base: Sha | null;
  /** What it changes but for the paths left out, as a patch; bytes that are no text are replaced. */
  diff: string;
};

/** Reads the checked-out commit without some paths. */
export type ReadChange = (except: readonly string[]) => Promise<HeadChange>;
