/** Reads and rewrites source text by a real parser, so that nothing is judged by regular expressions. Pure; does no I/O. */

import type { Lines, Outline } from "#core/court/outline.ts";

/** One small wrong change of a file: the whole text as it then is. */
export type Mutant = { line: number; was: string; is: string; text: string };

/** What becomes of a function: it throws at once, returns nothing, or answers something else of the same type. */
export type How = "throwing" | "emptied" | "altered";

/** Tests that are made to fail: `all` when no test of the file is left out. */
export type Failing = { text: string; titles: string[]; all: boolean };

export interface Syntax {
  /** Null when the path's language is not known. Never throws: what cannot be parsed is not `sound`. */
  outline(path: string, text: string): Outline | null;
  /**
   * The file with the functions that overlap these lines made wrong. Altered ones without an answer do nothing. Of nested
   * ones the outermost. Functions of tests, and what runs when the module loads, stay. Null when the language is
   * unknown or there is no such function.
   */
  stub(path: string, text: string, how: How, lines: readonly Lines[]): string | null;
  /**
   * The test file with a failure before each assertion of its tests. `titles`: the tests that now fail if they reach one
   * of their assertions. Null where there is none.
   */
  fail(path: string, text: string): Failing | null;
  /** Small wrong changes on these lines only, in the order of the file; each still parses. */
  mutants(path: string, text: string, lines: readonly Lines[]): Mutant[];
}
