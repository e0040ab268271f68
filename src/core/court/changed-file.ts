/** One file a milestone changed, with what the parser and git know of it on both sides. Facts only. */

import type { Lines, Outline } from "#core/court/outline.ts";

export type Side = { text: string; outline: Outline | null };

export type ChangedFile = {
  path: string;
  /** Matches the policy's globs of test files. */
  isTest: boolean;
  /** Null where it does not exist, or is not text. */
  before: Side | null;
  after: Side | null;
  /** Lines of `after` that git calls added or changed. */
  changed: Lines[];
};
