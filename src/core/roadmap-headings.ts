/** Which headings are milestones, and what they say: id, title, status. Reads one heading at a time. */

import { bare, tidy } from "#core/roadmap-inline.ts";
import { type Marker, markersAtEnd, markersFrom } from "#core/roadmap-status.ts";

/** `id` is canonical; markers are positions in the heading's text. */
export type MilestoneHeading = { id: string; title: string; markers: Marker[] };

/** An id at a place of a text. `certain` ids need no separator behind them to be taken for a milestone's. */
export type IdHere = { id: string; end: number; certain: boolean };

const NUMBER = String.raw`\d+(?:\.\d+)*[a-z]?`;
const ENDS = String.raw`(?![\p{L}\p{N}_]|[-–][A-Z]?\d)`;
const CERTAIN = new RegExp(`[Mm]${NUMBER}${ENDS}`, "uy");
const SHORT = new RegExp(`(?:[A-Z]{1,3}-?${NUMBER}|[vV]\\d+(?:\\.\\d+)+)${ENDS}`, "uy");
const WORDED = new RegExp(`(milestone|phase|stage|sprint|epic)[ \\t]+#?(M?${NUMBER})${ENDS}`, "iuy");
const LONGEST_ID = 64;

/**
 * Reads an id. `M3.2`, `M-3`, `P1`, `v0.9` stay as written; a word and a number become one name, `Phase 2.1` →
 * `Phase-2.1`, so that every spelling of a reference finds it; `Milestone M3` is `M3`.
 */
export function idHere(text: string, at: number): IdHere | null {
  const [certain, short, worded] = [CERTAIN, SHORT, WORDED].map((pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  });
  const found = worded ?? certain ?? short ?? null;
  if (found === null || found[0].length > LONGEST_ID) return null;
  const end = at + found[0].length;
  const [, word, number] = found;
  if (word === undefined || number === undefined) return { id: found[0], end, certain: found === certain };
  const name = word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
  return { id: /^m/iu.test(number) ? number : `${name}-${number}`, end, certain: false };
}

/** What a heading says of a milestone; null if it is not one. */
export function milestoneHeading(text: string): MilestoneHeading | null {
  const lead = markersFrom(text, 0);
  const between = lead.markers.length > 0 ? /^\s*[)\]:：—–·|-]*[\s*_`[]*/u : /^[\s*_`[]*/u;
  const id = idHere(text, lead.end + (between.exec(text.slice(lead.end))?.[0].length ?? 0));
  if (id === null) return null;
  const closing = /^[*_`]*(?:\](?:\([^)\s]{0,200}\))?)?[*_`]*/u.exec(text.slice(id.end))?.[0].length ?? 0;
  const separator = /^\s*[:：—–\-·.)|]?[*_`]*\s*/u.exec(text.slice(id.end + closing))?.[0] ?? "";
  const from = id.end + closing + separator.length;
  const tail = markersAtEnd(text, from);
  const markers = [...lead.markers, ...tail.markers];
  if (!id.certain && separator.trim() === "" && markers.length === 0) return null;
  return { id: id.id, title: titleOf(text.slice(from, Math.max(from, tail.end))), markers };
}

function titleOf(text: string): string {
  return tidy(bare(text.trimEnd().replace(/(?<![—–·|:：-])[—–·|:：-]+$/u, "")));
}
