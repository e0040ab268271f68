/** The promotion pull request: the morning report, and what it would bring. Only a drop is ever read back from it. */

import { Slug } from "#core/milestone.ts";
import type { PromotionPull } from "#core/observation.ts";
import type { Promoting } from "#core/promotion.ts";
import type { Morning } from "#core/report.ts";
import { findingSaid, tally } from "#prose/findings.ts";
import { plain } from "#prose/hostile.ts";
import { code, cut, fitting, type Room, section } from "#prose/markdown.ts";
import { ROOMS, tellIn } from "#prose/morning.ts";

const MARKER = "<!-- daybreak:promotion -->";

/** A line of our own list: nothing else in the body is ever read. */
const DROP = /^- \[([ xX])\] .*<!-- daybreak:drop ([^\s/]+)\/([1-9]\d{0,5}) -->\r?$/u;

export function promotionTitle({ branch, onto }: { branch: string; onto: string }): string {
  return plain(`Daybreak: bring ${branch} to ${onto}`, 200);
}

/** At most 60,000 characters. The boxes are never cut: what has none could not be dropped. */
export function promotionBody(facts: {
  branch: string;
  onto: string;
  map: readonly Promoting[];
  /** The open question about the branch's own checks, if they are red. */
  red: number | null;
  morning: Morning;
}): string {
  return fitting(ROOMS, (room) =>
    [
      section(`What this brings to ${code(facts.onto)}`, mapIn(room, facts)),
      tellIn(room, facts.morning),
      MARKER,
    ].join("\n\n"),
  );
}

/** The attempts whose box is ticked. Whose pull request it is, is for the caller to check. */
export function tickedIn(body: string): PromotionPull["ticked"] {
  return body.split("\n").flatMap((line) => {
    const [, box, name, attempt] = DROP.exec(line) ?? [];
    const slug = Slug.safeParse(name);
    return slug.success && box !== " " ? [{ slug: slug.data, attempt: Number(attempt) }] : [];
  });
}

/** The body with the box of a milestone ticked; null if it has none of that name. */
export function withTicked(body: string, slug: string): string | null {
  const lines = body.split("\n");
  const at = lines.findLastIndex((line) => DROP.exec(line)?.[2]?.toLowerCase() === slug.toLowerCase());
  if (at < 0) return null;
  return lines.map((line, index) => (index === at ? line.replace(/^- \[.\]/u, "- [x]") : line)).join("\n");
}

/** The milestones that have a box. */
export function boxesIn(body: string): string[] {
  return body.split("\n").flatMap((line) => DROP.exec(line)?.[2] ?? []);
}

export function isPromotion(body: string): boolean {
  return body.split(/\r?\n/u).includes(MARKER);
}

function mapIn(
  room: Room,
  { branch, onto, map, red }: Omit<Parameters<typeof promotionBody>[0], "morning">,
): string {
  if (map.length === 0) return `Nothing at the moment: ${code(branch)} holds what ${code(onto)} holds.`;
  return [
    ...(red === null
      ? []
      : [
          `**Its own checks are red on ${code(branch)}: see #${red} before you merge.** Nothing lands there until they are green.`,
        ]),
    map.map((one) => entry(one, room)).join("\n"),
    `Merge, squash or rebase it as you like: Daybreak never does. Tick a box to have that one dropped, or say ${code("daybreak drop M1")}: the rest is tested again before ${code(branch)} moves. Close this pull request, and nothing lands any more until you say so.`,
  ].join("\n\n");
}

function entry({ commit, title, milestone }: Promoting, room: Room): string {
  if (milestone === null) return `- ${commit} · your own: ${plain(title, 100)}`;
  const { id, slug, attempt, pull, criteria, takes, ticked } = milestone;
  const words = Math.min(room.words, 200);
  const about = [
    `drop **${plain(id, 64)}: ${plain(title, 100)}**`,
    commit,
    ...(pull === null ? [] : [`#${pull}`]),
    tally(criteria),
    ...(takes.length === 0 ? [] : [`with it goes ${takes.map((one) => plain(one, 64)).join(", ")}`]),
  ];
  const found = criteria.map((one) => `  - ${findingSaid(one)}: ${plain(one.text, words)}`);
  return [
    `- [${ticked ? "x" : " "}] ${about.join(" · ")} <!-- daybreak:drop ${slug}/${attempt} -->`,
    ...(room.entries === 0 ? [] : cut(found, Math.min(room.entries, 20), "criteria")),
  ].join("\n");
}
