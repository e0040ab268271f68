/** What milestones say of each other: names that collide, dependencies that do not resolve, circles. */

import { digestOf } from "#core/hash.ts";
import { MilestoneId as Id, type MilestoneId, Slug } from "#core/milestone.ts";
import { circlesOf } from "#core/roadmap-circles.ts";
import { type Complain, quoted } from "#core/roadmap-diagnostics.ts";
import type { Draft } from "#core/roadmap-sections.ts";
import type { Reference } from "#core/roadmap-values.ts";

/** How many digits of the id's digest stand for it in a slug. */
const DIGITS = 8;

/** Complains in the name of one milestone. */
export type ComplainOf = (draft: Draft) => Complain;

/** The id itself where it is fit for a ref, else its ordinal and hash. `ordinal` is 1-based. */
export function slugOf(id: string, ordinal: number): Slug {
  const isRef = !id.includes("..") && !/(?:\.|\.lock)$/iu.test(id);
  const slug = Slug.safeParse(id);
  return isRef && slug.success ? slug.data : Slug.parse(`${ordinal}-${digestOf(id).slice(0, DIGITS)}`);
}

/** Headings that only gather others: no status, no criteria, and milestones below them. Name → the names within. */
export function groupsOf(drafts: readonly Draft[]): Map<Draft, Draft[]> {
  const groups = new Map<Draft, Draft[]>();
  const above: Draft[] = [];
  for (const draft of drafts) {
    while ((above.at(-1)?.level ?? 0) >= draft.level) above.pop();
    for (const parent of above) groups.get(parent)?.push(draft);
    if (draft.markers.length === 0 && draft.criteria.length === 0) groups.set(draft, []);
    above.push(draft);
  }
  return new Map([...groups].filter(([, members]) => members.length > 0));
}

/** Complains of ids and slugs that are not unique. */
export function checkNames(drafts: readonly Draft[], complainOf: ComplainOf): void {
  for (const [id, same] of Map.groupBy(drafts, (draft) => draft.id)) {
    if (same.length < 2) continue;
    const lines = same.map(({ line }) => line.number).join(", ");
    for (const draft of same) {
      complainOf(draft)(
        "ROADMAP_DUPLICATE_ID",
        { line: draft.line, at: 0 },
        `${id} is declared on lines ${lines}.`,
      );
    }
  }
  const slugs = Map.groupBy(drafts, ({ id }, index) => slugOf(id, index + 1).toLowerCase());
  for (const same of slugs.values()) {
    const ids = [...new Set(same.map(({ id }) => id))];
    if (ids.length < 2) continue;
    for (const draft of same) {
      complainOf(draft)(
        "ROADMAP_SLUG_COLLISION",
        { line: draft.line, at: 0 },
        `${ids.join(" and ")} cannot be told apart.`,
      );
    }
  }
}

/** Turns references into ids. A group stands for its members; what names nothing of this file is complained of. */
export function resolveDependencies(
  drafts: readonly Draft[],
  groups: ReadonlyMap<Draft, readonly Draft[]>,
  complainOf: ComplainOf,
): Map<Draft, MilestoneId[]> {
  const milestones = new Map<string, number>();
  for (const [index, { id }] of drafts.entries()) {
    if (!milestones.has(id.toLowerCase())) milestones.set(id.toLowerCase(), index);
  }
  const groupNames = new Map([...groups].map(([{ id }, members]) => [id.toLowerCase(), members]));
  const find = ({ from, to }: Reference): readonly Draft[] => {
    const first = milestones.get(from?.toLowerCase() ?? "");
    if (first === undefined) return to === null ? (groupNames.get(from?.toLowerCase() ?? "") ?? []) : [];
    const last = to === null ? first : (milestones.get(to.toLowerCase()) ?? -1);
    return drafts.slice(first, last + 1);
  };
  return new Map(
    drafts.map((draft) => [
      draft,
      dependenciesOf(draft, find, (milestone) => groups.has(milestone), complainOf(draft)),
    ]),
  );
}

function dependenciesOf(
  draft: Draft,
  find: (reference: Reference) => readonly Draft[],
  isGroup: (draft: Draft) => boolean,
  complain: Complain,
): MilestoneId[] {
  const ids = new Set<string>();
  for (const reference of draft.references) {
    const found = find(reference).filter((milestone) => !isGroup(milestone));
    if (found.length === 0) {
      const message = `${draft.id} depends on ${quoted(reference.text)}, which is no milestone of this file.`;
      complain("ROADMAP_UNKNOWN_DEPENDENCY", reference.spot, message);
    }
    for (const { id } of found) {
      if (id === draft.id) complain("ROADMAP_SELF_DEPENDENCY", reference.spot, `${id} depends on itself.`);
      else ids.add(id);
    }
  }
  return [...ids].map((id) => Id.parse(id));
}

/** Complains of every milestone that waits, over others, for itself. */
export function checkCircles(
  dependencies: ReadonlyMap<Draft, readonly MilestoneId[]>,
  complainOf: ComplainOf,
): void {
  const edges = new Map([...dependencies].map(([draft, ids]) => [draft.id, ids] as const).reverse());
  const drafts = new Map([...dependencies.keys()].map((draft) => [draft.id, draft] as const).reverse());
  for (const circle of circlesOf(edges)) {
    for (const id of circle) {
      const draft = drafts.get(id);
      if (draft === undefined) continue;
      const spot = draft.references[0]?.spot ?? { line: draft.line, at: 0 };
      complainOf(draft)(
        "ROADMAP_DEPENDENCY_CYCLE",
        spot,
        `${circle.toSorted().join(", ")} wait for each other.`,
      );
    }
  }
}
